"""How what a hub holds becomes operations with lasting ids, each in its group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from plynx_jupyter.errors import PlynxError
from plynx_jupyter.graph.document import operation_from_dict
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.operations.decorators import Group
from plynx_jupyter.operations.function import operation_from_function

DEEPEST: Final = 50
"""How deep groups may stand in each other; deeper ones contain themselves."""


@dataclass(frozen=True, slots=True)
class HubItem:
    """An operation and the titles of the groups it is in, outermost first."""

    operation: Operation
    group: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathered:
    """Operations in the order they were found, and a sentence for each that couldn't be made."""

    items: list[HubItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def operation_id(hub: str, key: str) -> OperationId:
    """Return the id of what a hub knows by ``key``: the same in every process, and of the usual shape."""
    return OperationId(hashlib.sha256(f"{hub}\n{key}".encode()).hexdigest()[:24])


def gather(found: Iterable[Any], hub: str, group: tuple[str, ...] = ()) -> Gathered:
    """Return what ``found`` holds as operations.

    It may hold operations, their documents (dicts), functions and classes, ``Group`` and documents of groups, and
    items. What is wrong with one of them harms no other.
    """
    gathered = Gathered()
    for thing, where in _leaves(found, group, gathered.problems):
        try:
            gathered.items.append(_item(thing, where, hub))
        except PlynxError as error:
            gathered.problems.append(" / ".join((*where, error.message)))
    return gathered


def _leaves(
    found: Iterable[Any], group: tuple[str, ...], problems: list[str]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    if len(group) > DEEPEST:
        problems.append(f"{' / '.join(group[:3])} / …: groups stand deeper than {DEEPEST} in each other.")
        return
    for thing in found:
        if isinstance(thing, Group):
            yield from _leaves(thing.items, (*group, thing.title), problems)
        elif isinstance(thing, Mapping) and thing.get("_type") == "Group":
            inner = thing.get("items")
            if isinstance(inner, list):
                yield from _leaves(inner, (*group, str(thing.get("title") or "Group")), problems)
            else:
                problems.append(
                    f"{' / '.join((*group, str(thing.get('title'))))}: a group has a list of items."
                )
        else:
            yield thing, group


def _item(thing: Any, group: tuple[str, ...], hub: str) -> HubItem:
    if isinstance(thing, HubItem):
        return HubItem(_ready(thing.operation), (*group, *thing.group))
    if isinstance(thing, Operation):
        return HubItem(_ready(thing), group)
    if isinstance(thing, Mapping):
        return HubItem(_ready(_from_document(thing, group, hub)), group)
    made = operation_from_function(thing)
    key = made.code_function_location or "/".join((*group, getattr(thing, "__qualname__", made.title)))
    return HubItem(_ready(replace(made, id=operation_id(hub, key))), group)


def _from_document(document: Mapping[str, Any], group: tuple[str, ...], hub: str) -> Operation:
    title = str(document.get("title"))
    key = str(document.get("code_function_location") or "/".join((*group, title)))
    return operation_from_dict({"_id": operation_id(hub, key), **document}, where=title)


def _ready(operation: Operation) -> Operation:
    """What a hub shows can be used: only stored operations are drafts before they are approved."""
    if operation.node_status is not OperationStatus.CREATED:
        return operation
    return replace(operation, node_status=OperationStatus.READY)
