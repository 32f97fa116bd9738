"""The hub of installed packages: those that offer operations through an entry point."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from plynx_jupyter.operations.decorators import Group
from plynx_jupyter.operations.groups import items_of

from .base import BaseHub
from .gathering import Gathered, gather

ENTRY_POINTS: Final = "plynx_jupyter.operations"
"""The group: an entry point's name is a title, its object a module, a list, a ``Group`` or a decorated function."""


class InstalledHub(BaseHub):
    """Operations of installed packages; each package's entry point is a group, unless its object is one."""

    title = "Installed packages"
    icon = "package"

    def __init__(self) -> None:
        self._gathered: Gathered | None = None

    def gathered(self) -> Gathered:
        """Return the operations of all packages; one that can't be imported is a problem that names it.

        Packages are looked at once: Python doesn't import them anew either.
        """
        if self._gathered is None:
            self._gathered = _gathered(entry_points(group=ENTRY_POINTS), self.kind)
        return self._gathered


def _gathered(points: Iterable[EntryPoint], kind: str) -> Gathered:
    whole = Gathered()
    for point in sorted(points, key=lambda point: point.name):
        try:
            items = items_of(point.load())
        except Exception as error:  # noqa: BLE001 - a package may fail in any way; the others are shown
            whole.problems.append(f"{point.name} ({point.value}): {type(error).__name__}: {error}")
            continue
        is_group = len(items) == 1 and isinstance(items[0], Group)
        found = gather(items if is_group else [Group(point.name, items)], kind)
        whole.items += found.items
        whole.problems += found.problems
    return whole
