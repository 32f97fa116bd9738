"""Runs in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from plynx_jupyter.errors import ConflictError, NotFoundError
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.metadata.not_found import no_run, the_only_run
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.run import NodeRun, Run

from .matching import fits, page, utc_now
from .records import MemoryRecords, StoredRun


class MemoryRuns(MemoryRecords):
    """See ``metadata.base.RunStore``."""

    def create_run(self, run: Run, node_runs: Sequence[NodeRun]) -> None:
        """Store a new run."""
        with self._lock:
            if run.id in self._runs:
                raise ConflictError(f"There is a run {run.id} already.", run_id=run.id)
            self._runs[run.id] = StoredRun(run, {record.node_id: record for record in node_runs})

    def record(
        self,
        run_id: RunId,
        events: Sequence[RecordedEvent],
        node_runs: Sequence[NodeRun],
        run: Run | None = None,
    ) -> None:
        """Append events and bring records up to date."""
        with self._lock:
            stored = self._runs.get(run_id)
            if stored is None:
                raise ConflictError(f"Run {run_id} was deleted meanwhile.", run_id=run_id)
            sequences = {event.sequence for event in stored.events}
            if len(sequences.union(event.sequence for event in events)) < len(sequences) + len(events):
                message = f"The log of run {run_id} was written to by another process."
                raise ConflictError(message, run_id=run_id)
            unknown = {record.node_id for record in node_runs} - stored.nodes.keys()
            if unknown:
                raise NotFoundError(f"Run {run_id} has no nodes {', '.join(sorted(unknown))}.", run_id=run_id)
            stored.events = sorted([*stored.events, *events], key=lambda event: event.sequence)
            stored.nodes.update({record.node_id: record for record in node_runs})
            if run is not None:
                stored.run = replace(
                    stored.run, status=run.status, started_at=run.started_at, finished_at=run.finished_at
                )

    def load_run(self, run_id: RunId) -> Run:
        """Return a run with its snapshot."""
        return self._stored_run(run_id).run

    def load_node_runs(
        self, run_id: RunId, node_ids: Iterable[NodeId] | None = None
    ) -> Mapping[NodeId, NodeRun]:
        """Return node runs in the order they were created with."""
        nodes = dict(self._stored_run(run_id).nodes)
        if node_ids is None:
            return nodes
        wanted = set(node_ids)
        return {node_id: record for node_id, record in nodes.items() if node_id in wanted}

    def load_events(
        self, run_id: RunId, *, after: int = 0, limit: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events in order."""
        return [event for event in self._stored_run(run_id).events if event.sequence > after][:limit]

    def last_sequence(self, run_id: RunId) -> int:
        """Return the number of the newest event."""
        return max((event.sequence for event in self._stored_run(run_id).events), default=0)

    def list_runs(self, query: Query) -> tuple[list[RunSummary], int]:
        """Return a page of runs with the number of their nodes by status."""
        with self._lock:
            found = [
                _summary(stored)
                for stored in self._runs.values()
                if fits(
                    query,
                    stored.run.graph.title,
                    stored.run.graph.description,
                    stored.run.author,
                    stored.run.graph.kind,
                )
                and (not query.statuses or stored.run.status in query.statuses)
                and query.graph_id in (None, stored.run.graph_id)
            ]
        found.sort(key=lambda run: (run.created_at, run.id), reverse=True)
        return page(query, found)

    def summarize_runs(self, run_ids: Iterable[RunId]) -> list[RunSummary]:
        """Return these runs without their graphs, oldest first."""
        with self._lock:
            found = [_summary(self._runs[run_id]) for run_id in set(run_ids) if run_id in self._runs]
        return sorted(found, key=lambda run: (run.created_at, run.id))

    def request_cancel(self, run_id: RunId, node_ids: Iterable[NodeId] = ()) -> None:
        """Ask whoever drives a run to stop it, or only some of its nodes."""
        with self._lock:
            before, wanted = self._cancels.get(run_id), tuple(node_ids)
            if before != ():
                self._cancels[run_id] = (*(before or ()), *wanted) if wanted else ()

    def take_cancels(self, run_ids: Iterable[RunId]) -> dict[RunId, tuple[NodeId, ...]]:
        """Return, and forget, what was asked to be stopped of these runs."""
        with self._lock:
            return {run_id: self._cancels.pop(run_id) for run_id in run_ids if run_id in self._cancels}

    def unfinished_runs(self) -> list[RunSummary]:
        """Return the runs whose status isn't final, oldest first."""
        with self._lock:
            found = [_summary(stored) for stored in self._runs.values() if not stored.run.status.is_final]
        return sorted(found, key=lambda run: (run.created_at, run.id))

    def find_run(self, prefix: str) -> RunId:
        """Return the one run whose id begins with ``prefix``."""
        with self._lock:
            if prefix in self._runs:
                return RunId(prefix)
            found = sorted(run_id for run_id in self._runs if run_id.lower().startswith(prefix.lower()))
        return the_only_run(prefix, found)

    def delete_run(self, run_id: RunId) -> None:
        """Remove a run and all that belongs to it."""
        with self._lock:
            if self._runs.pop(run_id, None) is None:
                raise no_run(run_id)
            self._cancels.pop(run_id, None)

    def own_run(self, run_id: RunId, owner: str, expires_at: datetime) -> bool:
        """Take or renew the lease on a run."""
        with self._lock:
            stored = self._stored_run(run_id)
            until = stored.owner_expires_at
            if stored.owner not in (None, owner) and until is not None and until > utc_now():
                return False
            stored.owner, stored.owner_expires_at = owner, expires_at
            return True

    def release_run(self, run_id: RunId, owner: str) -> None:
        """Give the lease on a run back."""
        with self._lock:
            stored = self._runs.get(run_id)
            if stored is not None and stored.owner == owner:
                stored.owner = stored.owner_expires_at = None


def _summary(stored: StoredRun) -> RunSummary:
    run = stored.run
    return RunSummary(
        id=run.id,
        graph_id=run.graph_id,
        title=run.graph.title,
        status=run.status,
        author=run.author,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=dict(Counter(record.status.value for record in stored.nodes.values())),
        owner=stored.owner,
        owner_expires_at=stored.owner_expires_at,
    )
