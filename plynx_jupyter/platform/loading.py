"""The platform of an installation: what ships with the package, with a platform file laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, TypeVar

from plynx_jupyter.errors import PlatformError

from .entries import Entry, HubEntry, OperationEntry, Platform, ResourceEntry, StorageEntry, WorkflowEntry
from .locations import missing
from .sections import SECTIONS, ReadEntry, read_section, read_storage
from .yaml_reading import Mistakes, Value, did_you_mean, read_yaml

DEFAULT_FILE: Final = Path(__file__).with_name("default.yaml")
_UNUSED: Final = {"mongodb", "auth", "web", "worker", "demo", "cloud_service", "default_policies"}
"""Sections of PLynx's platform files that this project has other places for, or no use."""
_E = TypeVar("_E", bound=Entry)


def load_platform(path: Path | None = None) -> Platform:
    """Return the shipped platform, with the entries of a file put over those of the same kind, or after them.

    Raises ``PlatformError`` with every mistake of the file and its line.
    """
    mistakes = Mistakes(DEFAULT_FILE.name)
    shipped = Platform(**_sections(_read(DEFAULT_FILE, mistakes), {}))
    mistakes.raise_if_any()
    if path is None:
        return shipped
    mistakes = Mistakes(str(path))
    read = _read(path, mistakes)
    platform = Platform(**_sections(read, entries_of(shipped)), folder=path.absolute().parent)
    for section, key in (
        ("workflows", "executor"),
        ("hubs", "cls"),
        ("operations", "executor"),
        ("resources", "cls"),
    ):
        _check_classes(read.entries.get(section, ()), key, mistakes)
    _check_names(read.entries.get("workflows", ()), "hubs", _with_plug_ins(platform.hubs, "hubs"), mistakes)
    known = _with_plug_ins(platform.resources, "resources")
    _check_names(read.entries.get("operations", ()), "resources", known, mistakes)
    mistakes.raise_if_any()
    return platform


def entries_of(platform: Platform) -> dict[str, Mapping[str, Entry]]:
    """Return the entries of a platform by section."""
    return {
        "workflows": platform.workflows,
        "hubs": platform.hubs,
        "operations": platform.operations,
        "resources": platform.resources,
    }


@dataclass(frozen=True, slots=True)
class _Read:
    """What one file says."""

    entries: Mapping[str, list[ReadEntry]]
    storage: StorageEntry


def _read(path: Path, mistakes: Mistakes) -> _Read:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlatformError(
            f"The platform file {path} can't be read: {getattr(error, 'strerror', None) or error}.",
            path=str(path),
        ) from error
    document = read_yaml(text, mistakes)
    mistakes.raise_if_any()  # what isn't YAML can't be looked at any further
    sections = _named_sections(document, mistakes)
    found = {name: read_section(name, sections[name], mistakes) for name in SECTIONS if name in sections}
    storage = read_storage(sections["storage"], mistakes) if "storage" in sections else StorageEntry()
    return _Read(found, storage)


def _named_sections(document: Value, mistakes: Mistakes) -> dict[str, Value]:
    """Return the sections by name; PLynx has four of them inside of ``plugins``."""
    if not isinstance(document.data, dict):
        mistakes.add(document.line, f"a platform file has sections: storage, {', '.join(SECTIONS)}")
        return {}
    sections: dict[str, Value] = {}
    inner = document.data.get("plugins")
    plugins: dict[str, Value] = inner.data if inner is not None and isinstance(inner.data, dict) else {}
    for name, value in (*document.data.items(), *plugins.items()):
        if name in sections:
            mistakes.add(value.line, f"{name!r} is there twice; it is on line {sections[name].line}, too")
        elif name in ("storage", *SECTIONS):
            sections[name] = value
        elif name not in _UNUSED and name != "plugins":
            mistakes.add(
                value.line, f"there is no section {name!r}{did_you_mean(name, ['storage', *SECTIONS])}"
            )
    return sections


def _sections(read: _Read, below: Mapping[str, Mapping[str, Entry]]) -> dict[str, Any]:
    """Return the entries by section and kind, those of the file over those ``below``."""
    found: dict[str, Any] = {"storage": read.storage}
    for name in SECTIONS:
        entries = dict(below.get(name, {}))
        for each in read.entries.get(name, ()):
            if each.entry is None:
                entries.pop(each.kind, None)
            else:
                entries[each.kind] = _over(each.entry, entries.get(each.kind))
        found[name] = entries
    return found


def _over(entry: _E, below: Entry | None) -> _E:
    """Return an entry with what it leaves out of how it is shown taken from the one that it replaces."""
    if below is None:
        return entry
    return replace(
        entry,
        title=entry.title or below.title,
        icon=entry.icon or below.icon,
        color=entry.color or below.color,
    )


def _check_classes(entries: Iterable[ReadEntry], key: str, mistakes: Mistakes) -> None:
    for each in entries:
        entry = each.entry
        if entry is None:
            continue
        location = entry.cls if isinstance(entry, HubEntry | ResourceEntry) else ""
        if isinstance(entry, WorkflowEntry | OperationEntry):
            location = entry.executor
        problem = missing(location) if location else None
        if problem is not None:
            mistakes.add(each.lines.get(key, each.line), f"{key} of {each.kind!r}: {problem}")


def _check_names(entries: Iterable[ReadEntry], key: str, known: list[str], mistakes: Mistakes) -> None:
    for each in entries:
        entry = each.entry
        named = entry.hubs if isinstance(entry, WorkflowEntry) else ()
        if isinstance(entry, OperationEntry):
            named = entry.resources
        for name in named:
            if name not in known:
                mistakes.add(
                    each.lines.get(key, each.line),
                    f"{key} of {each.kind!r}: there is no {name!r}{did_you_mean(name, known)}",
                )


def _with_plug_ins(entries: Mapping[str, Entry], group: str) -> list[str]:
    return [*entries, *(point.name for point in entry_points(group=f"plynx_jupyter.{group}"))]
