"""The private folder of one attempt, and the names of files in it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from plynx_jupyter.resources.base import BaseResource

_NOT_IN_NAMES = re.compile(r"[^\w.+-]|\.{2,}", re.ASCII)
_LONGEST_NAME = 100


class WorkFolder:
    """The private folder of one attempt; a context manager that removes it, whatever is in it.

    ``inputs`` and ``outputs`` are made when they are needed, which for most functions is never.
    """

    def __init__(self, scratch: Path | None) -> None:
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        # realpath: code that compares paths with its working folder would stumble over links on the way
        self.root = Path(os.path.realpath(tempfile.mkdtemp(prefix="plynx-job-", dir=scratch)))
        self.code = self.root / "work"
        self.inputs = self.root / "inputs"
        self.outputs = self.root / "outputs"
        self.code.mkdir()

    def __enter__(self) -> WorkFolder:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            shutil.rmtree(self.root)
        except OSError:
            with contextlib.suppress(OSError):
                _allow_removal(self.root)
            shutil.rmtree(self.root, ignore_errors=True)  # what still stays is left to the system


def with_extension(name: str, kind: type[BaseResource]) -> str:
    """Return a file name that ends as files of this type do."""
    endings = kind.extensions
    return name if not endings or name.lower().endswith(endings) else name + endings[0]


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a safe, distinct file name for each name of a port."""
    made: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        base = _NOT_IN_NAMES.sub("_", name).lstrip(".-")[:_LONGEST_NAME] or "_"
        file_name, number = base, 1
        while file_name.lower() in used:
            number += 1
            file_name = f"{number}_{base}"
        used.add(file_name.lower())
        made[name] = file_name
    return made


def _allow_removal(root: Path) -> None:
    """Give back the rights to folders that code has taken away."""
    root.chmod(0o700)
    for folder, names, _ in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o700)
