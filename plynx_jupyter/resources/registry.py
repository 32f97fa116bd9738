"""Finding the type of an artifact by its name: the built-in ones, plug-ins, and older spellings.

Importing this costs nothing: the classes are imported when they are asked for. A plug-in is an entry point
in the group ``plynx_jupyter.resources`` whose name is the file type and whose object is a
``BaseResource`` subclass; one that is broken is noted in ``problems()`` and harms no other. What a platform file
names comes in front of both.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.type_compatibility import ALIASES

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .base import BaseResource

ENTRY_POINTS: Final = "plynx_jupyter.resources"

_BUILT_IN: Final = {
    "file": ("file", "File"),
    "text": ("text", "Text"),
    "csv": ("table", "Csv"),
    "tsv": ("table", "Tsv"),
    "parquet": ("parquet", "Parquet"),
    "dataframe": ("parquet", "DataFrame"),
    "json": ("json_file", "Json"),
    "image": ("image", "Image"),
    "pdf": ("pdf", "Pdf"),
    "html": ("html_page", "Html"),
    "notebook": ("notebook", "Notebook"),
    "executable": ("executable", "Executable"),
    "directory": ("directory", "Directory"),
    "cloud_storage": ("cloud_storage", "CloudStorage"),
    "int": ("values", "Integer"),
    "float": ("values", "Float"),
    "str": ("values", "String"),
    "bool": ("values", "Boolean"),
    "dict": ("values", "Dict"),
    "list": ("values", "List"),
    "color": ("values", "Color"),
    "any": ("anything", "AnyValue"),
}
_lock = threading.RLock()
_registered: dict[str, type[BaseResource]] = {}
_declared: dict[str, tuple[str, dict[str, object]]] = {}
_problems: dict[str, str] = {}


def canonical_file_type(name: str) -> str:
    """Return this project's name for a file type; unknown ones are returned as they are.

    >>> canonical_file_type("py-json-file"), canonical_file_type("Directory"), canonical_file_type("my-Type")
    ('json', 'directory', 'my-Type')
    """
    lowered = name.strip().lower()
    lowered = ALIASES.get(lowered, lowered)
    return lowered if lowered in _BUILT_IN else name


def get_resource(file_type: str) -> type[BaseResource]:
    """Return the class for a file type, or one that treats it as a file and keeps its name."""
    if file_type in _registered:
        return _registered[file_type]
    name = canonical_file_type(file_type)
    if name in _BUILT_IN and name not in _declared:
        return _built_in(name)
    return _plug_in(name) or _unknown(name)


def register(resource: type[BaseResource]) -> None:
    """Make a class known under its ``file_type`` in this process, in front of everything else.

    Raises ``InvalidInputError`` for what isn't a resource class or has no name of its own.
    """
    reason = _not_a_resource(resource)
    if reason is None and "file_type" not in vars(resource):
        reason = f"{resource.__qualname__} has no file_type of its own"
    if reason is not None:
        raise InvalidInputError(f"This can't be registered as a resource: {reason}.")
    with _lock:
        _registered[resource.file_type] = resource


def declare(file_type: str, location: str, **shown: object) -> None:
    """Make the class at ``location`` (``module:Class``) known under a type in this process; it is imported when needed.

    ``shown`` are attributes that it has there: ``title``, ``icon``, ``color``, ``extensions``. It comes in front of
    a built-in one. A class that can't be used is noted in ``problems()``.
    """
    with _lock:
        known, known_shown = _declared.get(file_type, ("", {}))
        if known != location or (shown and known_shown != shown):
            withdraw(file_type)
            _declared[file_type] = (location, shown)


def withdraw(file_type: str) -> None:
    """Forget what was declared for a type."""
    with _lock:
        if _declared.pop(file_type, None) is not None:
            _registered.pop(file_type, None)
            _problems.pop(file_type, None)


def location_of(file_type: str) -> str:
    """Return where the class is that was declared for a type, for other processes to declare; empty if none was."""
    return _declared.get(canonical_file_type(file_type), ("", {}))[0]


def known_file_types() -> tuple[str, ...]:
    """Return the names of all types, plug-ins included whether or not they work, sorted."""
    return tuple(sorted({*_BUILT_IN, *_registered, *_declared, *_entry_points()}))


def raw_file_types() -> tuple[str, ...]:
    """Return the names of the types whose values travel inline, sorted."""
    return tuple(name for name in known_file_types() if get_resource(name).is_raw)


def guess_file_type(path: str | os.PathLike[str]) -> str:
    """Return the file type for a path by its ending: ``file`` when none fits, ``directory`` for a folder."""
    if os.path.isdir(path):  # noqa: PTH112 - any str or path, without importing pathlib
        return "directory"
    ending = os.path.splitext(os.fspath(path))[1].lower()  # noqa: PTH122
    if not ending:
        return "file"
    for names in (tuple(_registered), tuple(_declared), tuple(_BUILT_IN), _entry_points):
        for name in names() if callable(names) else names:  # plug-ins are looked for last, and only then
            if ending in get_resource(name).extensions:
                return name
    return "file"


def problems() -> tuple[str, ...]:
    """Return what was wrong with plug-ins that were asked for so far, one sentence each."""
    return tuple(_problems.values())


def problem_of(file_type: str) -> str:
    """Return what is wrong with a plug-in, as far as it was asked for; empty when nothing is."""
    return _problems.get(canonical_file_type(file_type), "")


@cache
def _built_in(name: str) -> type[BaseResource]:
    module, attribute = _BUILT_IN[name]
    resource: type[BaseResource] = getattr(import_module(f".{module}", __package__), attribute)
    return resource


@cache
def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for entry_point in entry_points(group=ENTRY_POINTS):
        if canonical_file_type(entry_point.name) in _BUILT_IN:
            reason = f"wants the name {entry_point.name!r} of a built-in type; it is ignored"
            _problems[entry_point.name] = f"The plug-in {entry_point.value} {reason}."
        else:
            found.setdefault(entry_point.name, entry_point)
    return found


def _declared_point(name: str) -> EntryPoint | None:
    from importlib.metadata import EntryPoint

    location = _declared.get(name, ("", {}))[0]
    return EntryPoint(name, location, ENTRY_POINTS) if location else None


def _plug_in(name: str) -> type[BaseResource] | None:
    with _lock:
        entry_point = _declared_point(name) or _entry_points().get(name)
        shown = _declared.get(name, ("", {}))[1]
        if entry_point is None or name in _problems:
            return None
        if name in _registered:
            return _registered[name]
        try:
            resource = entry_point.load()
            reason = _not_a_resource(resource)
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; it is noted
            reason = f"{type(error).__name__}: {error}"
        if reason is not None:
            _problems[name] = (
                f"The plug-in {entry_point.value} for the type {name!r} can't be used: {reason}."
            )
            return None
        made: type[BaseResource] = resource if resource.file_type == name else _named(resource, name)
        if shown:
            made = type(made.__name__, (made,), {"__doc__": made.__doc__, **shown})
        _registered[name] = made
        return made


def _not_a_resource(resource: object) -> str | None:
    from .base import BaseResource

    if isinstance(resource, type) and issubclass(resource, BaseResource):
        return None
    return f"{resource!r} isn't a subclass of BaseResource"


def _unknown(name: str) -> type[BaseResource]:
    from .file import File

    return _named(File, name)


@cache
def _named(resource: type[BaseResource], name: str) -> type[BaseResource]:
    attributes = {"file_type": name, "__doc__": resource.__doc__}
    if resource.title == "File":  # the default: say what it is instead
        attributes["title"] = name
    return type(resource.__name__, (resource,), attributes)
