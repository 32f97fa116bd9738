"""Files: nodes that never run, since their output is known beforehand."""

from __future__ import annotations

from typing import ClassVar

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.model import kind as kinds

from .base import BaseExecutor


class FileExecutor(BaseExecutor):
    """A file of the graph."""

    kind: ClassVar[str] = kinds.FILE

    def run(self) -> None:
        """Refuse: a file has nothing to run."""
        raise JobFailedError(f"Node {self.job.title!r} is a file: it can't be run.")
