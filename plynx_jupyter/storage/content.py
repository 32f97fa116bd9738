"""Content on its way into and out of a store: read in pieces, digested as it passes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.ids import Digest

from .base import ArtifactWriter, StoredArtifact
from .failure import failures_at

CHUNK_BYTES = 1 << 20
_CANNOT_CLONE = frozenset({errno.ENOSYS, errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM})


def digest_of(data: bytes) -> Digest:
    """Return the content address of bytes."""
    return Digest(hashlib.sha256(data).hexdigest())


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a stream holds, in pieces of at most a MiB."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def open_source(path: Path) -> BinaryIO:
    """Open a file that is to be stored; ``InvalidInputError`` if it can't be."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInputError(
            f"The file {path} can't be stored: {error.strerror}.", path=str(path)
        ) from error


def source_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is to be stored; ``InvalidInputError`` when it can't be read, since the store isn't to blame."""
    try:
        yield from chunks(stream)
    except OSError as error:
        raise InvalidInputError(f"What was to be stored can't be read: {error}.") from error


def pour(stream: BinaryIO, writer: ArtifactWriter) -> StoredArtifact:
    """Write what a stream holds and commit it; nothing is left behind when that fails."""
    try:
        for chunk in source_chunks(stream):
            writer.write(chunk)
        return writer.commit()
    except BaseException:
        writer.discard()
        raise


def digest_and_size(pieces: Iterable[bytes]) -> tuple[Digest, int]:
    """Return the content address and the length of all pieces together.

    >>> digest_and_size([b"ab", b"c"]) == (digest_of(b"abc"), 3)
    True
    """
    digest, size = hashlib.sha256(), 0
    for chunk in pieces:
        digest.update(chunk)
        size += len(chunk)
    return Digest(digest.hexdigest()), size


def write_copy(destination: Path, fill: Callable[[BinaryIO], object]) -> Digest:
    """Make a new file, let ``fill`` write it, and return the digest of what is in it then.

    Nothing is left behind when ``fill`` raises. A file that is there already is refused and stays.
    """
    with failures_at(f"The folder {destination.parent}"):
        try:
            target = destination.open("x+b")
        except FileExistsError as error:
            raise InvalidInputError(f"{destination} is there already.", path=str(destination)) from error
        try:
            with target:
                fill(target)
                target.flush()
                target.seek(0)
                digest, _ = digest_and_size(chunks(target))
        except BaseException:
            with contextlib.suppress(OSError):
                destination.unlink()
            raise
    return digest


def copy_file(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a whole file, by the kernel where it can: file systems that share blocks then copy nothing."""
    if not _clone(source, target):
        for chunk in chunks(source):
            target.write(chunk)


def _clone(source: BinaryIO, target: BinaryIO) -> bool:
    """Copy within the kernel; False when it can't, with nothing done."""
    if not hasattr(os, "copy_file_range"):
        return False
    left = os.fstat(source.fileno()).st_size
    copied = 0
    try:
        while left and (count := os.copy_file_range(source.fileno(), target.fileno(), left)):
            copied, left = copied + count, left - count
    except OSError as error:
        if copied or error.errno not in _CANNOT_CLONE:
            raise
        return False
    return copied > 0 or not left
