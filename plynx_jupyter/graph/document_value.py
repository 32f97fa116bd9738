"""How values that JSON can't tell apart are written: floats without a number, lines of text, literal objects.

A JSON object with one key that begins with ``$`` is a tag:

- ``{"$float": "nan" | "inf" | "-inf"}`` a float that JSON has no word for;
- ``{"$json": …}`` the value inside, taken literally where it would mean something else;
- ``{"$code": …}``, ``{"$enum": …}``, ``{"$nodes": …}`` a value in a parameter of another type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from plynx_jupyter.model.json_value import JsonValue

FLOAT: Final = "$float"
LITERAL: Final = "$json"
CODE: Final = "$code"
ENUM: Final = "$enum"
NODES: Final = "$nodes"
TAGS: Final = frozenset({FLOAT, LITERAL, CODE, ENUM, NODES})

_FLOATS: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def encode_value(value: Any) -> JsonValue:
    """Return a JSON value as one that JSON text can hold; tuples become lists.

    >>> encode_value([1.5, float("inf")])
    [1.5, {'$float': 'inf'}]
    >>> encode_value({"$float": "text"})
    {'$json': {'$float': 'text'}}
    """
    kind = type(value)
    if kind in _PLAIN:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return value if math.isfinite(value) else {FLOAT: str(value)}
    if isinstance(value, Mapping):
        encoded: dict[str, JsonValue] = {key: encode_value(item) for key, item in value.items()}
        return {LITERAL: encoded} if tag_of(encoded) else encoded
    if isinstance(value, (list, tuple)):
        return [encode_value(item) for item in value]
    if isinstance(value, (str, int, float)):  # an enum of strings, for instance
        return _plain(value)
    raise TypeError(f"{value!r} ({kind.__name__}) isn't a JSON value")


def decode_value(value: JsonValue) -> JsonValue:
    """Undo ``encode_value``; a tag that isn't well formed stays the object it is.

    >>> decode_value({"a": {"$float": "-inf"}})
    {'a': -inf}
    """
    if type(value) is dict:
        tag = tag_of(value)
        if tag == FLOAT:
            number = value[FLOAT]
            return _FLOATS.get(number, value) if isinstance(number, str) else value
        if tag == LITERAL:
            return decode_literal(value[LITERAL])
        return {key: item if type(item) in _PLAIN else decode_value(item) for key, item in value.items()}
    if type(value) is list:
        return [item if type(item) in _PLAIN else decode_value(item) for item in value]
    return value


def decode_literal(value: JsonValue) -> JsonValue:
    """Return what stands inside ``{"$json": …}``: itself no tag, though its parts may be."""
    if isinstance(value, dict):
        return {key: decode_value(item) for key, item in value.items()}
    return decode_value(value)


def tag_of(value: JsonValue) -> str | None:
    """Return the tag that a JSON object is, or None."""
    if isinstance(value, dict) and len(value) == 1:
        (key,) = value
        return key if key in TAGS else None
    return None


def encode_lines(text: str) -> JsonValue:
    r"""Return text of several lines as the list of its lines, each with its end, and any other as it is.

    >>> encode_lines("a\nb\n")
    ['a\n', 'b\n']
    >>> encode_lines("a\n")
    'a\n'
    """
    if text.find("\n", 0, -1) < 0:
        return text
    parts = text.split("\n")
    lines: list[JsonValue] = [part + "\n" for part in parts[:-1]]
    if parts[-1]:
        lines.append(parts[-1])
    return lines


def decode_lines(value: JsonValue) -> str | None:
    """Return the text that a string or a list of lines stands for, None when ``value`` is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        lines = [line for line in value if isinstance(line, str)]
        return "".join(lines) if len(lines) == len(value) else None
    return None


def _plain(value: str | int | float) -> JsonValue:
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) else encode_value(float(value))
