"""All hubs of a platform as one catalogue: searched together or singly; one that fails harms no other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from plynx_jupyter.errors import InvalidInputError, NotFoundError, PlynxError
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.platform.entries import HubEntry

from .base import BaseHub, HubContext, HubItem, HubPage
from .gathering import gather

ENTRY_POINTS: Final = "plynx_jupyter.hubs"
"""The group of hubs that installed packages bring along: the name is the kind, the object a ``BaseHub`` subclass."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubShown:
    """A hub as clients show it; ``total_count`` and ``problems`` are those of a search."""

    kind: str
    title: str
    icon: str
    color: str
    total_count: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An operation, the hub it is from, and the groups it is in there."""

    hub: str
    item: HubItem


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """One page over all hubs that were searched, hub by hub, and how each of them fared."""

    items: Sequence[FoundItem]
    total_count: int
    hubs: Sequence[HubShown]


class HubCatalog:
    """The hubs of a platform, and those of installed packages that it doesn't name. All methods may block."""

    def __init__(self, entries: Iterable[HubEntry], context: HubContext) -> None:
        named = {entry.kind: entry for entry in entries}
        others = {p.name: p for p in entry_points(group=ENTRY_POINTS) if p.name not in named}
        self._hubs = {kind: _Hub(entry, context) for kind, entry in named.items()}
        self._hubs |= {kind: _Hub(_entry_of(others[kind]), context) for kind in sorted(others)}

    def hubs(self) -> list[HubShown]:
        """Return all hubs in the order of the platform file; their classes are imported, none is asked anything."""
        return [hub.shown() for hub in self._hubs.values()]

    def search(self, query: Query, hub: str | None = None) -> CatalogPage:
        """Return a page of what all hubs have, or one of them; raises ``NotFoundError`` for a hub that isn't there."""
        asked = list(self._hubs.values()) if hub is None else [self._named(hub)]
        items: list[FoundItem] = []
        shown: list[HubShown] = []
        passed = 0
        for each in asked:
            wanted = replace(
                query,
                offset=max(0, query.offset - passed),
                per_page=max(0, query.per_page - len(items)),
            )
            page = each.search(wanted)
            items += [FoundItem(each.entry.kind, item) for item in page.items]
            shown.append(each.shown(page))
            passed += page.total_count
        return CatalogPage(items, passed, shown)

    def load(self, operation_id: OperationId) -> Operation | None:
        """Return an operation by its id from the first hub that has it."""
        for hub in self._hubs.values():
            found = hub.load(operation_id)
            if found is not None:
                return found
        return None

    def _named(self, kind: str) -> _Hub:
        try:
            return self._hubs[kind]
        except KeyError:
            known = ", ".join(self._hubs) or "none"
            raise NotFoundError(f"There is no hub {kind!r}; there are: {known}.", hub=kind) from None


class _Hub:
    """One hub, made when it is first asked."""

    def __init__(self, entry: HubEntry, context: HubContext) -> None:
        self.entry = entry
        self._context = context
        self._lock = threading.Lock()
        self._made: BaseHub | None = None

    def shown(self, page: HubPage | None = None) -> HubShown:
        entry, page = self.entry, page or HubPage()
        cls = self._class_or_base()
        return HubShown(
            kind=entry.kind,
            title=entry.title or cls.title or entry.kind,
            icon=entry.icon or cls.icon,
            color=entry.color or cls.color,
            total_count=page.total_count,
            problems=tuple(page.problems),
        )

    def search(self, query: Query) -> HubPage:
        try:
            with self._lock:
                hub = self._hub()
                return _page(hub.search(query), query, hub.kind)
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; it is shown in its place
            return HubPage(problems=(self._told(error),))

    def load(self, operation_id: OperationId) -> Operation | None:
        try:
            with self._lock:
                return self._hub().load(operation_id)
        except Exception as error:  # noqa: BLE001 - the operation may be in another hub
            self._told(error)
            return None

    def _hub(self) -> BaseHub:
        if self._made is None:
            self._made = _make(self.entry)
            self._made.kind = self.entry.kind
            self._made.context = self._context
        return self._made

    def _class_or_base(self) -> type[BaseHub]:
        try:
            return _class_of(self.entry)
        except Exception:  # noqa: BLE001 - a search tells of it
            return BaseHub

    def _told(self, error: Exception) -> str:
        if isinstance(error, PlynxError):
            return error.message
        _log.warning("The hub %s failed", self.entry.kind, exc_info=error)
        return f"{type(error).__name__}: {error}"


def _class_of(entry: HubEntry) -> type[BaseHub]:
    cls = EntryPoint(entry.kind, entry.cls, ENTRY_POINTS).load()
    if isinstance(cls, type) and issubclass(cls, BaseHub):
        return cls
    raise InvalidInputError(f"{entry.cls} isn't a hub: it is no subclass of plynx_jupyter.hubs.base.BaseHub.")


def _make(entry: HubEntry) -> BaseHub:
    cls = _class_of(entry)
    try:
        return cls(**entry.args)
    except TypeError as error:
        raise InvalidInputError(
            f"{entry.cls} can't be made with the args of the platform file: {error}."
        ) from error


def _entry_of(point: EntryPoint) -> HubEntry:
    return HubEntry(kind=point.name, cls=point.value)


def _page(found: Any, query: Query, kind: str) -> HubPage:
    """Return what a hub's search returned as a page: a sequence holds all that matches."""
    if isinstance(found, HubPage):
        # As it came: a store's own drafts stay drafts, if somebody asks for them.
        return found
    if isinstance(found, Mapping) and isinstance(found.get("list"), list):
        return _page(found["list"], query, kind)
    if found is None or isinstance(found, str | bytes | Mapping):
        raise InvalidInputError(f"its search returned a {type(found).__name__}, not a HubPage or a list.")
    gathered = gather(found, kind)
    last = query.offset + query.per_page
    return HubPage(gathered.items[query.offset : last], len(gathered.items), gathered.problems)
