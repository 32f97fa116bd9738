"""The operations of a module as a list of documents with groups in it: what static hubs and folder hubs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Final

from plynx_jupyter.errors import InvalidInputError, PlynxError
from plynx_jupyter.graph.document import operation_to_dict
from plynx_jupyter.model.operation import Operation

from .decorators import Group, declaration_of
from .function import operation_from_function

COLLECTION: Final = "COLLECTION"
"""The variable that says what a module's operations are, and in which groups."""
DEEPEST: Final = 50
"""How deep groups may stand in each other; deeper ones contain themselves."""


def items_of_module(module: ModuleType) -> list[Any]:
    """Return what a module offers: its ``COLLECTION``, else its groups and the operations outside of them.

    Only functions and classes that are decorated with ``operation`` in this module count, in the order in
    which they are defined.
    """
    collection = getattr(module, COLLECTION, None)
    if collection is not None:
        return items_of(collection)
    groups = [value for value in vars(module).values() if isinstance(value, Group)]
    outermost = [group for group in groups if not any(group in other.items for other in groups)]
    grouped = {id(leaf) for group in outermost for leaf in _leaves(group.items)}
    single = [
        value
        for value in vars(module).values()
        if is_operation(value)
        and getattr(value, "__module__", None) == module.__name__
        and id(value) not in grouped
    ]
    return list({id(item): item for item in (*outermost, *single)}.values())


def items_of(found: Any) -> list[Any]:
    """Return what an object holds that stands for operations; raises ``InvalidInputError`` if nothing can be meant."""
    if isinstance(found, ModuleType):
        return items_of_module(found)
    if isinstance(found, list | tuple):
        return list(found)
    if isinstance(found, Group | Operation) or callable(found):
        return [found]
    raise InvalidInputError(
        f"A {type(found).__name__} holds no operations; give a module, a list, a Group or a decorated function."
    )


def is_operation(value: object) -> bool:
    """Tell whether a value is decorated with ``operation``."""
    declaration = declaration_of(value) if hasattr(value, "__dict__") else None
    return declaration is not None and declaration.is_operation


def documents_of(items: Iterable[Any], problems: list[str], depth: int = 0) -> list[dict[str, Any]]:
    """Return operations and groups as JSON-ready documents; adds a sentence for each that can't be one."""
    if depth > DEEPEST:
        problems.append(f"groups stand deeper than {DEEPEST} in each other")
        return []
    documents: list[dict[str, Any]] = []
    for item in items:
        if isinstance(item, Group):
            inner = documents_of(item.items, problems, depth + 1)
            documents.append({"_type": "Group", "title": item.title, "items": inner})
            continue
        try:
            operation = item if isinstance(item, Operation) else operation_from_function(item)
        except PlynxError as error:
            problems.append(error.message)
            continue
        document = operation_to_dict(operation)
        if not isinstance(item, Operation):
            document.pop("_id")  # a new one each time: who reads the list gives it a lasting one
        documents.append(document)
    return documents


def _leaves(items: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for item in items:
        if isinstance(item, Group) and depth < DEEPEST:
            yield from _leaves(item.items, depth + 1)
        else:
            yield item
