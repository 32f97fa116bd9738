"""Files on their way into a folder store: written aside, then moved into their place in one step."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation

from .base import StoredArtifact
from .failure import failures_in


class UnfinishedFile:
    """A new file in the folder ``partial``."""

    def __init__(self, partial: Path) -> None:
        partial.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=partial)
        self.file = os.fdopen(descriptor, "wb")
        self._path = Path(name)

    def move_to(self, place: str, *, durable: bool) -> None:
        """Close the file, read-only, and give it its place; ``durable`` waits until it is on the disk."""
        with self.file as file:
            file.flush()
            if durable:
                os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o444)
        final = Path(place)
        final.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(final)

    def remove(self) -> None:
        """Close and remove the file, unless it was moved."""
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


class LocalWriter:
    """An artifact that is written piece by piece; see ``ArtifactWriter``."""

    def __init__(self, partial: Path, place: Callable[[Digest], str], location: StorageLocation) -> None:
        self._place = place
        self._location = location
        self._digest = hashlib.sha256()
        self._size = 0
        with failures_in(location):
            self._unfinished = UnfinishedFile(partial)

    def write(self, data: bytes) -> None:
        """Add a piece."""
        with failures_in(self._location):
            self._digest.update(data)
            self._unfinished.file.write(data)
            self._size += len(data)

    def commit(self) -> StoredArtifact:
        """Move the file to where its digest says."""
        digest = Digest(self._digest.hexdigest())
        with failures_in(self._location):
            self._unfinished.move_to(self._place(digest), durable=True)
        return StoredArtifact(digest, self._size)

    def discard(self) -> None:
        """Remove the file, unless it was committed."""
        self._unfinished.remove()
