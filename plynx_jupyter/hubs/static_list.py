"""The hub of a fixed list of operations: a JSON file, as ``jupyter plynx operations meta`` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import InvalidInputError

from .base import BaseHub
from .gathering import Gathered, gather


class StaticListHub(BaseHub):
    """Operations and groups of them from a JSON file; read again when it has changed.

    ``path`` (in older platform files ``list_nodes_path``) starts at the platform file.
    """

    title = "Built-in operations"
    icon = "list"

    def __init__(self, path: str = "", list_nodes_path: str = "") -> None:
        if not path and not list_nodes_path:
            raise InvalidInputError("A static list hub needs the argument path: a JSON file of operations.")
        self._path = Path(path or list_nodes_path).expanduser()
        self._stamp: tuple[int, int] | None = None
        self._gathered = Gathered()

    def gathered(self) -> Gathered:
        """Return what the file holds."""
        path = self.context.folder / self._path
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if stamp != self._stamp:
                self._gathered = gather(_read(path), self.kind)
                self._stamp = stamp
        except OSError as error:
            raise InvalidInputError(f"{path} can't be read: {error.strerror or error}.") from error
        return self._gathered


def _read(path: Path) -> list[Any]:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path} isn't a list of operations: it isn't JSON: {error}.") from error
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        found = found["items"]
    if not isinstance(found, list):
        raise InvalidInputError(f"{path} isn't a list of operations: it holds a {type(found).__name__}.")
    return found
