"""Artifacts behind a Jupyter server: read and put piece by piece, checked against their digests."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from plynx_jupyter.errors import ArtifactMissingError, StorageError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.storage.addressing import object_path
from plynx_jupyter.storage.base import StoredArtifact
from plynx_jupyter.storage.content import open_source

if TYPE_CHECKING:
    from .rest import RestApi

_PIECE_BYTES = 256 * 1024
_LARGE_BYTES = 1 << 20
"""Files from this size on are looked for in the store before they are sent."""


class RemoteArtifacts:
    """See ``storage.base.ArtifactReader`` and ``ArtifactSink``."""

    def __init__(self, api: RestApi) -> None:
        self._api = api

    def open(self, digest: Digest) -> BinaryIO:
        """Return the content in a temporary file of its own."""
        content: IO[bytes] = tempfile.TemporaryFile(prefix="plynx-")  # noqa: SIM115 - the caller closes it
        try:
            self._download(digest, content)
            content.seek(0)
        except BaseException:
            content.close()
            raise
        return content  # type: ignore[return-value]  # typeshed has it as IO[bytes]

    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a copy at ``destination``; nothing is there before all of it is."""
        handle, name = tempfile.mkstemp(dir=destination.parent, prefix=".plynx-")
        try:
            with os.fdopen(handle, "wb") as stream:
                self._download(digest, stream)
            Path(name).replace(destination)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def put_file(self, path: Path) -> StoredArtifact:
        """Send the content of a local file, unless it is there already."""
        with open_source(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size >= _LARGE_BYTES:
                digest = Digest(_hashed(stream))
                if self._api.exists(f"resources/{digest}"):
                    return StoredArtifact(digest, size)
                stream.seek(0)
            hasher = hashlib.sha256()
            reply = self._api.upload("resources", _pieces(stream, hasher, size, path), size)
        digest = Digest(hasher.hexdigest())
        if reply.get("digest") != digest:
            raise StorageError(
                f"{path} didn't arrive as it was sent: its digest is {digest}, and {reply.get('digest')} came. "
                "Try again.",
                path=str(path),
            )
        return StoredArtifact(digest, size)

    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Tell what the artifact is; graphs carry such content themselves, and the server stores it."""
        return StoredArtifact(Digest(hashlib.sha256(data).hexdigest()), len(data))

    def _download(self, digest: Digest, destination: IO[bytes]) -> None:
        object_path(digest)  # raises for what is no digest
        hasher = hashlib.sha256()
        with self._api.download(f"resources/{digest}") as pieces:
            for piece in pieces:
                hasher.update(piece)
                destination.write(piece)
        if hasher.hexdigest() != digest:
            raise ArtifactMissingError(
                f"The artifact {digest} is damaged, or was on its way here: what came has another digest.",
                digest=digest,
            )


def _hashed(stream: BinaryIO) -> str:
    hasher = hashlib.sha256()
    while piece := stream.read(_PIECE_BYTES):
        hasher.update(piece)
    return hasher.hexdigest()


def _pieces(stream: BinaryIO, hasher: hashlib._Hash, size: int, path: Path) -> Iterator[bytes]:
    """Yield exactly ``size`` bytes; a file that turns out to be shorter isn't sent to its end."""
    left = size
    while left:
        piece = stream.read(min(_PIECE_BYTES, left))
        if not piece:
            raise StorageError(f"{path} became shorter while it was sent; try again.", path=str(path))
        hasher.update(piece)
        left -= len(piece)
        yield piece
