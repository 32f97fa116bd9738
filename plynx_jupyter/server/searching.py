"""How a search request becomes a query."""

from __future__ import annotations

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.search import parse_search
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import GraphId
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.status import OperationStatus, RunStatus
from plynx_jupyter.wire.models import SearchRequest


def query_of(request: SearchRequest, user: str) -> Query:
    """Return the query; ``author:me`` is ``user``. Raises ``InvalidInputError`` for statuses that don't exist."""
    search = parse_search(request.search)
    authors = [user if author in ("me", "default") else author for author in search.filters.get("author", ())]
    original = search.filters.get("original_node_id", ())
    return Query(
        words=search.words,
        author=authors[-1] if authors else None,
        kinds=tuple(canonical_kind(kind) for kind in (*request.node_kinds, *request.base_node_names)),
        statuses=tuple(_status(word) for word in request.status),
        graph_id=GraphId(original[-1]) if original else None,
        offset=request.offset,
        per_page=request.per_page,
    )


def _status(word: str) -> OperationStatus | RunStatus:
    for kind in (RunStatus, OperationStatus):
        try:
            return kind(word)
        except ValueError:
            continue
    known = ", ".join(sorted({*RunStatus.__members__, *OperationStatus.__members__}))
    raise InvalidInputError(f"There is no status {word!r}; there are {known}.")
