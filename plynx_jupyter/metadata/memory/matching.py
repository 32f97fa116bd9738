"""What a ``Query`` means for records in memory."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TypeVar

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.operation import Operation

Item = TypeVar("Item")


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(timezone.utc)


def fits(query: Query, title: str, description: str, author: str, kind: str) -> bool:
    """Tell whether something with these texts, this author and kind is asked for."""
    if any(wanted is not None and author != wanted for wanted in (query.author, query.visible_to)):
        return False
    if query.kinds and kind not in query.kinds:
        return False
    title, description = title.lower(), description.lower()
    return (
        all(word.lower() in title or word.lower() in description for word in query.words)
        and all(word.lower() in title for word in query.titles)
        and all(word.lower() in description for word in query.descriptions)
    )


def has_types(query: Query, operation: Operation) -> bool:
    """Tell whether an operation has ports of the types that are asked for."""
    inputs = {port.file_type for port in operation.inputs}
    outputs = {port.file_type for port in operation.outputs}
    return all(
        not wanted or not found.isdisjoint(wanted)
        for wanted, found in (
            (query.file_types, inputs | outputs),
            (query.input_file_types, inputs),
            (query.output_file_types, outputs),
        )
    )


def page(query: Query, found: list[Item]) -> tuple[list[Item], int]:
    """Return one page of what was found and the number of all."""
    return found[query.offset : query.offset + query.per_page], len(found)
