"""What a platform file sets up: made known in this process, and as clients see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from plynx_jupyter.executors import registry as executors
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.platform.entries import Entry, OperationEntry, Platform
from plynx_jupyter.platform.loading import load_platform
from plynx_jupyter.resources import registry as resources

_PLUG_IN_ICON: Final = "package"
_PLUG_IN_COLOR: Final = "#6c757d"
_INNER: Final = frozenset({kinds.GRAPH, kinds.COMPOSITE_INPUT, kinds.COMPOSITE_OUTPUT})


def install(platform: Platform) -> Callable[[], None]:
    """Make known the kinds and file types that differ from the shipped ones; returns what takes that back."""
    shipped = load_platform()
    operations = {
        kind: entry.executor
        for kind, entry in platform.operations.items()
        if kind not in shipped.operations or entry.executor != shipped.operations[kind].executor
    }
    types = {
        name: entry for name, entry in platform.resources.items() if entry != shipped.resources.get(name)
    }
    for kind, location in operations.items():
        executors.declare(kind, location)
    for name, entry in types.items():
        shown = {
            "title": entry.title,
            "icon": entry.icon,
            "color": entry.color,
            "extensions": entry.extensions,
        }
        resources.declare(name, entry.cls, **{key: value for key, value in shown.items() if value})

    def withdraw() -> None:
        for kind in operations:
            executors.withdraw(kind)
        for name in types:
            resources.withdraw(name)

    return withdraw


class PlatformService:
    """The platform as clients see it: lists of JSON-ready objects with ``kind``, ``title``, ``icon`` and ``color``.

    What can't be used says why in ``problem``.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._shipped = load_platform()

    def workflows(self, hubs: Collection[str]) -> list[dict[str, Any]]:
        """Return the kinds of graphs, each with its hubs: those it names, else all of ``hubs``."""
        entries = self._platform.workflows.values()
        return [{**_shown(entry), "hubs": list(entry.hubs or hubs)} for entry in entries]

    def operations(self) -> list[dict[str, Any]]:
        """Return the kinds of operations: the platform's in its order, then those of plug-ins, and the inner ones.

        ``resources`` are the file types that ports may have, none meaning all; ``is_inner`` is what nobody chooses.
        """
        usable = executors.known_kinds()
        found = [
            _operation(entry, "" if kind in usable else executors.problem_of(kind))
            for kind, entry in self._platform.operations.items()
        ]
        for kind in usable:
            if kind not in self._platform.operations and kind not in self._shipped.operations:
                title = self._platform.workflows[kind].title if kind in self._platform.workflows else kind
                found.append(_operation(OperationEntry(kind=kind, title=title, executor=""), ""))
        return found

    def resources(self) -> list[dict[str, Any]]:
        """Return the types of artifacts: the platform's in its order, then those of plug-ins."""
        known = self._platform.resources
        others = [
            name
            for name in resources.known_file_types()
            if name not in known and name not in self._shipped.resources
        ]
        return [_resource(name) for name in (*known, *others)]


def _operation(entry: OperationEntry, problem: str) -> dict[str, Any]:
    shown = {**_shown(entry), "resources": list(entry.resources), "is_inner": entry.kind in _INNER}
    return {**shown, "problem": problem} if problem else shown


def _resource(name: str) -> dict[str, Any]:
    kind = resources.get_resource(name)
    problem = resources.problem_of(name)
    shown = {"kind": name, "title": kind.title, "icon": kind.icon, "color": kind.color}
    return {**shown, "problem": problem} if problem else shown


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "title": entry.title or entry.kind,
        "icon": entry.icon or _PLUG_IN_ICON,
        "color": entry.color or _PLUG_IN_COLOR,
    }
