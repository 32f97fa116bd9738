"""JSON text as it stands in a ``.plynx`` file: read strictly, written always alike."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import Any, NoReturn

from plynx_jupyter.errors import DocumentError
from plynx_jupyter.model.json_value import JsonValue

_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)
_KEY_OR_BRACE = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _DuplicateKeyError(ValueError):
    pass


class _ConstantError(ValueError):
    pass


def read_json(text: str, path: str | None = None) -> JsonValue:
    """Return the value that ``text`` holds.

    Stricter than ``json.loads``: a key may occur once in an object, and NaN and Infinity, which JSON doesn't
    have, are refused. Raises ``DocumentError`` with ``path``, ``line`` and ``column`` (from 1).
    """
    text = text.removeprefix("\ufeff")
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        reason = (
            "the text ends too early, as if the file were truncated" if error.pos >= end else f"{error.msg}"
        )
        _refuse(f"isn't JSON: {reason}", text, error.pos, path)
    except _DuplicateKeyError:
        key, position = _find_duplicate_key(text)
        _refuse(f"has the key {key} twice in one object; keep one of them", text, position, path)
    except _ConstantError as error:
        name = str(error)
        tag = {"NaN": "nan", "Infinity": "inf"}.get(name, "-inf")
        match = next((found for found in _CONSTANT.finditer(text) if found[1]), None)
        position = match.start() if match else 0
        _refuse(f'holds {name}, which isn\'t JSON; write {{"$float": "{tag}"}}', text, position, path)
    except RecursionError:
        raise DocumentError(
            f"{_name(path)} is nested too deeply to be read.", path=path, line=None, column=None
        ) from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise DocumentError(
            f"{_name(path)} can't be read: {error}.", path=path, line=None, column=None
        ) from None
    return value


def write_json(value: JsonValue) -> str:
    """Return ``value`` as text, indented by one space a level, without a newline at its end.

    The same text as ``json.dumps(value, indent=1, ensure_ascii=False)``, in half the time.
    Raises ``ValueError`` for NaN and infinities, ``TypeError`` for what isn't JSON.
    """
    text = _write(value, "\n")
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _write(value: Any, newline: str) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        if not value:
            return "{}"
        inner = newline + " "
        items = [f"{encode_basestring(key)}: {_write(item, inner)}" for key, item in value.items()]
        return "{" + inner + ("," + inner).join(items) + newline + "}"
    if kind is list:
        if not value:
            return "[]"
        inner = newline + " "
        items = [_write(item, inner) for item in value]
        return "[" + inner + ("," + inner).join(items) + newline + "]"
    return json.dumps(value, allow_nan=False)


def _unique_keys(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _find_duplicate_key(text: str) -> tuple[str, int]:
    """Return the first key that an object holds a second time, quoted, and where that is."""
    open_objects: list[set[str]] = []
    for match in _KEY_OR_BRACE.finditer(text):
        token = match[0]
        if token == "{":  # noqa: S105 - a brace, not a secret
            open_objects.append(set())
        elif token == "}":  # noqa: S105
            open_objects.pop()
        elif match[1] is not None:
            key = json.loads(token[: -len(match[1])])
            if key in open_objects[-1]:
                return json.dumps(key, ensure_ascii=False), match.start()
            open_objects[-1].add(key)
    return "", 0


def _refuse(problem: str, text: str, position: int, path: str | None) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    raise DocumentError(
        f"{_name(path)}, line {line}, column {column}: the document {problem}.",
        path=path,
        line=line,
        column=column,
    ) from None


def _name(path: str | None) -> str:
    return path or "The document"
