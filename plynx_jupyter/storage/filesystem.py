"""Which artifact store serves a URL: any file system that fsspec knows, this machine's own being the default."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from plynx_jupyter.model.job import StorageLocation

from .base import ArtifactStore
from .local import LocalStore
from .memory import MemoryStore
from .remote import RemoteStore

_lock = threading.Lock()


def open_store(location: StorageLocation) -> ArtifactStore:
    """Return the store at ``location``; the same one for the same location within a process.

    Raises ``StorageError`` when the place can't be reached, its protocol isn't known, or the fsspec plug-in for
    it isn't installed.
    """
    # A forked child opens its own: connections and the threads that serve them don't survive a fork.
    options = _frozen(dict(location.options))
    with _lock:
        return _opened(location.url, options, os.getpid())


@cache  # to forget a store in memory would be to lose it
def _opened(url: str, options: Any, _process: int) -> ArtifactStore:
    location = StorageLocation(url=url, options=_thawed(options))
    scheme = urlsplit(url).scheme
    if scheme in ("file", ""):
        return LocalStore(location)
    # fsspec's own file system in memory lets threads see each other's unfinished files.
    return MemoryStore(location) if scheme == "memory" else RemoteStore(location)


def _frozen(value: Any) -> Any:
    """Return options in a form that can be a key of a cache."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((key, _frozen(item)) for key, item in value.items())))
    if isinstance(value, (list, tuple)):
        return ("list", tuple(_frozen(item) for item in value))
    return (type(value).__name__, value)


def _thawed(frozen: Any) -> Any:
    kind, value = frozen
    if kind == "dict":
        return {key: _thawed(item) for key, item in value}
    return [_thawed(item) for item in value] if kind == "list" else value
