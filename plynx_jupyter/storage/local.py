"""The artifact store in a folder of this machine."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation

from .addressing import digest_at, object_path, record_path
from .base import StoredArtifact
from .content import copy_file, digest_of, open_source, pour, write_copy
from .failure import damaged, failures_in, missing, translated
from .local_writer import LocalWriter, UnfinishedFile

_ABANDONED_SECONDS = 24 * 3600.0
"""Unfinished files that nobody has written to for so long are left over from a process that was killed."""


class LocalStore:
    """Artifacts as read-only files ``objects/ab/cdef…``; see ``ArtifactStore``.

    What is being written lies in ``partial`` until it is complete and on the disk, and damaged artifacts
    are moved to ``damaged``.
    """

    def __init__(self, location: StorageLocation) -> None:
        parts = urlsplit(location.url)
        self._location = location
        self._root = os.path.abspath(unquote(parts.path) if parts.scheme else location.url)  # noqa: PTH100
        self._partial = Path(self._root, "partial")
        with failures_in(location):
            self._remove_abandoned()

    @property
    def location(self) -> StorageLocation:
        """Where this store is."""
        return self._location

    @translated
    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file."""
        with open_source(path) as stream:
            return self.put_stream(stream)

    @translated
    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""
        digest = digest_of(data)
        place = self._place(digest)
        if _exists(place) and _content(place) == data:
            # Fresh again: a clean-up spares what a record may be about to name.
            with contextlib.suppress(FileNotFoundError):
                os.utime(place)
                return StoredArtifact(digest, len(data))
        self._write(lambda target: target.write(data), lambda: place, durable=True)
        return StoredArtifact(digest, len(data))

    @translated
    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields, digested while it is written."""
        return pour(stream, self.writer())

    def writer(self) -> LocalWriter:
        """Begin an artifact that is written piece by piece."""
        return LocalWriter(self._partial, self._place, self._location)

    @translated
    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading."""
        place = self._place(digest)
        try:
            # The second look is the kernel's own: a link put there in between isn't followed either.
            if _exists(place):
                return open(place, "rb", opener=_without_links)
        except FileNotFoundError:
            pass
        raise missing(digest, self._location)

    @translated
    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a checked private copy at ``destination``."""
        with self.open(digest) as source:
            found = write_copy(destination, lambda target: copy_file(source, target))
        if found != digest:
            destination.unlink()
            self._set_aside(digest)
            raise damaged(digest, self._location)

    @translated
    def local_path(self, digest: Digest) -> Path | None:
        """Return where the artifact lies; None when it isn't there."""
        place = self._place(digest)
        return Path(place) if _exists(place) else None

    @translated
    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""
        return {digest for digest in digests if _exists(self._place(digest))}

    @translated
    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts; return the bytes freed."""
        freed = 0
        for digest in digests:
            place = Path(self._place(digest))
            try:
                size = place.lstat().st_size
                place.unlink()
            except FileNotFoundError:
                continue
            freed += size
        return freed

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact."""
        with failures_in(self._location):
            for folder in _entries(Path(self._root, "objects")):
                for entry in _entries(folder) if folder.is_dir() else ():
                    digest = digest_at(str(entry))
                    if digest is None:
                        continue
                    with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                        status = entry.lstat()
                        if not stat.S_ISREG(status.st_mode):
                            continue
                        modified = datetime.fromtimestamp(status.st_mtime, timezone.utc)
                        yield StoredArtifact(digest, status.st_size, modified)

    @translated
    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record, whole or not at all.

        It isn't forced to the disk, which would cost each job a wait; one that a power failure tore is known by
        the digest in front of it, and counts as not there.
        """
        place = f"{self._root}/{record_path(name)}"
        content = digest_of(data).encode() + b"\n" + data
        self._write(lambda target: target.write(content), lambda: place, durable=False)

    @translated
    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        content = _content(f"{self._root}/{record_path(name)}")
        if content is None:
            return None
        digest, _, data = content.partition(b"\n")
        return data if digest == digest_of(data).encode() else None

    @translated
    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""
        Path(self._root, record_path(name)).unlink(missing_ok=True)

    def _place(self, digest: Digest) -> str:
        # Plain text: a look-up of many digests would spend most of its time on making paths of them.
        return f"{self._root}/{object_path(digest)}"

    def _write(self, fill: Callable[[BinaryIO], object], place: Callable[[], str], *, durable: bool) -> None:
        """Let ``fill`` write a file aside, then move it in one step to where ``place`` says, read-only."""
        unfinished = UnfinishedFile(self._partial)
        try:
            fill(unfinished.file)
            unfinished.move_to(place(), durable=durable)
        except BaseException:
            unfinished.remove()
            raise

    def _set_aside(self, digest: Digest) -> None:
        aside = Path(self._root, "damaged", digest)
        aside.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # somebody else found it too
            Path(self._place(digest)).replace(aside)

    def _remove_abandoned(self) -> None:
        newest = time.time() - _ABANDONED_SECONDS
        for entry in _entries(self._partial):
            with contextlib.suppress(FileNotFoundError):
                if entry.stat().st_mtime < newest:
                    entry.unlink()


def _exists(path: str) -> bool:
    """Tell whether there is a file, and not a link, which could lead anywhere, or a pipe, which never ends."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _without_links(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise FileNotFoundError(error.errno, "it is a link", path) from None
        raise


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None


def _entries(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from folder.iterdir()
