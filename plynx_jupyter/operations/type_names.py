"""Python types and everyday words as names of file types and parameter types; nothing heavy is imported."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import Annotated, Any, Final, Literal

from plynx_jupyter.model.parameter import EnumChoice, ParameterType, ParameterValue

FILE_TYPES: Final = frozenset(
    {"any", "bool", "color", "dataframe", "dict", "float", "int", "list", "str"}
    | {"cloud_storage", "csv", "directory", "executable", "file", "html", "image", "json"}
    | {"notebook", "parquet", "pdf", "text", "tsv"}
)
"""The file types this project ships; plug-ins add others."""

_ALIASES: Final = {
    "df": "dataframe",
    "dir": "directory",
    "folder": "directory",
    "htm": "html",
    "ipynb": "notebook",
    "jsonl": "text",
    "log": "text",
    "md": "text",
    "txt": "text",
    **dict.fromkeys(("bmp", "gif", "jpeg", "jpg", "png", "svg", "tiff", "webp"), "image"),
}
_PYTHON_TYPES: Final[dict[Any, str]] = {
    int: "int",
    float: "float",
    str: "str",
    bool: "bool",
    dict: "dict",
    list: "list",
    Any: "any",
    object: "any",
}
_NAME = re.compile(r"[A-Za-z][\w.+-]*", re.ASCII)
_PARAMETER_TYPES: Final = frozenset(kind.value for kind in ParameterType)
DEFAULTS: Final[Mapping[str, ParameterValue]] = {
    "str": "",
    "text": "",
    "int": 0,
    "float": 0.0,
    "bool": False,
    "color": "#FF0000",
    "list_str": [],
    "list_int": [],
}
"""What a parameter holds when nothing else is said; types left out have no such value."""


@dataclass(frozen=True, slots=True)
class PortType:
    """What a port's type says: its file type, whether it is a list, and whether it may be left out."""

    file_type: str
    is_array: bool = False
    optional: bool = False


def port_type(spec: object) -> PortType | None:
    """Return what a type written in code means for a port, or None when it means nothing.

    Takes file type names (known or from plug-ins) and everyday words for them, each with ``[]`` for lists, and
    Python types.

    >>> port_type("png[]")
    PortType(file_type='image', is_array=True, optional=False)
    >>> port_type(int)
    PortType(file_type='int', is_array=False, optional=False)
    """
    if isinstance(spec, str):
        return _named(spec)
    if typing.get_origin(spec) is Annotated:
        named = [item for item in spec.__metadata__ if isinstance(item, str)]  # type: ignore[attr-defined]
        inner = port_type(typing.get_args(spec)[0])
        if not named:
            return inner
        made = _named(named[0])
        optional = inner is not None and inner.optional
        return None if made is None else PortType(made.file_type, made.is_array, optional)
    origin, arguments = typing.get_origin(spec), typing.get_args(spec)
    if origin in (typing.Union, types.UnionType) and type(None) in arguments and len(arguments) == 2:
        inner = port_type(next(item for item in arguments if item is not type(None)))
        return None if inner is None else PortType(inner.file_type, inner.is_array, True)
    if origin is list:
        inner = port_type(arguments[0])
        return None if inner is None or inner.is_array else PortType(inner.file_type, True)
    if origin is dict:
        return PortType("dict")
    return _of_class(spec)


def _named(text: str) -> PortType | None:
    name, is_array = (text[:-2], True) if text.endswith("[]") else (text, False)
    return PortType(_ALIASES.get(name, name), is_array) if _NAME.fullmatch(name) else None


def is_known_name(text: str) -> bool:
    """Tell whether ``text`` names a shipped file type (or an everyday word for one), perhaps with ``[]``."""
    name = text.removesuffix("[]")
    return name in FILE_TYPES or name in _ALIASES


def _of_class(spec: Any) -> PortType | None:
    try:
        known = _PYTHON_TYPES.get(spec)
    except TypeError:
        return None
    if known is not None:
        return PortType(known)
    if not isinstance(spec, type):
        return None
    if issubclass(spec, PurePath):
        return PortType("file")
    if typing.is_typeddict(spec):
        return PortType("dict")
    # compared by name, so that none of these libraries has to be imported
    for base in spec.__mro__:
        package = base.__module__.partition(".")[0]
        if (package, base.__name__) == ("pandas", "DataFrame"):
            return PortType("dataframe")
        if (package, base.__name__) in {("PIL", "Image"), ("matplotlib", "Figure")}:
            return PortType("image")
    return None


def parameter_type(spec: object) -> str | None:
    """Return the parameter type that a type written in code means, or None.

    >>> parameter_type(float), parameter_type(list[int]), parameter_type("color"), parameter_type(dict)
    ('float', 'list_int', 'color', None)
    """
    if isinstance(spec, str):
        return spec if spec in _PARAMETER_TYPES else None
    origin, arguments = typing.get_origin(spec), typing.get_args(spec)
    if origin is Annotated:
        named = [item for item in arguments[1:] if isinstance(item, str)]
        return parameter_type(named[0] if named else arguments[0])
    if origin in (typing.Union, types.UnionType):
        inner = [item for item in arguments if item is not type(None)]
        return parameter_type(inner[0]) if len(inner) == 1 else None
    if origin is list and arguments[0] in (int, str):
        return f"list_{arguments[0].__name__}"
    if origin is Literal and all(isinstance(item, str) for item in arguments):
        return "enum"
    if isinstance(spec, type) and issubclass(spec, Enum):
        return "enum"
    return spec.__name__ if spec in (int, float, str, bool) else None


def type_of_value(value: object) -> str | None:
    """Return the parameter type that fits a default value, or None.

    >>> [type_of_value(x) for x in (True, 1, 1.0, "a", "a\\nb", [1], ["a"], [], {})]
    ['bool', 'int', 'float', 'str', 'text', 'list_int', 'list_str', 'list_str', None]
    """
    match value:
        case Enum() | EnumChoice():
            return "enum"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case str():
            return "text" if "\n" in value else "str"
        case list() | tuple() if value and all(type(item) is int for item in value):
            return "list_int"
        case list() | tuple() if all(isinstance(item, str) for item in value):
            return "list_str"
    return None


def enum_choice(spec: object, default: object) -> EnumChoice | None:
    """Return the choice that an enum's declaration and its default make, or None when there are no values."""
    if isinstance(default, EnumChoice):
        return default
    if isinstance(default, Mapping) and isinstance(default.get("values"), list | tuple):
        return EnumChoice(tuple(map(str, default["values"])), int(default.get("index", 0)))
    if typing.get_origin(spec) is Annotated:
        spec = typing.get_args(spec)[0]
    values = _enum_values(spec)
    if not values and isinstance(default, list | tuple):
        return EnumChoice(tuple(map(str, default))) if default else None
    chosen = str(default.value) if isinstance(default, Enum) else default
    if not values:
        values = _enum_values(type(default))
    if not values or (chosen is not None and chosen not in values):
        return None
    return EnumChoice(values, 0 if chosen is None else values.index(str(chosen)))


def _enum_values(spec: object) -> tuple[str, ...]:
    if typing.get_origin(spec) is Literal:
        return tuple(map(str, typing.get_args(spec)))
    if isinstance(spec, type) and issubclass(spec, Enum):
        return tuple(str(item.value) for item in spec)
    return ()
