"""What values parameters may hold, how they are read from text, and what code gets to see of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterType, ParameterValue

from .value_text import shown

_COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_BOOLS: Final = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


def check_value(parameter: Parameter) -> str | None:
    """Return what is wrong with the parameter's value (a clause such as ``must be …, not …``), or None."""
    check = _CHECKS.get(parameter.parameter_type)
    if check is None:
        return f"has the unknown type {parameter.parameter_type!r}; the types are {', '.join(_CHECKS)}"
    return check(parameter.value)


def coerce_text(parameter: Parameter, text: str) -> ParameterValue:
    """Return the value that ``text``, as typed on a command line, means for ``parameter``.

    Lists are ``a,b,c`` or JSON; an enum is one of its strings. Raises ``ParameterValueError`` saying
    what fits.
    """
    name, kind = parameter.name, parameter.parameter_type
    try:
        value = _READERS[kind](parameter, text)
        problem = check_value(_with_value(parameter, value))
    except KeyError:
        raise ParameterValueError(
            f"Parameter {name!r} of type {kind!r} can't be set from text.", parameter=name
        ) from None
    except ValueError as error:
        raise ParameterValueError(
            f"Parameter {name!r} ({kind}) {error}, not {shown(text)}.", parameter=name, value=text
        ) from None
    if problem is not None:
        raise ParameterValueError(f"Parameter {name!r} ({kind}) {problem}.", parameter=name, value=text)
    return value


def plain_value(parameter: Parameter) -> JsonValue:
    """Return what code sees: an enum's chosen string, the text of code, lists, and a float for a float.

    Nodes in a ``list_node`` are seen as their ids. Raises ``ParameterValueError`` when the value doesn't fit.
    """
    problem = check_value(parameter)
    if problem is not None:
        raise ParameterValueError(
            f"Parameter {parameter.name!r} ({parameter.parameter_type}) {problem}.", parameter=parameter.name
        )
    value = parameter.value
    if isinstance(value, EnumChoice):
        return value.chosen
    if isinstance(value, Code):
        return value.value
    if isinstance(value, (tuple, list)):
        return [item.id if isinstance(item, Node) else item for item in value]
    if parameter.parameter_type == ParameterType.FLOAT and isinstance(value, int):
        # JavaScript writes 1.0 as 1, so an int in a float's place says nothing.
        try:
            return float(value)
        except OverflowError:
            return value
    return value


def _with_value(parameter: Parameter, value: ParameterValue) -> Parameter:
    return Parameter(name=parameter.name, parameter_type=parameter.parameter_type, value=value)


def _must_be(what: str, value: object) -> str:
    if value is None:
        return f"has no value; it must be {what}"
    return f"must be {what}, not {shown(value)}"


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate: no file or process could receive it
        return False
    return True


def _check_text(value: object) -> str | None:
    if _is_text(value):
        return None
    return _must_be("text that can be encoded as UTF-8" if isinstance(value, str) else "a string", value)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_int(value: object) -> str | None:
    return None if _is_int(value) else _must_be("an integer", value)


def _check_float(value: object) -> str | None:
    return None if _is_int(value) or isinstance(value, float) else _must_be("a number", value)


def _check_bool(value: object) -> str | None:
    return None if isinstance(value, bool) else _must_be("true or false", value)


def _check_enum(value: object) -> str | None:
    if not isinstance(value, EnumChoice):
        return _must_be("one of a list of strings (values and index)", value)
    if not value.values:
        return "has no values to choose from; give it at least one"
    if not all(_is_text(item) for item in value.values):
        return _must_be("a list of strings to choose from", list(value.values))
    if not (_is_int(value.index) and 0 <= value.index < len(value.values)):
        last = len(value.values) - 1
        return f"has the index {shown(value.index)}, but its values are numbered from 0 to {last}"
    return None


def _check_list_str(value: object) -> str | None:
    fits = isinstance(value, (list, tuple)) and all(_is_text(item) for item in value)
    return None if fits else _must_be("a list of strings", value)


def _check_list_int(value: object) -> str | None:
    fits = isinstance(value, (list, tuple)) and all(_is_int(item) for item in value)
    return None if fits else _must_be("a list of integers", value)


def _check_list_node(value: object) -> str | None:
    if isinstance(value, (tuple, list)) and all(isinstance(item, Node) for item in value):
        return None
    return "must be a list of nodes"


def _check_code(value: object) -> str | None:
    if isinstance(value, Code):
        return _check_text(value.value)
    return _must_be("code (value and mode)", value)


def _check_color(value: object) -> str | None:
    fits = isinstance(value, str) and _COLOR.fullmatch(value)
    return None if fits else _must_be("a colour such as '#FF8000'", value)


_CHECKS: Final[dict[str, Callable[[object], str | None]]] = {
    "str": _check_text,
    "int": _check_int,
    "float": _check_float,
    "bool": _check_bool,
    "text": _check_text,
    "enum": _check_enum,
    "list_str": _check_list_str,
    "list_int": _check_list_int,
    "list_node": _check_list_node,
    "code": _check_code,
    "color": _check_color,
}


def _read_int(parameter: Parameter, text: str) -> ParameterValue:
    try:
        return int(text)
    except ValueError:
        raise ValueError("must be an integer") from None


def _read_float(parameter: Parameter, text: str) -> ParameterValue:
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a number such as 0.5, 1e-3, nan or inf") from None


def _read_bool(parameter: Parameter, text: str) -> ParameterValue:
    value = _BOOLS.get(text.strip().lower())
    if value is None:
        raise ValueError("must be true or false")
    return value


def _read_enum(parameter: Parameter, text: str) -> ParameterValue:
    choice = parameter.value
    if not isinstance(choice, EnumChoice):
        raise ValueError("has no list of values to choose from")
    if text not in choice.values:
        raise ValueError(f"must be one of {', '.join(choice.values)}")
    return EnumChoice(choice.values, choice.values.index(text))


def _read_list_str(parameter: Parameter, text: str) -> ParameterValue:
    return _read_json_list(text) if text.lstrip().startswith("[") else [*_split(text)]


def _read_list_int(parameter: Parameter, text: str) -> ParameterValue:
    if text.lstrip().startswith("["):
        return _read_json_list(text)
    try:
        return [int(item) for item in _split(text)]
    except ValueError:
        raise ValueError("must be integers such as 1,2,3") from None


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")] if text.strip() else []


def _read_json_list(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        raise ValueError("must be a list such as a,b,c or the same in JSON") from None
    return value


def _read_code(parameter: Parameter, text: str) -> ParameterValue:
    return Code(text, parameter.value.mode) if isinstance(parameter.value, Code) else Code(text)


_READERS: Final[dict[str, Callable[[Parameter, str], ParameterValue]]] = {
    "str": lambda parameter, text: text,
    "text": lambda parameter, text: text,
    "int": _read_int,
    "float": _read_float,
    "bool": _read_bool,
    "enum": _read_enum,
    "list_str": _read_list_str,
    "list_int": _read_list_int,
    "code": _read_code,
    "color": lambda parameter, text: text.strip(),
}
