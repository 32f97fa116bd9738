"""JSON values cut down to what a person looks at."""

from __future__ import annotations

import json
import math
from typing import Final

from plynx_jupyter.model.json_value import JsonValue

from .preview import METADATA, MimeBundle, escaped

ELLIPSIS: Final = "…"
MAX_DEPTH: Final = 6
MAX_CHARACTERS: Final = 1000


def shorten(
    value: object, *, depth: int = MAX_DEPTH, items: int = 100, characters: int = MAX_CHARACTERS
) -> JsonValue:
    """Return ``value`` as strict JSON with long strings, long lists and deep levels cut, marked by ``…``.

    Numbers that aren't finite, and everything that isn't JSON, become text.

    >>> shorten([1, 2, 3, 4], items=2)
    [1, 2, '… 2 more']
    >>> shorten({"a": [[1]]}, depth=2)
    {'a': ['[… 1 items]']}
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (dict, list, tuple)) and value and depth <= 0:
        return (
            f"{{{ELLIPSIS} {len(value)} keys}}"
            if isinstance(value, dict)
            else f"[{ELLIPSIS} {len(value)} items]"
        )
    if isinstance(value, dict):
        return _short_object(value, depth, items, characters)
    if isinstance(value, (list, tuple)):
        shown = [shorten(item, depth=depth - 1, items=items, characters=characters) for item in value[:items]]
        return shown if len(value) <= items else [*shown, f"{ELLIPSIS} {len(value) - items} more"]
    return cut(value if isinstance(value, str) else str(value), characters)


def cut(text: str, characters: int) -> str:
    """Return ``text``, or its beginning and an ellipsis."""
    return text if len(text) <= characters else text[:characters] + ELLIPSIS


def json_bundle(value: object, *, items: int) -> MimeBundle:
    """Return the preview of a decoded JSON value: a tree, and the same as indented text."""
    short = shorten(value, items=items)
    text = json.dumps(short, indent=2, ensure_ascii=False)
    return {
        "application/json": short,
        "text/plain": text,
        "text/html": escaped(text),
        METADATA: {"truncated": _is_cut(short)},
    }


def _short_object(value: dict[object, object], depth: int, items: int, characters: int) -> JsonValue:
    shown: dict[str, JsonValue] = {}
    for key in list(value)[:items]:
        shown[cut(str(key), characters)] = shorten(
            value[key], depth=depth - 1, items=items, characters=characters
        )
    if len(value) > items:
        shown[ELLIPSIS] = f"{len(value) - items} more"
    return shown


def _is_cut(short: JsonValue) -> bool:
    if isinstance(short, str):
        return ELLIPSIS in short
    if isinstance(short, dict):
        return ELLIPSIS in short or any(_is_cut(item) for item in short.values())
    return isinstance(short, list) and any(_is_cut(item) for item in short)
