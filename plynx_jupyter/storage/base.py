"""What an artifact store can do: the contract that every store passes the same tests for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """An artifact in the store: its content address, length in bytes, and when it was written (aware UTC)."""

    digest: Digest
    size_bytes: int
    modified: datetime | None = None


class ArtifactWriter(Protocol):
    """An artifact on its way into the store, for content that comes in pieces and at its own pace.

    Its methods may be called from any thread, one at a time, and raise ``StorageError``. Until ``commit`` nothing
    of it is in the store; whoever doesn't commit has to ``discard``.
    """

    def write(self, data: bytes) -> None:
        """Add a piece."""

    def commit(self) -> StoredArtifact:
        """Store what was written; this is the end of the writer."""
        ...

    def discard(self) -> None:
        """Forget what was written and remove what there is of it; does nothing after ``commit``."""


class ArtifactReader(Protocol):
    """Where artifacts are read from: see ``ArtifactStore``, which is one."""

    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading; the stream is seekable."""

    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a private copy at ``destination`` (which must not exist) and check it against the digest."""


class ArtifactSink(Protocol):
    """Where artifacts are put: see ``ArtifactStore``, which is one."""

    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file; the file stays as it is."""

    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""


class ArtifactStore(Protocol):
    """Bytes by digest. Safe to use from several threads and processes at once.

    A write becomes visible whole or not at all; the same content written twice is stored once. Methods raise
    ``StorageError`` when the place is full, unreachable or refuses, and ``ArtifactMissingError`` for a digest
    that isn't there.
    """

    @property
    def location(self) -> StorageLocation:
        """Where this store is, enough to open it in another process with ``open_store``."""

    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file; the file stays as it is."""

    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""

    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields until its end, never holding more than a few MiB of it."""

    def writer(self) -> ArtifactWriter:
        """Begin an artifact that is written piece by piece."""

    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading; the stream is seekable."""

    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a private copy at ``destination`` (which must not exist) and check it against the digest.

        A copy that differs raises ``ArtifactMissingError`` ("damaged") and leaves nothing behind; the artifact
        is set aside and counts as missing from then on. Changing the copy can't change the store: no hard
        links.
        """

    def local_path(self, digest: Digest) -> Path | None:
        """Return where the artifact lies on this machine, to read only, or None if it is elsewhere."""

    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""

    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts, silently passing over those that aren't there; return the bytes freed."""

    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record under a plain name (letters, digits, ``._:@=-``), replacing what is there."""

    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None when there is none of that name."""

    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact in the store, in no particular order."""
        ...
