"""What a hub is: the base class of all of them, plug-ins included, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from plynx_jupyter.metadata.base import OperationStore, Query
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.operations.decorators import Group

from .gathering import Gathered, HubItem, gather, operation_id
from .matching import matches

__all__ = ["BaseHub", "Group", "HubContext", "HubItem", "HubPage", "Query"]


@dataclass(frozen=True, slots=True)
class HubPage:
    """What a search in a hub found: one page, the number of all that match, and what couldn't be looked at."""

    items: Sequence[HubItem] = ()
    total_count: int = 0
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubContext:
    """What a process lends its hubs: the stored operations, and where relative paths start."""

    operations: OperationStore
    folder: Path


class BaseHub:
    """A place where operations are found. A plug-in overrides ``items``, or ``search`` if it can search better.

    One object serves a process; it is made with the ``args`` of the platform file as keyword arguments, gets its
    ``kind`` and ``context``, and is called from one thread at a time. Whatever it raises is shown in its place,
    and harms no other hub.
    """

    title: ClassVar[str] = ""
    icon: ClassVar[str] = "package"
    """Name of a Feather icon."""
    color: ClassVar[str] = "#6c757d"
    kind: str = ""
    """What the platform file calls this hub."""
    context: HubContext

    def items(self) -> Iterable[Any]:
        """Return all there is: operations, functions and classes that become such, and ``Group`` of all these."""
        return ()

    def search(self, query: Query) -> HubPage | Sequence[Any]:
        """Return what is asked for; a sequence (of what ``items`` may return) is all that matches, to be paged."""
        gathered = self.gathered()
        return page_of(gathered.items, query, gathered.problems)

    def load(self, operation_id: OperationId) -> Operation | None:
        """Return an operation of this hub by its id, None if there is none."""
        found = (item.operation for item in self.gathered().items)
        return next((operation for operation in found if operation.id == operation_id), None)

    def identified(self, operation: Operation, key: str) -> Operation:
        """Return an operation with the id that belongs to ``key`` in this hub, the same whenever it is made anew.

        Functions have such an id by where they are; an operation that is made of something else needs it, for
        its nodes to be known as its.
        """
        return replace(operation, id=operation_id(self.kind, key))

    def gathered(self) -> Gathered:
        """Return ``items`` as operations, and what is wrong with those that can't be such."""
        return gather(self.items(), self.kind)


def page_of(items: Iterable[HubItem], query: Query, problems: Sequence[str] = ()) -> HubPage:
    """Return the page of those items that a query asks for."""
    found = [item for item in items if matches(query, item)]
    return HubPage(found[query.offset : query.offset + query.per_page], len(found), problems)
