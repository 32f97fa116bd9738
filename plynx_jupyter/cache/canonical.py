"""Typed canonical bytes: equal values give equal bytes, values that differ in any way code can see don't."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from plynx_jupyter.errors import NotCanonicalError

_pack_double = struct.Struct(">d").pack


def canonical_bytes(value: object, *, allow_non_finite: bool = False, path: str = "value") -> bytes:
    """Return the canonical encoding of a JSON-like value.

    The order of a dict's keys doesn't count; the order of lists does (a tuple counts as a list). Strings are
    taken code point by code point, without Unicode normalisation, lone surrogates included. Everything is
    tagged with its type and either fixed in length, ended by a byte that can't occur in it, or prefixed
    with its length, so no two values share an encoding.

    Raises ``NotCanonicalError`` for sets, bytes, other objects, keys that aren't strings, values that contain
    themselves, and (unless ``allow_non_finite``) NaN and the infinities; ``data["path"]`` leads to the
    culprit, beginning with ``path``.

    >>> canonical_bytes({"b": 1, "a": [True, "x"]}) == canonical_bytes({"a": [True, "x"], "b": 1})
    True
    >>> len({canonical_bytes(value) for value in (1, "1", 1.0, True, 0.0, -0.0, None, [], {})})
    9
    >>> canonical_bytes({"x": [0, {1}]}, path="parameters")
    Traceback (most recent call last):
    ...
    plynx_jupyter.errors.NotCanonicalError: parameters.x[1] is a set: use a sorted list
    """
    pieces: list[bytes] = []
    try:
        _encode(value, pieces.append, allow_non_finite)
    except _Refused as refused:
        where = path + "".join(reversed(refused.steps))
        raise NotCanonicalError(f"{where} {refused.reason}", path=where) from None
    except RecursionError:
        message = f"{path} is nested too deeply, or contains itself: it has no canonical form"
        raise NotCanonicalError(message, path=path) from None
    return b"".join(pieces)


class _Refused(Exception):  # noqa: N818 - not an error of the tree: it only carries the path upwards
    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.steps: list[str] = []


def _encode(value: Any, emit: Callable[[bytes], None], allow_non_finite: bool) -> None:
    # The exact types come first, the commonest ahead: this runs some ten times for every node of a run.
    kind = type(value)
    if kind is str:
        _encode_text(value, emit)
    elif kind is dict:
        _encode_mapping(value, emit, allow_non_finite)
    elif kind is list or kind is tuple:
        _encode_sequence(value, emit, allow_non_finite)
    elif value is None:
        emit(b"n")
    elif value is True:
        emit(b"t")
    elif value is False:
        emit(b"f")
    elif kind is int:
        emit(b"i%x;" % value)  # hexadecimal: decimal digits of huge integers are limited by the interpreter
    elif kind is float:
        _encode_float(value, emit, allow_non_finite)
    else:
        _encode_subclass(value, emit, allow_non_finite)


def _encode_text(value: str, emit: Callable[[bytes], None]) -> None:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        data = value.encode("utf-8", "surrogatepass")
    emit(b"s%d:" % len(data))
    emit(data)


def _encode_float(value: float, emit: Callable[[bytes], None], allow_non_finite: bool) -> None:
    if isfinite(value):
        emit(b"d" + _pack_double(value))
    elif allow_non_finite:
        # NaNs differ in bits that no code should depend on.
        emit(b"x" if value != value else b"+" if value > 0 else b"-")
    else:
        raise _Refused(f"is {value!r}: only finite numbers have a canonical form")


def _encode_sequence(
    value: list[object] | tuple[object, ...], emit: Callable[[bytes], None], allow_non_finite: bool
) -> None:
    emit(b"l%d:" % len(value))
    index = 0
    try:
        for index, item in enumerate(value):  # noqa: B007 - the index is for the path
            _encode(item, emit, allow_non_finite)
    except _Refused as refused:
        refused.steps.append(f"[{index}]")
        raise


def _encode_mapping(
    value: Mapping[object, object], emit: Callable[[bytes], None], allow_non_finite: bool
) -> None:
    emit(b"m%d:" % len(value))
    key: object = None
    try:
        for key in _sorted_keys(value):
            _encode_text(key, emit)
            _encode(value[key], emit, allow_non_finite)
    except _Refused as refused:
        if isinstance(key, str):
            refused.steps.append(f".{key}" if key.isidentifier() else f"[{key!r}]")
        raise


def _sorted_keys(value: Mapping[Any, object]) -> list[str]:
    for key in value:
        if not isinstance(key, str):
            raise _Refused(f"has the key {key!r}: only strings can be keys")
    return sorted(value)


def _encode_subclass(value: object, emit: Callable[[bytes], None], allow_non_finite: bool) -> None:
    """Encode what only derives from a JSON type (``numpy.float64``, ``OrderedDict``, …) as that type."""
    if isinstance(value, str):
        _encode_text(str.__str__(value), emit)
    elif isinstance(value, int):
        emit(b"i%x;" % int(value))
    elif isinstance(value, float):
        _encode_float(float(value), emit, allow_non_finite)
    elif isinstance(value, (list, tuple)):
        _encode_sequence(value, emit, allow_non_finite)
    elif isinstance(value, Mapping):
        _encode_mapping(value, emit, allow_non_finite)
    elif isinstance(value, (set, frozenset)):
        raise _Refused(f"is a {type(value).__name__}: use a sorted list")
    else:
        raise _Refused(f"is of type {type(value).__qualname__}: only JSON values have a canonical form")
