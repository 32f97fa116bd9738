"""How a ``Query`` becomes SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from plynx_jupyter.metadata.base import Query


def page(
    connection: Connection, table: Table, columns: list[Any], query: Query, newest: Any
) -> tuple[list[Any], int]:
    """Return the rows of one page, newest first, and the number of all that match."""
    condition = _condition(table, query)
    total = connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
    statement: Select[Any] = (
        select(*columns)
        .where(condition)
        .order_by(newest.desc(), table.c.id.desc())
        .limit(query.per_page)
        .offset(query.offset)
    )
    return list(connection.execute(statement)), total


def _condition(table: Table, query: Query) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        or_(
            table.c.title.icontains(word, autoescape=True),
            table.c.description.icontains(word, autoescape=True),
        )
        for word in query.words
    ]
    if query.author is not None:
        conditions.append(table.c.author == query.author)
    if query.visible_to is not None:
        conditions.append(table.c.author == query.visible_to)
    if query.kinds:
        conditions.append(table.c.kind.in_(query.kinds))
    if query.statuses and "status" in table.c:
        conditions.append(table.c.status.in_([status.value for status in query.statuses]))
    if query.graph_id is not None and "graph_id" in table.c:
        conditions.append(table.c.graph_id == query.graph_id)
    return and_(True, *conditions)
