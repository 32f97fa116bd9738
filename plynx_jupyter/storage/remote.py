"""The artifact store on any other file system that fsspec reaches: S3, Google Cloud Storage, SFTP, …."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from plynx_jupyter.errors import StorageError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation

from .addressing import digest_at, object_path, record_path
from .base import StoredArtifact
from .content import (
    CHUNK_BYTES,
    chunks,
    digest_and_size,
    digest_of,
    open_source,
    pour,
    source_chunks,
    write_copy,
)
from .failure import damaged, failures_in, missing, shown, translated
from .remote_writer import RemoteWriter

_PUTS_WHOLE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss"})
"""Protocols of stores where a put is seen whole or not at all; on others it goes by a name of its own first."""

_EXTRAS = {"s3": "s3", "s3a": "s3"}
_TIME_FIELDS = ("LastModified", "last_modified", "mtime", "updated", "created")
_FRESH_SECONDS = 600.0
"""An artifact older than this is put again although it is there, so that a clean-up takes it for a new one."""

_LOOKUPS_AT_ONCE = 16


class RemoteStore:
    """Artifacts as objects ``objects/ab/cdef…`` below a URL; see ``ArtifactStore``."""

    def __init__(self, location: StorageLocation) -> None:
        self._location = location
        with failures_in(location):
            self._fs, self._root = _connect(location)
        protocols = self._fs.protocol
        self._protocols = {protocols} if isinstance(protocols, str) else set(protocols)

    @property
    def location(self) -> StorageLocation:
        """Where this store is."""
        return self._location

    @translated
    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file, unless it was stored a moment ago."""
        with open_source(path) as stream:
            digest, size = digest_and_size(source_chunks(stream))
        place = self._place(digest)
        if not self._is_fresh(place, size):
            with self._written(place) as target:
                self._fs.put_file(str(path), target)
        return StoredArtifact(digest, size)

    @translated
    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes, unless they were stored a moment ago."""
        digest = digest_of(data)
        place = self._place(digest)
        if not self._is_fresh(place, len(data)):
            with self._written(place) as target:
                self._fs.pipe_file(target, data)
        return StoredArtifact(digest, len(data))

    @translated
    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields."""
        return pour(stream, self.writer())

    def writer(self) -> RemoteWriter:
        """Begin an artifact that is written piece by piece."""
        return RemoteWriter(self)

    @translated
    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading."""
        try:
            stream: BinaryIO = self._fs.open(self._place(digest), "rb", block_size=4 * CHUNK_BYTES)
        except FileNotFoundError:
            raise missing(digest, self._location) from None
        return stream

    @translated
    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a checked private copy at ``destination``."""
        with self.open(digest) as source:
            found = write_copy(destination, lambda target: target.writelines(self._read(source)))
        if found != digest:
            destination.unlink()
            self._set_aside(digest)
            raise damaged(digest, self._location)

    @translated
    def local_path(self, digest: Digest) -> Path | None:
        """Return None: it isn't on this machine."""
        object_path(digest)
        return None

    @translated
    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""
        places = {digest: self._place(digest) for digest in digests}
        if len(places) < 2:
            return {digest for digest, place in places.items() if self._info(place) is not None}
        with ThreadPoolExecutor(min(_LOOKUPS_AT_ONCE, len(places)), "plynx-storage") as threads:
            found = threads.map(self._info, places.values())
            return {digest for digest, info in zip(places, found, strict=True) if info is not None}

    @translated
    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts; return the bytes freed."""
        freed = 0
        for digest in digests:
            place = self._place(digest)
            info = self._info(place)
            if info is not None:
                with contextlib.suppress(FileNotFoundError):
                    self._fs.rm_file(place)
                    freed += int(info["size"])
        return freed

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact."""
        with failures_in(self._location):
            try:
                found = self._fs.find(f"{self._root}/objects", detail=True)
            except FileNotFoundError:
                found = {}
        for path, info in found.items():
            digest = digest_at(path)
            if digest is not None:
                yield StoredArtifact(digest, int(info["size"]), _modified(info))

    @translated
    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record."""
        with self._written(f"{self._root}/{record_path(name)}") as target:
            self._fs.pipe_file(target, data)

    @translated
    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        try:
            data: bytes = self._fs.cat_file(f"{self._root}/{record_path(name)}")
        except FileNotFoundError:
            return None
        return data

    @translated
    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._root}/{record_path(name)}")

    def _place(self, digest: Digest) -> str:
        return f"{self._root}/{object_path(digest)}"

    def _info(self, place: str) -> dict[str, Any] | None:
        # Not ``exists``: that takes an unreachable store for an empty one.
        try:
            info: dict[str, Any] = self._fs.info(place)
        except FileNotFoundError:
            return None
        return info

    def _is_fresh(self, place: str, size_bytes: int) -> bool:
        info = self._info(place)
        if info is None or info["size"] != size_bytes:
            return False
        modified = _modified(info)
        return modified is not None and time.time() - modified.timestamp() < _FRESH_SECONDS

    @contextlib.contextmanager
    def _written(self, place: str) -> Iterator[str]:
        """Say where to write what belongs to ``place``, so that it is seen there whole or not at all."""
        if self._protocols & _PUTS_WHOLE:
            yield place
            return
        folder = place.rpartition("/")[0]
        temporary = f"{self._root}/partial/{secrets.token_hex(8)}"
        self._fs.makedirs(f"{self._root}/partial", exist_ok=True)
        self._fs.makedirs(folder, exist_ok=True)
        try:
            yield temporary
            self._fs.mv(temporary, place)
        except BaseException:
            with contextlib.suppress(OSError):
                self._fs.rm_file(temporary)
            raise

    def _read(self, source: BinaryIO) -> Iterator[bytes]:
        with failures_in(self._location):
            yield from chunks(source)

    def _set_aside(self, digest: Digest) -> None:
        with contextlib.suppress(FileNotFoundError):  # somebody else found it too
            self._fs.makedirs(f"{self._root}/damaged", exist_ok=True)
            self._fs.mv(self._place(digest), f"{self._root}/damaged/{digest}")


def _connect(location: StorageLocation) -> tuple[Any, str]:
    """Return fsspec's file system for a location, one that nobody else configures, and the path within it."""
    import fsspec

    try:
        fs, root = fsspec.url_to_fs(location.url, skip_instance_cache=True, **dict(location.options))
    except ImportError as error:
        extra = _EXTRAS.get(location.url.partition(":")[0])
        advice = f" Install it with: pip install 'plynx-jupyter[{extra}]'." if extra else ""
        message = (
            f"The artifact storage {shown(location)} needs a package that isn't installed: {error}.{advice}"
        )
        raise StorageError(message, url=shown(location)) from error
    except (ValueError, TypeError) as error:
        message = (
            f"The artifact storage {shown(location)} can't be opened: {error}. Check its URL and options."
        )
        raise StorageError(message, url=shown(location)) from error
    # What other processes write has to be seen.
    if hasattr(fs, "dircache"):
        fs.dircache.use_listings_cache = False
    return fs, str(root).rstrip("/")


def _modified(info: dict[str, Any]) -> datetime | None:
    """Return when an object was written, which each file system says in its own way; None if it doesn't."""
    for name in _TIME_FIELDS:
        value = info.get(name)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        if isinstance(value, datetime):
            return value.astimezone(timezone.utc)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, timezone.utc)
    return None
