"""How a search request becomes a query."""

from __future__ import annotations

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.search import parse_search
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import GraphId
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.status import OperationStatus, RunStatus
from plynx_jupyter.resources.registry import canonical_file_type
from plynx_jupyter.wire.models import SearchRequest

_FILTERS = frozenset(
    {"author", "original_node_id", "title", "description", "kind", "status", "file_type", "input_file_type",
     "output_file_type"}
)  # fmt: skip


def query_of(request: SearchRequest, user: str) -> Query:
    """Return the query; ``author:me`` is ``user``. Raises ``InvalidInputError`` for statuses that don't exist.

    What looks like a filter and isn't one that is known is searched for as it stands.
    """
    search = parse_search(request.search)
    found = search.filters
    unknown = [f"{key}:{value}" for key, values in found.items() if key not in _FILTERS for value in values]
    authors = [user if author in ("me", "default") else author for author in found.get("author", ())]
    original = found.get("original_node_id", ())
    kinds = (*request.node_kinds, *request.base_node_names, *found.get("kind", ()))
    statuses = (*request.status, *(word.upper() for word in found.get("status", ())))
    return Query(
        words=(*search.words, *unknown),
        titles=found.get("title", ()),
        descriptions=found.get("description", ()),
        author=authors[-1] if authors else None,
        kinds=tuple(canonical_kind(kind) for kind in kinds),
        statuses=tuple(_status(word) for word in statuses),
        file_types=_types(found.get("file_type", ())),
        input_file_types=_types(found.get("input_file_type", ())),
        output_file_types=_types(found.get("output_file_type", ())),
        graph_id=GraphId(original[-1]) if original else None,
        offset=request.offset,
        per_page=request.per_page,
    )


def _types(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(canonical_file_type(word) for word in words)


def _status(word: str) -> OperationStatus | RunStatus:
    for kind in (RunStatus, OperationStatus):
        try:
            return kind(word)
        except ValueError:
            continue
    known = ", ".join(sorted({*RunStatus.__members__, *OperationStatus.__members__}))
    raise InvalidInputError(f"There is no status {word!r}; there are {known}.")
