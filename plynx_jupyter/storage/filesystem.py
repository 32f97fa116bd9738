"""The artifact store on any file system that fsspec knows: this machine's, S3, Google Cloud Storage, memory."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit

from plynx_jupyter.errors import ArtifactMissingError, InvalidInputError, StorageError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation

from .base import ArtifactStore, StoredArtifact

_CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RECORD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@=-]*")
_REMOTE_LOOKUPS = 16
T = TypeVar("T")


def open_store(location: StorageLocation) -> ArtifactStore:
    """Return the store at ``location``; the same one for the same location within a process.

    Raises ``StorageError`` when the URL's protocol isn't known, or its fsspec plug-in isn't installed.
    """
    return _opened(location.url, _frozen(location.options))


@lru_cache(maxsize=32)
def _opened(url: str, options: Any) -> ArtifactStore:
    location = StorageLocation(url=url, options=_thawed(options))
    if urlsplit(url).scheme in ("file", ""):
        return LocalStore(location)
    return RemoteStore(location)


def _translated(method: Callable[..., T]) -> Callable[..., T]:
    """Turn whatever a file system raises into ``StorageError`` that says where and what to do."""

    @wraps(method)
    def translated(self: Any, *arguments: Any, **named: Any) -> T:
        try:
            return method(self, *arguments, **named)
        except (StorageError, InvalidInputError):
            raise
        except OSError as error:
            raise StorageError(_in_words(error, self.location.url), url=self.location.url) from error
        except Exception as error:
            # Object stores raise exceptions of their client libraries, which have no common base.
            if type(error).__module__.partition(".")[0] in ("botocore", "aiobotocore", "aiohttp", "gcsfs"):
                raise StorageError(
                    f"The artifact storage {self.location.url} failed: {error}", url=self.location.url
                ) from error
            raise

    return translated


def _in_words(error: OSError, url: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"The artifact storage {url} is full ({error.strerror}). Free space, or run `jupyter plynx cache clean`."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"The artifact storage {url} refuses: {error.strerror} ({error.filename}). Check its permissions."
    return f"The artifact storage {url} failed: {error}"


class LocalStore:
    """Artifacts as read-only files on this machine, ``objects/ab/cdef…``; see ``ArtifactStore``."""

    def __init__(self, location: StorageLocation) -> None:
        parts = urlsplit(location.url)
        self._location = location
        self._root = Path(unquote(parts.path) if parts.scheme else location.url)
        self._objects = self._root / "objects"
        self._records = self._root / "records"

    @property
    def location(self) -> StorageLocation:
        """Where this store is."""
        return self._location

    @_translated
    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file."""
        with path.open("rb") as stream:
            return self.put_stream(stream)

    @_translated
    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""
        digest = Digest(hashlib.sha256(data).hexdigest())
        if self._path(digest).exists():
            return StoredArtifact(digest, len(data))
        return self.put_stream(io.BytesIO(data))

    @_translated
    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields: written aside while it is digested, made durable, then renamed."""
        self._objects.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        size = 0
        descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=self._objects)
        try:
            with os.fdopen(descriptor, "wb") as target:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
                    size += len(chunk)
                target.flush()
                os.fsync(target.fileno())
                os.fchmod(target.fileno(), 0o444)
            name = Digest(digest.hexdigest())
            place = self._path(name)
            place.parent.mkdir(exist_ok=True)
            Path(temporary).replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        return StoredArtifact(name, size)

    @_translated
    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise _missing(digest, self._location) from None

    @_translated
    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a checked private copy at ``destination``."""
        with self.open(digest) as source:
            _copy_checked(source, digest, destination, self._location)

    def local_path(self, digest: Digest) -> Path | None:
        """Return where the artifact lies; None when it isn't there."""
        path = self._path(digest)
        return path if path.exists() else None

    @_translated
    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""
        return {digest for digest in digests if self._path(digest).exists()}

    @_translated
    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts; return the bytes freed."""
        freed = 0
        for digest in digests:
            path = self._path(digest)
            try:
                size = path.stat().st_size
                path.unlink()
            except FileNotFoundError:
                continue
            freed += size
        return freed

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact."""
        for path in self._objects.glob("??/*"):
            digest = path.parent.name + path.name
            if _DIGEST.fullmatch(digest):
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    status = path.stat()
                    modified = datetime.fromtimestamp(status.st_mtime, timezone.utc)
                    yield StoredArtifact(Digest(digest), status.st_size, modified)

    @_translated
    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record, whole or not at all."""
        path = self._records / _checked_name(name)
        self._records.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @_translated
    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        try:
            return (self._records / _checked_name(name)).read_bytes()
        except FileNotFoundError:
            return None

    @_translated
    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""
        (self._records / _checked_name(name)).unlink(missing_ok=True)

    def _path(self, digest: Digest) -> Path:
        return self._objects / _checked(digest)[:2] / digest[2:]


class RemoteStore:
    """Artifacts on a file system that fsspec reaches; see ``ArtifactStore``.

    Object stores make a put visible whole or not at all, which is what this relies on.
    """

    def __init__(self, location: StorageLocation) -> None:
        import fsspec

        self._location = location
        try:
            self._fs, self._root = fsspec.url_to_fs(location.url, **dict(location.options))
        except (ImportError, ValueError) as error:
            hint = " Install it with: pip install 'plynx-jupyter[s3]'." if location.url.startswith("s3") else ""
            raise StorageError(f"The artifact storage {location.url} can't be opened: {error}.{hint}") from error
        # What others write has to be seen.
        self._fs.use_listings_cache = False

    @property
    def location(self) -> StorageLocation:
        """Where this store is."""
        return self._location

    @_translated
    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file, unless it is there already."""
        digest = hashlib.sha256()
        size = 0
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
        name = Digest(digest.hexdigest())
        if not self._fs.exists(self._path(name)):
            self._fs.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)
            self._fs.put_file(str(path), self._path(name))
        return StoredArtifact(name, size)

    @_translated
    def put_bytes(self, data: bytes) -> StoredArtifact:
        """Store bytes."""
        name = Digest(hashlib.sha256(data).hexdigest())
        if not self._fs.exists(self._path(name)):
            self._fs.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(self._path(name), data)
        return StoredArtifact(name, len(data))

    @_translated
    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what ``stream`` yields; its digest must be known first, so it passes through a local file."""
        with tempfile.NamedTemporaryFile(prefix="plynx-upload-") as local:
            shutil.copyfileobj(stream, local, _CHUNK_BYTES)
            local.flush()
            return self.put_file(Path(local.name))

    @_translated
    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading."""
        try:
            stream: BinaryIO = self._fs.open(self._path(digest), "rb")
        except FileNotFoundError:
            raise _missing(digest, self._location) from None
        return stream

    @_translated
    def fetch(self, digest: Digest, destination: Path) -> None:
        """Put a checked private copy at ``destination``."""
        with self.open(digest) as source:
            _copy_checked(source, digest, destination, self._location)

    def local_path(self, digest: Digest) -> Path | None:
        """Return None: it isn't on this machine."""
        _checked(digest)
        return None

    @_translated
    def existing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Return which of ``digests`` are in the store."""
        wanted = list(digests)
        if len(wanted) < 2:
            return {digest for digest in wanted if self._fs.exists(self._path(digest))}
        with ThreadPoolExecutor(_REMOTE_LOOKUPS) as threads:
            found = threads.map(lambda digest: self._fs.exists(self._path(digest)), wanted)
            return {digest for digest, there in zip(wanted, found, strict=True) if there}

    @_translated
    def delete(self, digests: Iterable[Digest]) -> int:
        """Remove artifacts; return the bytes freed."""
        freed = 0
        for digest in digests:
            try:
                size = self._fs.info(self._path(digest))["size"]
                self._fs.rm_file(self._path(digest))
            except FileNotFoundError:
                continue
            freed += size
        return freed

    def __iter__(self) -> Iterator[StoredArtifact]:
        """Yield every artifact."""
        found = self._fs.find(f"{self._root}/objects", detail=True)
        for path, info in found.items():
            digest = "".join(path.rsplit("/", 2)[-2:])
            if _DIGEST.fullmatch(digest):
                modified = info.get("LastModified") or info.get("created") or info.get("mtime")
                aware = modified.astimezone(timezone.utc) if isinstance(modified, datetime) else None
                yield StoredArtifact(Digest(digest), info["size"], aware)

    @_translated
    def put_record(self, name: str, data: bytes) -> None:
        """Write a small record."""
        path = f"{self._root}/records/{_checked_name(name)}"
        self._fs.makedirs(f"{self._root}/records", exist_ok=True)
        self._fs.pipe_file(path, data)

    @_translated
    def get_record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        try:
            data: bytes = self._fs.cat_file(f"{self._root}/records/{_checked_name(name)}")
        except FileNotFoundError:
            return None
        return data

    @_translated
    def delete_record(self, name: str) -> None:
        """Remove a record if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._root}/records/{_checked_name(name)}")

    def _path(self, digest: Digest) -> str:
        return f"{self._root}/objects/{_checked(digest)[:2]}/{digest[2:]}"


def _copy_checked(source: BinaryIO, digest: Digest, destination: Path, location: StorageLocation) -> None:
    seen = hashlib.sha256()
    try:
        with destination.open("xb") as target:
            while chunk := source.read(_CHUNK_BYTES):
                seen.update(chunk)
                target.write(chunk)
    except FileExistsError:
        raise
    except BaseException:
        destination.unlink(missing_ok=True)
        raise
    if seen.hexdigest() != digest:
        destination.unlink()
        raise ArtifactMissingError(
            f"Artifact {digest} in {location.url} is damaged: its content has another digest.", digest=digest
        )


def _missing(digest: Digest, location: StorageLocation) -> ArtifactMissingError:
    return ArtifactMissingError(f"Artifact {digest} isn't in {location.url} (any more).", digest=digest)


def _checked(digest: Digest) -> Digest:
    """Let nothing but a digest become part of a path."""
    if not _DIGEST.fullmatch(digest):
        raise InvalidInputError(f"{digest!r} is no digest: 64 hexadecimal digits.")
    return digest


def _checked_name(name: str) -> str:
    if not _RECORD_NAME.fullmatch(name) or len(name) > 200:
        raise InvalidInputError(f"{name!r} can't name a record.")
    return name


def _frozen(value: Any) -> Any:
    """Return options in a form that can be a key of a cache."""
    if isinstance(value, dict) or hasattr(value, "items"):
        return ("dict", tuple(sorted((key, _frozen(item)) for key, item in value.items())))
    if isinstance(value, list | tuple):
        return ("list", tuple(_frozen(item) for item in value))
    return ("value", value)


def _thawed(frozen: Any) -> Any:
    kind, value = frozen
    if kind == "dict":
        return {key: _thawed(item) for key, item in value}
    return [_thawed(item) for item in value] if kind == "list" else value
