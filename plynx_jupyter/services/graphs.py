"""Graphs as people edit and keep them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from plynx_jupyter.metadata.base import MetadataStore, Query
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId


class GraphService:
    """Use cases around stored graphs."""

    def __init__(self, metadata: MetadataStore, saved: Callable[[], None] = lambda: None) -> None:
        self._metadata = metadata
        self._saved = saved
        """Called after each change that was stored."""

    async def save(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Store a graph, valid or not; raises ``ConflictError`` if the stored one isn't the expected one."""
        stored = await asyncio.to_thread(
            self._metadata.save_graph, graph, expected_update_date=expected_update_date
        )
        self._saved()
        return stored

    async def load(self, graph_id: GraphId) -> Graph:
        """Return a stored graph."""
        return await asyncio.to_thread(self._metadata.load_graph, graph_id)

    async def delete(self, graph_id: GraphId) -> None:
        """Remove a graph; its runs stay."""
        await asyncio.to_thread(self._metadata.delete_graph, graph_id)
        self._saved()

    async def list(self, query: Query) -> tuple[Sequence[Graph], int]:
        """Return a page of graphs without their nodes, newest first, and how many there are in all."""
        return await asyncio.to_thread(self._metadata.list_graphs, query)
