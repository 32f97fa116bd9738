"""The hub of a folder: its notebooks, and the functions in its Python files that are declared to be operations."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from plynx_jupyter.errors import InvalidInputError, PlynxError
from plynx_jupyter.operations.decorators import Group
from plynx_jupyter.operations.function_reading import read_operations
from plynx_jupyter.operations.groups import COLLECTION
from plynx_jupyter.operations.notebook import operation_from_notebook

from .base import BaseHub
from .gathering import Gathered, HubItem, gather, operation_id

MOST_FILES: Final = 2000
"""More files than people keep operations in: a folder that has them was not meant."""
MOST_BYTES: Final = 32 << 20
_AT_ONCE: Final = 4
"""Files read at the same time; each Python file is imported by a process of its own."""

Stamp = tuple[int, int]


class FolderHub(BaseHub):
    """Notebooks and Python files below a folder.

    Sub-folders are groups, and so are Python files with several operations. A file is read when it is new or its
    time or size have changed, which every search looks for. Notebooks are never run; a Python file is imported,
    by a process of its own, if it declares an operation. ``path`` starts at the platform file.
    """

    title = "Folder"
    icon = "folder"

    def __init__(self, path: str) -> None:
        self._path = Path(path).expanduser()
        self._known: dict[Path, tuple[Stamp, Gathered]] = {}

    def gathered(self) -> Gathered:
        """Return what the files hold now; what one of them can't give is a problem that names it."""
        root = self.context.folder / self._path
        if not root.is_dir():
            raise InvalidInputError(f"There is no folder {root}.")
        files, problems = _files(root)
        stale = {path: stamp for path, stamp in files.items() if self._known.get(path, (None,))[0] != stamp}
        if stale:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                found = pool.map(lambda path: self._read(path, path.relative_to(root)), stale)
                read = {path: (stale[path], gathered) for path, gathered in zip(stale, found, strict=True)}
            self._known.update(read)
        self._known = {path: known for path, known in self._known.items() if path in files}
        whole = Gathered(problems=problems)
        for path in files:
            whole.items += self._known[path][1].items
            whole.problems += self._known[path][1].problems
        return whole

    def _read(self, path: Path, name: Path) -> Gathered:
        try:
            return _READERS[path.suffix](path, name, self.kind)
        except PlynxError as error:
            message = error.message.removeprefix(path.name).removeprefix(":").lstrip()
            return Gathered(problems=[f"{name.as_posix()}: {message}"])
        except (OSError, UnicodeDecodeError) as error:
            return Gathered(problems=[f"{name.as_posix()} can't be read: {error}"])


def _files(root: Path) -> tuple[dict[Path, Stamp], list[str]]:
    """Return the files that may hold operations, by path in the order of their names, with their stamps."""
    files: dict[Path, Stamp] = {}
    problems: list[str] = []
    for path, status in _walk(root):
        if len(files) == MOST_FILES:
            problems.append(
                f"{root} has more than {MOST_FILES} notebooks and Python files; the rest isn't shown."
            )
            break
        if status.st_size > MOST_BYTES:
            problems.append(f"{path.relative_to(root).as_posix()} has more than {MOST_BYTES >> 20} MiB.")
        else:
            files[path] = (status.st_mtime_ns, status.st_size)
    return files, problems


def _walk(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in _READERS and not _is_hidden(name):
                try:
                    yield path, path.stat()
                except OSError:  # removed meanwhile, or a link that leads nowhere
                    continue


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__"))


def _notebook(path: Path, name: Path, hub: str) -> Gathered:
    operation = operation_from_notebook(path)
    made = replace(operation, id=operation_id(hub, name.as_posix()))
    return gather([HubItem(made, name.parent.parts)], hub)


def _python(path: Path, name: Path, hub: str) -> Gathered:
    if not declares_operations(path.read_bytes(), path.name):
        return Gathered()
    documents, problems = read_operations(path)
    group = name.parent.parts if len(documents) == 1 else (*name.parent.parts, name.stem)
    gathered = gather(_with_ids(documents, hub, name.as_posix()), hub, group)
    gathered.problems += [f"{name.as_posix()}: {problem}" for problem in problems]
    return gathered


def _with_ids(documents: Iterable[Mapping[str, object]], hub: str, key: str) -> list[object]:
    """The group of an operation depends on how many there are in its file; its id must not."""
    found: list[object] = []
    for document in documents:
        inner = document.get("items")
        if document.get("_type") == "Group" and isinstance(inner, list):
            title = str(document["title"])
            found.append(Group(title, _with_ids(inner, hub, f"{key}/{title}")))
        else:
            found.append({"_id": operation_id(hub, f"{key}/{document['title']}"), **document})
    return found


def declares_operations(source: bytes, name: str) -> bool:
    """Tell by its text, without running it, whether a Python file may declare operations.

    It imports something of this project (under any name) and decorates with it, or has a ``COLLECTION``. Raises
    ``InvalidInputError`` for what isn't Python.
    """
    if b"plynx" not in source:
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise InvalidInputError(
            f"{name}: it isn't Python: {error}" + (f" (line {line})" if line else "")
        ) from error
    decorated = any(getattr(statement, "decorator_list", ()) for statement in tree.body)
    names = {
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    return decorated or COLLECTION in names


_READERS: Final[Mapping[str, Callable[[Path, Path, str], Gathered]]] = {".ipynb": _notebook, ".py": _python}
