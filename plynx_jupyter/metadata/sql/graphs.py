"""Graphs in the database: a document each, with columns to search by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, select

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.graph.records import time_from_text, time_to_text
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.digests import graph_digests
from plynx_jupyter.metadata.not_found import no_graph
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId

from .columns import chunked, plain_text, reading_back
from .engine import Database, translated, upsert
from .pages import page
from .references import hold
from .tables import graphs
from .word_index import forget_words, index_words


class SqlGraphs:
    """See ``metadata.base.GraphStore``."""

    database: Database

    @translated
    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Insert or replace a graph."""
        now = datetime.now(timezone.utc)
        # Nobody else can write meanwhile, so what takes long is done before.
        document = dumps(replace(graph, insertion_date=None, update_date=None))
        held = graph_digests(graph)
        with self.database.writing() as connection:
            dates = connection.execute(
                select(graphs.c.insertion_date, graphs.c.update_date).where(graphs.c.id == graph.id)
            ).first()
            if expected_update_date is not None:
                expected = time_to_text(expected_update_date)
                if dates is None or dates.update_date != expected:
                    raise ConflictError(
                        f"Graph {graph.title!r} ({graph.id}) was changed by somebody else since it was loaded. "
                        "Load it again and repeat the change.",
                        graph_id=graph.id,
                        stored_update_date=None if dates is None else dates.update_date,
                        expected_update_date=expected,
                    )
            if dates:  # no two versions have the same date, however coarse the clock
                now = max(now, time_from_text(dates.update_date) + timedelta(microseconds=1))
            inserted = time_from_text(dates.insertion_date) if dates else graph.insertion_date or now
            stored = replace(graph, insertion_date=inserted, update_date=now)
            row = {
                "id": stored.id,
                "title": plain_text(stored.title),
                "description": plain_text(stored.description),
                "author": stored.author,
                "kind": stored.kind,
                "insertion_date": time_to_text(inserted),
                "update_date": time_to_text(now),
                "document": document,
            }
            upsert(connection, graphs, [row], [name for name in row if name != "id"])
            index_words(connection, graphs, stored.id, stored.title, stored.description)
            hold(connection, f"graph:{graph.id}", held, instead=True)
        return stored

    @translated
    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a graph."""
        with self.database.reading() as connection:
            row = connection.execute(select(graphs).where(graphs.c.id == graph_id)).first()
        if row is None:
            raise no_graph(graph_id)
        with reading_back(f"graph {graph_id}"):
            return replace(
                loads(row.document),
                insertion_date=time_from_text(row.insertion_date),
                update_date=time_from_text(row.update_date),
            )

    @translated
    def list_graphs(self, query: Query) -> tuple[list[Graph], int]:
        """Return a page of graphs without their nodes."""
        columns = [column for column in graphs.c if column.name != "document"]
        with self.database.reading() as connection:
            rows, total = page(connection, graphs, columns, query, graphs.c.insertion_date)
        found = [
            Graph(
                id=GraphId(row.id),
                title=row.title,
                description=row.description,
                kind=row.kind,
                author=row.author,
                insertion_date=time_from_text(row.insertion_date),
                update_date=time_from_text(row.update_date),
            )
            for row in rows
        ]
        return found, total

    @translated
    def graph_dates(self, graph_ids: Iterable[GraphId]) -> dict[GraphId, datetime]:
        """Return when each of these was last saved."""
        dates: dict[GraphId, datetime] = {}
        with self.database.reading() as connection:
            for some in chunked(list(set(graph_ids))):
                statement = select(graphs.c.id, graphs.c.update_date).where(graphs.c.id.in_(some))
                for row in connection.execute(statement):
                    dates[GraphId(row.id)] = time_from_text(row.update_date)
        return dates

    @translated
    def delete_graph(self, graph_id: GraphId) -> None:
        """Remove a graph."""
        with self.database.writing() as connection:
            removed = connection.execute(delete(graphs).where(graphs.c.id == graph_id)).rowcount
            forget_words(connection, graphs, graph_id)
            hold(connection, f"graph:{graph_id}", (), instead=True)
        if not removed:
            raise no_graph(graph_id)
