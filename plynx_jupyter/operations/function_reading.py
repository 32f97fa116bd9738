"""A function of a file becomes an operation without its file being run in this process: a child imports it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from plynx_jupyter.errors import InvalidInputError, OperationInvalidError
from plynx_jupyter.graph.document import operation_from_dict, operation_to_dict
from plynx_jupyter.model.operation import Operation

_SECONDS: Final = 60.0
_SHOWN: Final = 4000


def read_function(path: Path, name: str, *, seconds: float = _SECONDS) -> Operation:
    """Return the operation that a function (or class) ``name`` of a Python file makes; blocks.

    Raises ``OperationInvalidError`` with all problems: the file can't be imported, takes too long, or holds nothing
    of that name that can be an operation.
    """
    told = _ask(path, [name], seconds)
    if "problem" in told:
        raise OperationInvalidError(told["problem"], path=path.name, **told["data"])
    return operation_from_dict(told["operation"], where=path.name)


def read_operations(path: Path, *, seconds: float = _SECONDS) -> tuple[list[dict[str, Any]], list[str]]:
    """Return all operations of a Python file as documents (see ``groups``), and what is wrong with others; blocks.

    Their code is kept as text, so that they run wherever the file is. Raises ``OperationInvalidError`` when the file
    can't be imported.
    """
    told = _ask(path, [], seconds)
    return told["operations"], told["problems"]


def _ask(path: Path, names: list[str], seconds: float) -> dict[str, Any]:
    # -B: nothing is written beside the user's files.
    command = [sys.executable, "-B", "-m", __name__, str(path), *names]
    try:
        done = _run(command, path.parent, seconds)
    except subprocess.TimeoutExpired as error:
        raise OperationInvalidError(
            f"{path.name} took more than {seconds:.0f} s to be imported. Move what takes long into the function.",
            path=path.name,
        ) from error
    last = done.stdout.decode("utf-8", "replace").rpartition("\n")[2]
    if done.returncode == 0 and last.startswith("{"):
        told: dict[str, Any] = json.loads(last)
        return told
    traceback = done.stderr.decode("utf-8", "replace")[-_SHOWN:].strip()
    reason = traceback.rpartition("\n")[2] or f"it ended with status {done.returncode}"
    raise OperationInvalidError(
        f"{path.name} can't be imported: {reason}", path=path.name, traceback=traceback
    )


def _run(command: list[str], folder: Path, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, and end with it all that it started: importing a file may start anything."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        try:
            out, err = child.communicate(timeout=seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, child.returncode, out, err)


def _tell(path: Path, name: str) -> dict[str, Any]:
    from .function import operation_from_function

    module = _imported(path)
    target = getattr(module, name, None)
    if not callable(target):
        there = sorted(
            word for word, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", None) == path.stem and not word.startswith("_")
        )  # fmt: skip
        listed = f" It has {', '.join(there)}." if there else ""
        return {"problem": f"{path.name} has no function {name!r}.{listed}", "data": {"functions": there}}
    try:
        return {"operation": operation_to_dict(operation_from_function(target))}
    except OperationInvalidError as error:
        return {"problem": error.message, "data": error.data}


def _tell_all(path: Path) -> dict[str, Any]:
    from .groups import documents_of, items_of_module

    module = _imported(path)
    # What can't be imported by its name is kept as text, and so is what it needs from the files beside it.
    sys.path[:] = [entry for entry in sys.path if Path(entry).absolute() != path.absolute().parent]
    problems: list[str] = []
    try:
        return {"operations": documents_of(items_of_module(module), problems), "problems": problems}
    except InvalidInputError as error:
        return {"operations": [], "problems": [error.message]}


def _imported(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent))
    loader = SourceFileLoader(path.stem, str(path))
    spec = importlib.util.spec_from_loader(path.stem, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    # Not by the loader, which may have compiled another text of the same second and length.
    exec(loader.source_to_code(path.read_bytes(), str(path)), vars(module))  # noqa: S102
    return module


if __name__ == "__main__":
    said = _tell(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else _tell_all(Path(sys.argv[1]))
    print("\n" + json.dumps(said, default=str), end="", flush=True)
