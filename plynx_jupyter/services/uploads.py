"""Artifacts that users bring along, taken in piece by piece at the pace at which they arrive."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from plynx_jupyter.errors import StorageError
from plynx_jupyter.metadata.base import ArtifactReferences
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.operations.default_nodes import default_operation
from plynx_jupyter.storage.base import ArtifactStore, ArtifactWriter, StoredArtifact

_PIECE_BYTES = 1 << 20
"""What arrives is gathered up to this before a thread is asked to write it."""


class Upload:
    """One artifact on its way in; see ``begin_upload``.

    Nothing of it can be seen before ``finish``, and nothing is left of it after ``discard``, which may come at any
    time, while a piece is being written too.
    """

    def __init__(self, writer: ArtifactWriter, references: ArtifactReferences, user: str) -> None:
        self._writer = writer
        self._references = references
        self._user = user
        self._gathered = bytearray()
        self._lock = asyncio.Lock()
        self._over = False

    async def write(self, data: bytes) -> None:
        """Add a piece; returns when there is room for the next one."""
        self._gathered += data
        if len(self._gathered) >= _PIECE_BYTES:
            async with self._lock:
                await self._write_gathered()

    async def finish(self) -> StoredArtifact:
        """Store the artifact, and note that the user brought it along."""
        async with self._lock:
            try:
                await self._write_gathered()
                self._over = True
                return await asyncio.to_thread(self._commit)
            except BaseException:
                await asyncio.to_thread(self._writer.discard)
                raise

    async def discard(self) -> None:
        """Forget what came so far; does nothing after ``finish``."""
        async with self._lock:
            if not self._over:
                self._over = True
                self._gathered.clear()
                await asyncio.to_thread(self._writer.discard)

    async def _write_gathered(self) -> None:
        if self._over:
            raise StorageError("The upload was broken off.")
        piece = bytes(self._gathered)
        self._gathered.clear()
        await asyncio.to_thread(self._writer.write, piece)

    def _commit(self) -> StoredArtifact:
        artifact = self._writer.commit()
        self._references.hold_upload(self._user, artifact.digest)
        return artifact


async def begin_upload(store: ArtifactStore, references: ArtifactReferences, user: str) -> Upload:
    """Begin to take in an artifact that ``user`` brings along."""
    return Upload(await asyncio.to_thread(store.writer), references, user)


def file_operation(
    artifact: StoredArtifact, *, title: str, description: str = "", file_type: str = "file"
) -> Operation:
    """Return an artifact as an operation that graphs can hold: a file, ready to be used."""
    content = Resource(file_type=file_type, digest=artifact.digest, size_bytes=artifact.size_bytes)
    made = default_operation(FILE)
    return replace(
        made,
        title=title,
        description=description,
        outputs=(replace(made.outputs[0], file_type=file_type, values=(content,)),),
        node_status=OperationStatus.READY,
    )
