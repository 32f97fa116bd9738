"""How failures of file systems and object stores become errors that say where, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from plynx_jupyter.errors import ArtifactMissingError, PlynxError, StorageError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_CLIENT_LIBRARIES = frozenset(
    {
        "adlfs",
        "aiobotocore",
        "aiohttp",
        "azure",
        "botocore",
        "gcsfs",
        "google",
        "paramiko",
        "requests",
        "urllib3",
    }
)
T = TypeVar("T")


@contextmanager
def failures_at(place: str, advice: str = "") -> Iterator[None]:
    """Turn what fails in the block into a ``StorageError`` about ``place``; errors of this project pass."""
    try:
        yield
    except PlynxError:
        raise
    except OSError as error:
        raise StorageError(f"{place} {_in_words(error, advice)}", place=place) from error
    except Exception as error:
        # Object stores raise exceptions of their client libraries, which have no common base.
        if type(error).__module__.partition(".")[0] not in _CLIENT_LIBRARIES:
            raise
        message = f"{place} can't be reached: {error}. Check its address, the network and the credentials."
        raise StorageError(message, place=place) from error


def translated(method: Callable[..., T]) -> Callable[..., T]:
    """Make a method of a store report failures as ``failures_at`` its location."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> T:
        with failures_in(self.location):
            return method(self, *arguments, **named)

    return call


@contextmanager
def failures_in(location: StorageLocation) -> Iterator[None]:
    """Turn what fails in the block into a ``StorageError`` about the store at ``location``."""
    place = f"The artifact storage {shown(location)}"
    with failures_at(place, " or remove old results with `jupyter plynx cache clean`"):
        yield


def shown(location: StorageLocation) -> str:
    """Return a location's URL without the password that may be in it.

    >>> shown(StorageLocation(url="sftp://me:secret@host/data"))
    'sftp://me:***@host/data'
    """
    parts = urlsplit(location.url)
    if parts.password is None:
        return location.url
    return location.url.replace(f":{parts.password}@", ":***@", 1)


def missing(digest: Digest, location: StorageLocation) -> ArtifactMissingError:
    """Return the error for an artifact that isn't there."""
    return ArtifactMissingError(
        f"Artifact {digest} isn't in the artifact storage {shown(location)} (any more). "
        "Run the node that makes it again.",
        digest=digest,
    )


def damaged(digest: Digest, location: StorageLocation) -> ArtifactMissingError:
    """Return the error for an artifact whose content isn't what its digest says."""
    return ArtifactMissingError(
        f"Artifact {digest} in the artifact storage {shown(location)} is damaged: its content has another digest. "
        "It was set aside; run the node that makes it again.",
        digest=digest,
        damaged=True,
    )


def _in_words(error: OSError, advice: str) -> str:
    if error.errno in _FULL:
        return f"has no room: {error.strerror}. Free space{advice}."
    if error.errno in _REFUSED or isinstance(error, PermissionError):
        named = f" ({error.filename})" if error.filename else ""
        return f"refuses: {error.strerror or error}{named}. Check its permissions, or the credentials."
    if isinstance(error, FileNotFoundError):
        return f"isn't there: {error}. Make the folder or bucket, or mount it."
    return f"failed: {error}."
