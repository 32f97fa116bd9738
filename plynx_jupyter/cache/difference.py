"""Differences between the components of two keys, each one a thing that a person can have changed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from plynx_jupyter.model.json_value import JsonObject, JsonValue

from .key import EXPLANATION

_SHORT = 60
_DIFF_LINES = 40


class DifferenceKind(str, Enum):
    """What part of the key a difference is in."""

    PARAMETER = "parameter"
    INPUT = "input"
    OUTPUT = "output"
    CODE = "code"
    ENVIRONMENT = "environment"
    KIND = "kind"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: ``old`` and ``new`` are short texts to show, None where there was or is nothing.

    ``name`` is the parameter, port or package, for code the part (``code``, ``module helpers``).
    ``detail`` says where inside an input, or is a unified diff of the code.
    """

    kind: DifferenceKind
    name: str
    old: str | None
    new: str | None
    detail: str = ""

    def as_json(self) -> JsonObject:
        """Return it as a JSON object."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "detail": self.detail,
        }


def differences(old: JsonObject, new: JsonObject) -> list[Difference]:
    """Return how ``new`` components differ from ``old`` ones; empty when both make the same key."""
    found = [*_of_values(DifferenceKind.VERSION, "key", old, new, "version")]
    found += _of_values(DifferenceKind.KIND, "kind", old, new, "kind")
    found += _of_parameters(_section(old, "parameters"), _section(new, "parameters"))
    found += _of_inputs(_section(old, "inputs"), _section(new, "inputs"))
    found += _of_outputs(_section(old, "outputs"), _section(new, "outputs"))
    found += _of_code(old, new)
    found += _of_environment(_section(old, "environment"), _section(new, "environment"))
    return found


def shortened(value: object) -> str:
    """Return a value as JSON of at most 60 characters, its middle left out when it is longer.

    >>> shortened("100 8")
    '"100 8"'
    >>> shortened("x" * 100)
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
    """
    text = json.dumps(value, ensure_ascii=False, default=repr)
    if len(text) <= _SHORT:
        return text
    half = (_SHORT - 1) // 2
    return f"{text[:half]}…{text[-half - 1 :]}"


def _same(one: object, other: object) -> bool:
    """Compare as keys do: 1, 1.0 and true differ, which ``==`` doesn't tell."""
    return json.dumps(one, sort_keys=True, default=repr) == json.dumps(other, sort_keys=True, default=repr)


def _section(components: JsonObject, name: str) -> JsonObject:
    section = components.get(name)
    return section if isinstance(section, dict) else {}


def _changed_names(old: JsonObject, new: JsonObject) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in old or name not in new or not _same(old[name], new[name]):
            yield name


def _of_values(
    kind: DifferenceKind, name: str, old: JsonObject, new: JsonObject, field: str
) -> Iterator[Difference]:
    if not _same(old.get(field), new.get(field)):
        yield Difference(kind=kind, name=name, old=str(old.get(field)), new=str(new.get(field)))


def _item(value: JsonValue, index: int) -> JsonValue:
    """Return one item of a component, None when an older version stored something else there."""
    return value[index] if isinstance(value, list) and len(value) > index else None


def _of_parameters(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    for name in _changed_names(old, new):
        before, after = (_item(side.get(name), 1) for side in (old, new))
        detail = ""
        if name in old and name in new and _same(before, after):
            detail = f"type {_item(old[name], 0)} became {_item(new[name], 0)}"
        yield Difference(
            kind=DifferenceKind.PARAMETER,
            name=name,
            old=shortened(before) if name in old else None,
            new=shortened(after) if name in new else None,
            detail=detail,
        )


def _of_inputs(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    for name in _changed_names(old, new):
        before, after = old.get(name), new.get(name)
        yield Difference(
            kind=DifferenceKind.INPUT,
            name=name,
            old=_contents(before) if name in old else None,
            new=_contents(after) if name in new else None,
            detail=_where(before, after) if name in old and name in new else "",
        )


def _resources(port: JsonValue) -> list[JsonValue]:
    arrived = _item(port, 2)
    return arrived if isinstance(arrived, list) else []


def _contents(port: JsonValue) -> str:
    """Return what arrived, briefly: ``csv 12ab34cd``, ``3 items``, a value, or ``nothing``."""
    arrived = _resources(port)
    if not arrived:
        value = _item(port, 3)
        return "nothing" if value is None else shortened(value)
    if len(arrived) > 1:
        return f"{len(arrived)} items"
    return f"{_item(arrived[0], 1)} {str(_item(arrived[0], 0))[:8]}"


def _where(old: JsonValue, new: JsonValue) -> str:
    """Say which of the resources of an input differ."""
    before, after = _resources(old), _resources(new)
    if _same(before, after):
        if not before and not _same(_item(old, 3), _item(new, 3)):
            return ""  # a value written into the port: old and new say it all
        return "only its type changed"
    if len(before) != len(after):
        return f"{len(before)} became {len(after)}"
    if len(before) == 1:
        return "another content"
    if _same(sorted(map(repr, before)), sorted(map(repr, after))):
        return "the same contents in another order"
    places = [str(place) for place, pair in enumerate(zip(before, after, strict=True), 1) if not _same(*pair)]
    shown = ", ".join(places[:5]) + ("…" if len(places) > 5 else "")
    return f"item {shown} of {len(after)} changed"


def _of_outputs(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    for name in _changed_names(old, new):
        yield Difference(
            kind=DifferenceKind.OUTPUT,
            name=name,
            old=_port_type(old[name]) if name in old else None,
            new=_port_type(new[name]) if name in new else None,
        )


def _port_type(port: JsonValue) -> str:
    text = f"list of {_item(port, 0)}" if _item(port, 1) else str(_item(port, 0))
    return text if _item(port, 2) == 1 else f"{text} (at least {_item(port, 2)})"


def _of_code(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    if _same(old.get("code"), new.get("code")):
        return
    before, after = _section(old, EXPLANATION), _section(new, EXPLANATION)
    parts = _section(before, "parts"), _section(after, "parts")
    names = list(_changed_names(*parts))
    for name in names or ["code"]:
        yield Difference(
            kind=DifferenceKind.CODE,
            name=name,
            old=_part(parts[0], name),
            new=_part(parts[1], name),
            detail=_code_diff(before.get("text"), after.get("text")) if name == "code" else "",
        )


def _part(parts: JsonObject, name: str) -> str | None:
    value = parts.get(name)
    if value is None:
        return None
    return str(value)[:8] if name == "code" or name.startswith("module ") else str(value)


def _code_diff(old: JsonValue, new: JsonValue) -> str:
    """Return a unified diff of at most 40 lines, empty when a text is missing (too long to be kept)."""
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "now", lineterm="", n=1))
    if len(lines) > _DIFF_LINES:
        lines[_DIFF_LINES:] = [f"… {len(lines) - _DIFF_LINES} more lines"]
    return "\n".join(lines)


def _of_environment(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    for name in ("policy", "interpreter"):
        if not _same(old.get(name), new.get(name)):
            yield _environment(name, old, new)
    before, after = _section(old, "packages"), _section(new, "packages")
    if old.get("policy") == new.get("policy"):  # under another policy other packages are counted
        for name in _changed_names(before, after):
            yield _environment(name, before, after)


def _environment(name: str, old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> Difference:
    texts = [None if side.get(name) is None else str(side[name]) for side in (old, new)]
    return Difference(kind=DifferenceKind.ENVIRONMENT, name=name, old=texts[0], new=texts[1])
