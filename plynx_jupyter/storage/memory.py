"""The artifact store of tests and throw-away runs: a dictionary in this process."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from plynx_jupyter.model.ids import Digest, new_id
from plynx_jupyter.model.job import StorageLocation

from .addressing import object_path, record_path
from .base import StoredArtifact
from .content import digest_of, open_source, pour, write_copy
from .failure import damaged, missing


class MemoryStore:
    """Artifacts in memory; see ``ArtifactStore``. Another process that opens its location finds it empty."""

    def __init__(self, location: StorageLocation | None = None) -> None:
        self._location = location or StorageLocation(url=f"memory://{new_id()}")
        self._lock = threading.Lock()
        self._objects: dict[str, tuple[bytes, datetime]] = {}
        self._records: dict[str, bytes] = {}

    @property
    def location(self) -> StorageLocation:
        """The name of this store."""
        return self._location

    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file."""
        with open_source(path) as stream:
            return self.put_stream(stream)

    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""
        digest = digest_of(data)
        with self._lock:
            self._objects[object_path(digest)] = (bytes(data), datetime.now(timezone.utc))
        return StoredArtifact(digest, len(data))

    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields; unlike other stores this one holds it all."""
        return pour(stream, self.writer())

    def writer(self) -> MemoryWriter:
        """Begin an artifact that is written piece by piece."""
        return MemoryWriter(self)

    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading."""
        stored = self._objects.get(object_path(digest))
        if stored is None:
            raise missing(digest, self._location)
        return io.BytesIO(stored[0])

    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a checked private copy at ``destination``."""
        with self.open(digest) as source:
            found = write_copy(destination, lambda target: target.writelines(source))
        if found != digest:
            destination.unlink()
            self.delete([digest])
            raise damaged(digest, self._location)

    def local_path(self, digest: Digest) -> Path | None:
        """Return None: there is no file."""
        object_path(digest)
        return None

    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""
        return {digest for digest in digests if object_path(digest) in self._objects}

    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts; return the bytes freed."""
        with self._lock:
            removed = [self._objects.pop(object_path(digest), None) for digest in digests]
        return sum(len(stored[0]) for stored in removed if stored is not None)

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact."""
        with self._lock:
            stored = list(self._objects.items())
        for path, (data, modified) in stored:
            yield StoredArtifact(Digest("".join(path.split("/")[1:])), len(data), modified)

    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record."""
        self._records[record_path(name)] = bytes(data)

    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        return self._records.get(record_path(name))

    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""
        self._records.pop(record_path(name), None)


class MemoryWriter:
    """An artifact that is written piece by piece; see ``ArtifactWriter``."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Add a piece."""
        self._pieces.append(bytes(data))

    def commit(self) -> StoredArtifact:
        """Put the pieces together."""
        return self._store.put_bytes(b"".join(self._pieces))

    def discard(self) -> None:
        """Forget the pieces."""
        self._pieces.clear()
