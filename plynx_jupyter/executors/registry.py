"""Finding the executor of a kind of nodes by its name: the built-in ones, and plug-ins.

A plug-in is an entry point in the group ``plynx_jupyter.executors`` whose name is the kind and whose object is a
``BaseExecutor`` subclass; one that is broken is noted in ``problems()`` and harms no other. What a platform file
names comes in front of both.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from plynx_jupyter.errors import InvalidInputError, NotFoundError
from plynx_jupyter.model import kind as kinds

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .base import BaseExecutor

ENTRY_POINTS: Final = "plynx_jupyter.executors"

_BUILT_IN: Final = {
    kinds.FILE: ("file", "FileExecutor"),
    kinds.PYTHON: ("python", "PythonExecutor"),
    kinds.FUNCTION: ("function", "FunctionExecutor"),
    kinds.BASH_JINJA2: ("bash_jinja2", "BashJinja2Executor"),
    kinds.COMMAND: ("command", "CommandExecutor"),
    kinds.NOTEBOOK: ("notebook", "NotebookExecutor"),
    kinds.COMPOSITE: ("graph", "CompositeExecutor"),
    kinds.COMPOSITE_INPUT: ("graph", "CompositeInputExecutor"),
    kinds.COMPOSITE_OUTPUT: ("graph", "CompositeOutputExecutor"),
    kinds.GRAPH: ("graph", "GraphExecutor"),
}

_lock = threading.RLock()
_registered: dict[str, type[BaseExecutor]] = {}
_declared: dict[str, str] = {}
_problems: dict[str, str] = {}


def get_executor(kind: str) -> type[BaseExecutor]:
    """Return the class for a kind, older spellings included; raises ``NotFoundError`` that names the known ones."""
    with _lock:
        registered = _registered.get(kind)
    if registered is not None:
        return registered
    name = kinds.canonical_kind(kind)
    if name in _BUILT_IN and name not in _declared:
        return _built_in(name)
    plug_in = _plug_in(name)
    if plug_in is None:
        reason = _problems.get(name) or f"known kinds: {', '.join(known_kinds())}."
        raise NotFoundError(f"There is no executor for nodes of kind {kind!r}; {reason}", kind=kind)
    return plug_in


def register(executor: type[BaseExecutor]) -> None:
    """Make a class known under its ``kind`` in this process, in front of everything else."""
    if not executor.kind:
        raise InvalidInputError(f"{executor.__qualname__} can't be registered: it has no kind.")
    with _lock:
        _registered[executor.kind] = executor


def declare(kind: str, location: str) -> None:
    """Make the class at ``location`` (``module:Class``) known under a kind in this process; it is imported when needed.

    It comes in front of a built-in one. A class that can't be used is noted in ``problems()``.
    """
    with _lock:
        if _declared.get(kind) != location:
            withdraw(kind)
            _declared[kind] = location


def withdraw(kind: str) -> None:
    """Forget what was declared for a kind."""
    with _lock:
        if _declared.pop(kind, None) is not None:
            _registered.pop(kind, None)
            _problems.pop(kind, None)


def location_of(kind: str) -> str:
    """Return where the class is that was declared for a kind, for other processes to declare; empty if none was."""
    return _declared.get(kinds.canonical_kind(kind), "")


def known_kinds() -> tuple[str, ...]:
    """Return the names of all kinds that have a working executor, sorted."""
    plug_ins = [name for name in {**_entry_points(), **_declared} if _plug_in(name) is not None]
    return tuple(sorted({*_BUILT_IN, *_registered, *plug_ins}))


def problems() -> tuple[str, ...]:
    """Return what was wrong with plug-ins that were asked for so far, one sentence each."""
    return tuple(_problems.values())


def problem_of(kind: str) -> str:
    """Return what is wrong with a plug-in, as far as it was asked for; empty when nothing is."""
    return _problems.get(kinds.canonical_kind(kind), "")


@cache
def _built_in(name: str) -> type[BaseExecutor]:
    module, attribute = _BUILT_IN[name]
    executor: type[BaseExecutor] = getattr(import_module(f".{module}", __package__), attribute)
    return executor


@cache
def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS) if point.name not in _BUILT_IN}


def _declared_point(name: str) -> EntryPoint | None:
    from importlib.metadata import EntryPoint

    location = _declared.get(name)
    return None if location is None else EntryPoint(name, location, ENTRY_POINTS)


def _plug_in(name: str) -> type[BaseExecutor] | None:
    from .base import BaseExecutor

    with _lock:
        point = _declared_point(name) or _entry_points().get(name)
        if point is None or name in _problems:
            return None
        if name in _registered:
            return _registered[name]
        try:
            executor = point.load()
            fits = isinstance(executor, type) and issubclass(executor, BaseExecutor)
            reason = None if fits else f"{executor!r} isn't a subclass of BaseExecutor"
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; it is noted
            reason = f"{type(error).__name__}: {error}"
        if reason is not None:
            _problems[name] = f"The plug-in {point.value} for the kind {name!r} can't be used: {reason}."
            return None
        _registered[name] = executor if executor.kind == name else _named(executor, name)
        return _registered[name]


def _named(executor: type[BaseExecutor], kind: str) -> type[BaseExecutor]:
    """Return the class under another kind: one class may serve several."""
    return type(executor.__name__, (executor,), {"kind": kind, "__doc__": executor.__doc__})
