"""Artifacts on their way to a remote store: its name must be known first, so each passes through a local file."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from .base import StoredArtifact
from .failure import failures_at


class TakesFiles(Protocol):
    """The part of a store that is needed here."""

    def put_file(self, path: Path) -> StoredArtifact:
        """Store the content of a local file."""
        ...


class RemoteWriter:
    """An artifact that is written piece by piece; see ``ArtifactWriter``."""

    def __init__(self, store: TakesFiles) -> None:
        self._store = store
        with _failures_here():
            # Closed by commit or discard.
            self._file = tempfile.NamedTemporaryFile(prefix="plynx-upload-")  # noqa: SIM115

    def write(self, data: bytes) -> None:
        """Add a piece."""
        with _failures_here():
            self._file.write(data)

    def commit(self) -> StoredArtifact:
        """Send the file to the store."""
        with _failures_here():
            self._file.flush()
        stored = self._store.put_file(Path(self._file.name))
        self.discard()
        return stored

    def discard(self) -> None:
        """Remove the local file."""
        with contextlib.suppress(OSError):
            self._file.close()


@contextlib.contextmanager
def _failures_here() -> Iterator[None]:
    with failures_at(f"The folder for temporary files {tempfile.gettempdir()}"):
        yield
