"""Runs: start them, stop them, wait for them, look at them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from plynx_jupyter.graph.nesting import flatten
from plynx_jupyter.metadata.base import MetadataStore, Query, RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId, RunId, new_id
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.scheduling.plan import make_plan
from plynx_jupyter.storage.base import ArtifactStore

from .comparing import RunComparison, compare_runs
from .file_nodes import store_files
from .owners import release_leases_of_the_gone
from .run_driver import RunDriver, initial_record
from .validating import check, needed_part


class RunService:
    """Use cases around runs."""

    def __init__(self, metadata: MetadataStore, store: ArtifactStore, driver: RunDriver) -> None:
        self._metadata = metadata
        self._store = store
        self._driver = driver

    async def start(
        self,
        graph: Graph,
        *,
        options: RunOptions | None = None,
        folder: Path | None = None,
        author: str = "",
    ) -> Run:
        """Validate what is to be run of ``graph``, store a snapshot of all of it as a run, and set it going.

        Relative paths of file nodes are looked for in ``folder``. Raises ``GraphInvalidError`` with all
        problems at once; then nothing was stored.
        """
        options = options or RunOptions()
        return await asyncio.shield(self._start(graph, options, folder, author))

    async def _start(self, graph: Graph, options: RunOptions, folder: Path | None, author: str) -> Run:
        needed = needed_part(graph, options.until)
        check(needed)
        stored = await asyncio.to_thread(store_files, needed, self._store, folder)
        by_id = {node.id: node for node in stored.nodes}
        snapshot = replace(graph, nodes=tuple(by_id.get(node.id, node) for node in graph.nodes))
        nodes = flatten(snapshot)
        selected = make_plan(nodes, options).nodes
        run = Run(
            id=RunId(new_id()),
            graph=snapshot,
            graph_id=graph.id,
            options=options,
            author=author,
            created_at=datetime.now(timezone.utc),
        )
        records = {node.id: initial_record(node, node.id in selected) for node in nodes}
        await asyncio.to_thread(self._metadata.create_run, run, tuple(records.values()))
        await self._driver.start(run, nodes, records)
        return run

    async def resume_unfinished(self) -> list[RunId]:
        """Go on with every run whose driver is gone; return those that were taken up."""
        taken: list[RunId] = []
        await asyncio.to_thread(release_leases_of_the_gone, self._metadata)
        for summary in await asyncio.to_thread(self._metadata.unfinished_runs):
            if not self._driver.is_active(summary.id):
                run = await asyncio.to_thread(self._metadata.load_run, summary.id)
                if await self._driver.resume(run, flatten(run.graph)):
                    taken.append(summary.id)
        return taken

    async def cancel(self, run_id: RunId, node_ids: tuple[NodeId, ...] = ()) -> None:
        """Ask for a run, or only some of its nodes, to be stopped; its end is an event of the run.

        A run that has ended stays as it is. If another process drives it, that one hears of it within a second or two.
        """
        if not self._driver.cancel(run_id, node_ids) and not (await self.load(run_id)).status.is_final:
            await asyncio.to_thread(self._metadata.request_cancel, run_id, node_ids)

    async def wait(self, run_id: RunId) -> Run:
        """Wait for the end of a run that is in hand here, and return it as stored."""
        await self._driver.wait(run_id)
        return await asyncio.to_thread(self._metadata.load_run, run_id)

    async def load(self, run_id: RunId) -> Run:
        """Return a run as stored."""
        return await asyncio.to_thread(self._metadata.load_run, run_id)

    async def find(self, prefix: str) -> RunId:
        """Return the run whose id begins with ``prefix``."""
        return await asyncio.to_thread(self._metadata.find_run, prefix)

    async def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """Return the state of each node, in the order of the graph."""
        return await asyncio.to_thread(self._metadata.load_node_runs, run_id)

    async def events(
        self, run_id: RunId, after: int = 0, limit: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return the run's events with a sequence number above ``after``, at most ``limit`` of them."""
        return await asyncio.to_thread(self._metadata.load_events, run_id, after=after, limit=limit)

    async def last_sequence(self, run_id: RunId) -> int:
        """Return the sequence number of the run's newest event; 0 if there is none yet."""
        return await asyncio.to_thread(self._metadata.last_sequence, run_id)

    async def compare(self, run_ids: Sequence[RunId]) -> RunComparison:
        """Return what differs between runs, in the order of ``run_ids``."""
        return await asyncio.to_thread(compare_runs, self._metadata, run_ids)

    async def list(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """Return a page of runs, newest first, and how many there are in all."""
        return await asyncio.to_thread(self._metadata.list_runs, query)
