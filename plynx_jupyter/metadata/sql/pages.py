"""How a ``Query`` becomes SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from plynx_jupyter.metadata.base import Query

from .columns import chunked
from .tables import operation_file_types, operations
from .word_index import has_words


def page(
    connection: Connection, table: Table, columns: list[Any], query: Query, newest: Any
) -> tuple[list[Any], int]:
    """Return the rows of one page, newest first, and the number of all that match."""
    condition = _condition(connection, table, query)
    order = (newest.desc(), table.c.id.desc())
    if not (query.words or query.titles or query.descriptions):
        rows = select(*columns).where(condition).order_by(*order).limit(query.per_page).offset(query.offset)
        return list(connection.execute(rows)), _total(connection, table, condition)
    ids, total = _matches(connection, table, query, newest, condition)
    found: list[Any] = []
    for some in chunked(ids):
        found += connection.execute(select(*columns).where(table.c.id.in_(some)).order_by(*order))
    return found, total


def _total(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()


def _matches(
    connection: Connection, table: Table, query: Query, newest: Any, condition: ColumnElement[bool]
) -> tuple[list[str], int]:
    """Return the ids of one page and the number of all that match, looking for words only once for both."""
    matches = select(table.c.id, newest.label("newest")).where(condition).cte("matches")
    total = select(func.count()).select_from(matches).scalar_subquery()
    order = (matches.c.newest.desc(), matches.c.id.desc())
    wanted = select(matches.c.id, total.label("total")).order_by(*order)
    rows = connection.execute(wanted.limit(query.per_page).offset(query.offset)).all()
    if rows:
        return [row.id for row in rows], rows[0].total
    return [], _total(connection, table, condition) if query.offset or not query.per_page else 0


def _condition(connection: Connection, table: Table, query: Query) -> ColumnElement[bool]:
    conditions = list(_words(connection, table, query))
    for author in (query.author, query.visible_to):
        if author is not None:
            conditions.append(table.c.author == author)
    if query.kinds:
        conditions.append(table.c.kind.in_(query.kinds))
    if query.statuses and "status" in table.c:
        conditions.append(table.c.status.in_([status.value for status in query.statuses]))
    if query.graph_id is not None and "graph_id" in table.c:
        conditions.append(table.c.graph_id == query.graph_id)
    if table is operations:
        conditions += _file_types(query)
    return and_(True, *conditions)


def _words(connection: Connection, table: Table, query: Query) -> Iterator[ColumnElement[bool]]:
    for words, names in (
        (query.words, ("title", "description")),
        (query.titles, ("title",)),
        (query.descriptions, ("description",)),
    ):
        indexed, rest = has_words(connection, table, words, names)
        if indexed is not None:
            yield indexed
        for word in rest:
            yield or_(*(table.c[name].icontains(word, autoescape=True) for name in names))


def _file_types(query: Query) -> Iterator[ColumnElement[bool]]:
    types = operation_file_types.c
    for wanted, directions in (
        (query.file_types, ("input", "output")),
        (query.input_file_types, ("input",)),
        (query.output_file_types, ("output",)),
    ):
        if wanted:
            found = select(types.operation_id).where(
                types.file_type.in_(wanted), types.direction.in_(directions)
            )
            yield operations.c.id.in_(found)
