"""What a query means for an item of a hub."""

from __future__ import annotations

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.memory.matching import fits, has_types

from .gathering import HubItem


def matches(query: Query, item: HubItem) -> bool:
    """Tell whether an item is asked for; the names of its groups count as words of its description.

    What isn't stored belongs to nobody: everybody sees it, and no search by author finds it.
    """
    operation = item.operation
    if query.author is not None or query.graph_id is not None:
        return False
    if query.statuses and operation.node_status not in query.statuses:
        return False
    about = " ".join((operation.description, *item.group))
    author = query.visible_to or ""
    return fits(query, operation.title, about, author, operation.kind) and has_types(query, operation)
