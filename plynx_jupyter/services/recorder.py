"""Group commit: what happened in runs becomes durable in batches, and is published only then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.errors import ConflictError, MetadataError
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import CacheKey, NodeId, RunId
from plynx_jupyter.model.run import NodeRun, Run

from .event_bus import EventBus

_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Pending:
    """What one run has to write; of each node only its latest state."""

    events: list[RecordedEvent] = field(default_factory=list)
    node_runs: dict[NodeId, NodeRun] = field(default_factory=dict)
    run: Run | None = None


class Recorder:
    """Writes runs' events and records, in order, one batch at a time.

    While a batch is being written, the next one gathers. A store that is busy or gone is tried again until it
    answers; nothing is published before it is durable. A run whose log somebody else has written to is given
    up: ``on_conflict`` is called with its id.
    """

    def __init__(self, metadata: MetadataStore, bus: EventBus, on_conflict: Callable[[RunId], None]) -> None:
        self._metadata = metadata
        self._bus = bus
        self._on_conflict = on_conflict
        self._pending: dict[RunId, _Pending] = {}
        self._entries: list[CacheEntry] = []
        self._used: set[CacheKey] = set()
        self._writer: asyncio.Task[None] | None = None

    def add(
        self, event: RecordedEvent, node_run: NodeRun | None, run: Run | None, entry: CacheEntry | None
    ) -> None:
        """Take an event, with the state of the node and of the run after it, and a result for the cache."""
        pending = self._pending.get(event.run_id)
        if pending is None:
            pending = self._pending[event.run_id] = _Pending()
        pending.events.append(event)
        if node_run is not None:
            pending.node_runs[node_run.node_id] = node_run
        if run is not None:
            pending.run = run
        if entry is not None:
            self._entries.append(entry)
        self._wake()

    def add_node_run(self, run_id: RunId, node_run: NodeRun) -> None:
        """Take the state of a node that no event of its own speaks of."""
        self._pending.setdefault(run_id, _Pending()).node_runs[node_run.node_id] = node_run
        self._wake()

    def note_use(self, key: CacheKey) -> None:
        """Note that a cache entry was used."""
        self._used.add(key)
        self._wake()

    async def flush(self) -> None:
        """Wait until all that has been taken so far is durable and published."""
        while self._writer is not None:
            await asyncio.shield(self._writer)

    def _wake(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write(), name="plynx-recorder")

    async def _write(self) -> None:
        try:
            # Let everything that is ready on the loop now join the first batch.
            await asyncio.sleep(0)
            while self._pending or self._entries or self._used:
                pending, self._pending = self._pending, {}
                entries, self._entries = self._entries, []
                used, self._used = self._used, set()
                conflicts = await self._write_stubbornly(pending, entries, used)
                for run_id, batch in pending.items():
                    if run_id in conflicts:
                        self._on_conflict(run_id)
                        continue
                    for event in batch.events:
                        self._bus.publish(event)
        finally:
            self._writer = None

    async def _write_stubbornly(
        self, pending: dict[RunId, _Pending], entries: list[CacheEntry], used: set[CacheKey]
    ) -> set[RunId]:
        """Write a batch, trying again while the store doesn't answer; return the runs in conflict."""
        conflicts: set[RunId] = set()
        todo = dict(pending)
        delay = _FIRST_RETRY_SECONDS
        while True:
            try:
                await asyncio.to_thread(self._write_batch, todo, entries, used, conflicts)
            except MetadataError as error:
                _log.warning("The metadata store doesn't answer, trying again in %.1f s: %s", delay, error)
                await asyncio.sleep(delay)
                delay = min(delay * 2, _LONGEST_RETRY_SECONDS)
            else:
                return conflicts

    def _write_batch(
        self,
        todo: dict[RunId, _Pending],
        entries: list[CacheEntry],
        used: set[CacheKey],
        conflicts: set[RunId],
    ) -> None:
        # Results first: a run that says SUCCESS can then always be restored from.
        if entries:
            self._metadata.add_entries(entries)
            entries.clear()
        for run_id in list(todo):
            batch = todo[run_id]
            try:
                self._metadata.record(run_id, batch.events, tuple(batch.node_runs.values()), batch.run)
            except ConflictError:
                _log.warning(
                    "Run %s is written by another process; it is given up here",
                    run_id,
                    extra={"run_id": run_id},
                )
                conflicts.add(run_id)
            del todo[run_id]
        if used:
            self._metadata.touch_entries(used, datetime.now(timezone.utc))
            used.clear()
