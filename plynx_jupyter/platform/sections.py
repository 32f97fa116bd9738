"""Each section of a platform file: which keys its entries have, and what these may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.resources.registry import canonical_file_type

from .entries import Entry, HubEntry, OperationEntry, ResourceEntry, StorageEntry, WorkflowEntry
from .locations import location_of
from .yaml_reading import Mistakes, Value, did_you_mean

_SHOWN: Final = ("kind", "title", "icon", "color", "enabled")
_KEYS: Final = {
    "workflows": (*_SHOWN, "executor", "hubs"),
    "hubs": (*_SHOWN, "cls", "args"),
    "operations": (*_SHOWN, "executor", "resources"),
    "resources": (*_SHOWN, "cls", "extensions"),
}
SECTIONS: Final = tuple(_KEYS)
_UNUSED: Final = {"static_operation_kinds", "is_static", "is_dummy"}
"""Keys that PLynx's platform files have and that say nothing here."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with the lines of what it says, for mistakes that only all sections together show.

    ``entry`` is None for a kind that the file switches off.
    """

    kind: str
    line: int
    entry: Entry | None
    lines: Mapping[str, int]


def read_section(name: str, section: Value, mistakes: Mistakes) -> list[ReadEntry]:
    """Return the entries of a section; adds a mistake for all that is wrong with it."""
    if section.data is None:
        return []
    if not isinstance(section.data, list):
        mistakes.add(section.line, f"{name} is a list; begin each entry with a dash: - kind: …")
        return []
    found: dict[str, ReadEntry] = {}
    written: dict[str, int] = {}
    for value in section.data:
        if not isinstance(value.data, dict):
            mistakes.add(value.line, f"an entry of {name} has keys and values, as in kind: csv")
            continue
        reader = _EntryReader(name, value, mistakes)
        entry = reader.read()
        if entry is None:
            continue
        kind = reader.text("kind")
        if kind in written:
            mistakes.add(entry.line, f"{name} has {kind!r} twice; it is on line {written[kind]}, too")
        written[kind] = entry.line
        # PLynx has several names for what is one kind here: the first that is named is shown.
        found.setdefault(entry.kind, entry)
    return list(found.values())


def read_storage(section: Value, mistakes: Mistakes) -> StorageEntry:
    """Return where artifacts are; ``scheme`` and ``prefix`` are PLynx's way to write the URL."""
    if section.data is None:
        return StorageEntry()
    reader = _EntryReader("storage", section, mistakes)
    if not reader.knows_keys(("url", "options", "scheme", "prefix", "credential_path")):
        return StorageEntry()
    url, prefix = reader.text("url"), reader.text("prefix")
    scheme = reader.text("scheme") or "file"
    if url and prefix:
        mistakes.add(section.line, "storage has a url or a prefix, not both")
    if prefix:
        url = prefix if "://" in prefix else f"{scheme}://{prefix}"
    options: dict[str, Any] = reader.mapping("options")
    credentials = reader.text("credential_path")
    if credentials:
        options.setdefault("token", credentials)
    return StorageEntry(url=url, options=options)


class _EntryReader:
    """Reads one entry, adding a mistake for each key that is wrong."""

    def __init__(self, section: str, value: Value, mistakes: Mistakes) -> None:
        self._section = section
        self._value = value
        self._mistakes = mistakes
        self._data: dict[str, Value] = value.data if isinstance(value.data, dict) else {}

    def read(self) -> ReadEntry | None:
        if not self.knows_keys(_KEYS[self._section]):
            return None
        kind = self.text("kind")
        if not kind:
            self._mistakes.add(
                self._value.line, f"this entry of {self._section} has no kind: a name of its own"
            )
            return None
        canonical = canonical_file_type(kind) if self._section == "resources" else canonical_kind(kind)
        lines = {key: value.line for key, value in self._data.items()}
        entry = self._entry(canonical) if self.flag("enabled") else None
        return ReadEntry(canonical, self._value.line, entry, lines)

    def knows_keys(self, known: tuple[str, ...]) -> bool:
        """Tell whether it has keys at all; adds a mistake for each that isn't known."""
        if not isinstance(self._value.data, dict):
            self._mistakes.add(self._value.line, f"{self._section} has keys and values")
            return False
        for key, value in self._data.items():
            if key not in known and key not in _UNUSED:
                what = f"{self._section} has no {key!r}"
                self._mistakes.add(value.line, what + did_you_mean(key, list(known)))
        return True

    def _entry(self, kind: str) -> Entry:
        shown: dict[str, Any] = {
            "kind": kind,
            "title": self.text("title"),
            "icon": self.text("icon").removeprefix("feathericons.").removeprefix("plynx."),
            "color": self._color(),
            "where": f"{self._mistakes.name}, line {self._value.line}",
        }
        if self._section == "workflows":
            return WorkflowEntry(**shown, executor=self._location("executor"), hubs=self.words("hubs"))
        if self._section == "hubs":
            return HubEntry(**shown, cls=self._location("cls"), args=self.mapping("args"))
        if self._section == "operations":
            resources = tuple(map(canonical_file_type, self.words("resources")))
            return OperationEntry(**shown, executor=self._location("executor"), resources=resources)
        return ResourceEntry(**shown, cls=self._location("cls"), extensions=self._extensions())

    def text(self, key: str) -> str:
        value = self._data.get(key)
        if value is None:
            return ""
        if isinstance(value.data, str | int | float) and not isinstance(value.data, bool):
            return str(value.data)
        if value.data is None and key == "color":
            self._mistakes.add(
                value.line, 'color is empty: write it in quotes ("#3776ab"), as # begins a comment'
            )
        else:
            self._mistakes.add(value.line, f"{key} has to be a text")
        return ""

    def flag(self, key: str) -> bool:
        value = self._data.get(key)
        if value is not None and not isinstance(value.data, bool):
            self._mistakes.add(value.line, f"{key} is true or false")
        return value is None or value.data is not False

    def words(self, key: str) -> tuple[str, ...]:
        value = self._data.get(key)
        if value is None or value.data is None:
            return ()
        if not isinstance(value.data, list) or not all(isinstance(item.data, str) for item in value.data):
            self._mistakes.add(value.line, f"{key} is a list of words")
            return ()
        return tuple(item.data for item in value.data)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._data.get(key)
        if value is None or value.data is None:
            return {}
        if not isinstance(value.data, dict):
            self._mistakes.add(value.line, f"{key} has names and values")
            return {}
        plain: dict[str, Any] = value.plain()
        return plain

    def _color(self) -> str:
        color = self.text("color")
        digits = color.removeprefix("#")
        if color and not (
            color.startswith("#") and len(digits) in (3, 6) and set(digits.lower()) <= _HEXADECIMAL
        ):
            self._mistakes.add(self._data["color"].line, f"{color!r} isn't a colour such as '#3776ab'")
        return color

    def _extensions(self) -> tuple[str, ...]:
        return tuple(f".{word.lower().lstrip('.')}" for word in self.words("extensions"))

    def _location(self, key: str) -> str:
        written = self.text(key)
        if not written:
            if key not in self._data:
                self._mistakes.add(self._value.line, f"this entry of {self._section} needs {key}: a class")
            return ""
        location = location_of(written)
        if location is None:
            self._mistakes.add(
                self._data[key].line, f"{written!r} can't be a class; write it as package.module.Class"
            )
        return location or ""


_HEXADECIMAL: Final = frozenset("0123456789abcdef")
