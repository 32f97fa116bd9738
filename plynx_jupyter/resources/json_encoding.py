r"""The canonical JSON of raw values: one byte string per value, with a place for what JSON hasn't.

Object keys are sorted, there is no white space, characters are themselves in UTF-8. Floats that aren't
finite are tagged objects: ``{"$float": "nan"}``, ``"inf"``, ``"-inf"``. An object that looks like a tag is
wrapped: ``{"$dict": {"$float": 1}}`` stands for ``{"$float": 1}``.
"""

from __future__ import annotations

import json
import math
from numbers import Integral, Real
from typing import Final

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue

FLOAT_TAG: Final = "$float"
DICT_TAG: Final = "$dict"
_TAGS: Final = frozenset({FLOAT_TAG, DICT_TAG})
_NOT_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def plain(value: object, path: str = "value") -> JsonValue:
    """Return ``value`` with nothing in it but None, bool, int, float, str, list and dict with str keys.

    Numbers of other libraries become Python's own, tuples become lists. Raises ``ParameterValueError``
    with the path of the first thing that has no place in JSON.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ParameterValueError(
                    f"The key {key!r} in {path} is a {type(key).__name__}; JSON objects have str keys.",
                    path=path,
                )
        return {key: plain(item, f"{path}[{key!r}]") for key, item in value.items()}
    if is_numpy_bool(value):
        return bool(value)
    raise ParameterValueError(
        f"{path} holds a {type(value).__module__}.{type(value).__qualname__}, which has no JSON form.",
        path=path,
    )


def is_numpy_bool(value: object) -> bool:
    """Return whether ``value`` is NumPy's own boolean, which is not registered with ``numbers``."""
    return type(value).__module__ == "numpy" and type(value).__name__ in {"bool", "bool_"}


def canonical_json(value: object) -> bytes:
    """Return the canonical bytes of ``value``; raises ``ParameterValueError`` when it has none.

    >>> canonical_json({"b": 1, "a": float("nan")})
    b'{"a":{"$float":"nan"},"b":1}'
    """
    try:
        tagged = tag(plain(value))
        text = json.dumps(tagged, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except RecursionError:
        raise ParameterValueError("The value is nested too deeply, or contains itself.") from None
    except UnicodeEncodeError as error:
        raise ParameterValueError(f"The value holds text that isn't valid Unicode: {error.reason}.") from None
    except ValueError as error:  # an int of more digits than the interpreter writes
        raise ParameterValueError(f"The value can't be written as JSON: {error}.") from None


def read_json(data: bytes) -> JsonValue:
    """Return the JSON value in ``data``, tags left as they are; raises ``ParameterValueError``."""
    try:
        value: JsonValue = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ParameterValueError(f"This isn't the JSON of a value: {error}") from None
    return value


def tag(value: JsonValue) -> JsonValue:
    """Return ``value`` with tags in place of what JSON hasn't."""
    if isinstance(value, float) and not math.isfinite(value):
        return {FLOAT_TAG: "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, list):
        return [tag(item) for item in value]
    if isinstance(value, dict):
        tagged = {key: tag(item) for key, item in value.items()}
        return {DICT_TAG: tagged} if len(value) == 1 and _TAGS & value.keys() else tagged
    return value


def untag(value: JsonValue) -> JsonValue:
    """Return ``value`` with the meaning of its tags; the inverse of ``tag``.

    >>> untag(tag({"$float": [float("inf")]}))
    {'$float': [inf]}
    """
    if isinstance(value, list):
        return [untag(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key == FLOAT_TAG and isinstance(inner, str) and inner in _NOT_FINITE:
            return _NOT_FINITE[inner]
        if key == DICT_TAG and isinstance(inner, dict):
            return {name: untag(item) for name, item in inner.items()}
    return {key: untag(item) for key, item in value.items()}
