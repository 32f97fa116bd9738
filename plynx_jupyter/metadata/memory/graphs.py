"""Graphs in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.graph.records import time_to_text
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.not_found import no_graph
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId

from .matching import fits, page, utc_now
from .records import MemoryRecords


class MemoryGraphs(MemoryRecords):
    """See ``metadata.base.GraphStore``."""

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Insert or replace a graph."""
        with self._lock:
            old = self._graphs.get(graph.id)
            stored_date = old.update_date if old else None
            if expected_update_date is not None and stored_date != expected_update_date:
                raise ConflictError(
                    f"Graph {graph.title!r} ({graph.id}) was changed by somebody else since it was loaded. "
                    "Load it again and repeat the change.",
                    graph_id=graph.id,
                    stored_update_date=time_to_text(stored_date) if stored_date else None,
                    expected_update_date=time_to_text(expected_update_date),
                )
            now = utc_now()
            if stored_date is not None:
                now = max(now, stored_date + timedelta(microseconds=1))
            inserted = (old.insertion_date if old else graph.insertion_date) or now
            stored = replace(graph, insertion_date=inserted, update_date=now)
            self._graphs[graph.id] = stored
        return stored

    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a graph."""
        graph = self._graphs.get(graph_id)
        if graph is None:
            raise no_graph(graph_id)
        return graph

    def list_graphs(self, query: Query) -> tuple[list[Graph], int]:
        """Return a page of graphs without their nodes."""
        with self._lock:
            found = [
                Graph(
                    id=graph.id,
                    title=graph.title,
                    description=graph.description,
                    kind=graph.kind,
                    author=graph.author,
                    insertion_date=graph.insertion_date,
                    update_date=graph.update_date,
                )
                for graph in self._graphs.values()
                if fits(query, graph.title, graph.description, graph.author, graph.kind)
            ]
        found.sort(key=lambda graph: (graph.insertion_date or utc_now(), graph.id), reverse=True)
        return page(query, found)

    def graph_dates(self, graph_ids: Iterable[GraphId]) -> dict[GraphId, datetime]:
        """Return when each of these was last saved."""
        found = {graph_id: self._graphs.get(graph_id) for graph_id in graph_ids}
        return {i: graph.update_date for i, graph in found.items() if graph and graph.update_date}

    def delete_graph(self, graph_id: GraphId) -> None:
        """Remove a graph."""
        if self._graphs.pop(graph_id, None) is None:
            raise no_graph(graph_id)
