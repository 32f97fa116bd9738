"""The metadata store of tests and throw-away runs: dictionaries in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Literal, TypeVar

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.errors import ConflictError, NotFoundError
from plynx_jupyter.graph.records import time_to_text
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run

from .base import ObjectKind, Query, RunSummary
from .digests import entry_digests, graph_digests, node_run_digests, operation_digests
from .memory_users import MemoryUsers
from .not_found import no_graph, no_operation, no_run, the_only_run

Item = TypeVar("Item")


@dataclass
class _StoredRun:
    run: Run
    nodes: dict[NodeId, NodeRun]
    events: list[RecordedEvent] = field(default_factory=list)
    owner: str | None = None
    owner_expires_at: datetime | None = None


class MemoryMetadata(MemoryUsers):
    """All records in memory; see ``metadata.base.MetadataStore``. They are gone with the process."""

    def __init__(self) -> None:
        super().__init__()
        self._graphs: dict[GraphId, Graph] = {}
        self._operations: dict[OperationId, Operation] = {}
        self._runs: dict[RunId, _StoredRun] = {}
        self._entries: dict[CacheKey, CacheEntry] = {}
        self._leases: dict[CacheKey, tuple[str, datetime]] = {}
        self._uploads: set[tuple[str, Digest]] = set()
        self._cancels: dict[RunId, tuple[NodeId, ...]] = {}

    def close(self) -> None:
        """Do nothing: there are no connections."""

    # Graphs

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
            now = _now()
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
                if _fits(query, graph.title, graph.description, graph.author, graph.kind)
            ]
        found.sort(key=lambda graph: (graph.insertion_date or _now(), graph.id), reverse=True)
        return _page(query, found)

    def graph_dates(self, graph_ids: Iterable[GraphId]) -> dict[GraphId, datetime]:
        """Return when each of these was last saved."""
        found = {graph_id: self._graphs.get(graph_id) for graph_id in graph_ids}
        return {i: graph.update_date for i, graph in found.items() if graph and graph.update_date}

    def delete_graph(self, graph_id: GraphId) -> None:
        """Remove a graph."""
        if self._graphs.pop(graph_id, None) is None:
            raise no_graph(graph_id)

    # Operations

    def save_operation(self, operation: Operation) -> Operation:
        """Insert or replace an operation and return it with its dates set."""
        with self._lock:
            old = self._operations.get(operation.id)
            now = _now()
            inserted = (old.insertion_date if old else operation.insertion_date) or now
            stored = replace(operation, insertion_date=inserted, update_date=now)
            self._operations[operation.id] = stored
        return stored

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation."""
        operation = self._operations.get(operation_id)
        if operation is None:
            raise no_operation(operation_id)
        return operation

    def list_operations(self, query: Query) -> tuple[list[Operation], int]:
        """Return a page of operations."""
        with self._lock:
            found = [
                operation
                for operation in self._operations.values()
                if _fits(query, operation.title, operation.description, operation.author, operation.kind)
                and (not query.statuses or operation.node_status in query.statuses)
                and _has_types(query, operation)
            ]
        found.sort(key=lambda operation: (operation.insertion_date or _now(), operation.id), reverse=True)
        return _page(query, found)

    # Runs

    def create_run(self, run: Run, node_runs: Sequence[NodeRun]) -> None:
        """Store a new run."""
        with self._lock:
            if run.id in self._runs:
                raise ConflictError(f"There is a run {run.id} already.", run_id=run.id)
            self._runs[run.id] = _StoredRun(run, {record.node_id: record for record in node_runs})

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

    def list_runs(self, query: Query) -> tuple[list[RunSummary], int]:
        """Return a page of runs with the number of their nodes by status."""
        with self._lock:
            found = [
                _summary(stored)
                for stored in self._runs.values()
                if _fits(
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
        return _page(query, found)

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
        if self._runs.pop(run_id, None) is None:
            raise no_run(run_id)

    def own_run(self, run_id: RunId, owner: str, expires_at: datetime) -> bool:
        """Take or renew the lease on a run."""
        with self._lock:
            stored = self._stored_run(run_id)
            until = stored.owner_expires_at
            if stored.owner not in (None, owner) and until is not None and until > _now():
                return False
            stored.owner, stored.owner_expires_at = owner, expires_at
            return True

    def release_run(self, run_id: RunId, owner: str) -> None:
        """Give the lease on a run back."""
        with self._lock:
            stored = self._runs.get(run_id)
            if stored is not None and stored.owner == owner:
                stored.owner = stored.owner_expires_at = None

    def _stored_run(self, run_id: RunId) -> _StoredRun:
        stored = self._runs.get(run_id)
        if stored is None:
            raise no_run(run_id)
        return stored

    # Cache entries

    def find_entries(self, keys: Iterable[CacheKey]) -> Mapping[CacheKey, CacheEntry]:
        """Return the entries there are."""
        with self._lock:
            return {key: self._entries[key] for key in keys if key in self._entries}

    def add_entries(self, entries: Sequence[CacheEntry]) -> None:
        """Add entries, and mark those that are there with other outputs."""
        with self._lock:
            for entry in entries:
                there = self._entries.setdefault(entry.key, entry)
                if entry_digests(there) != entry_digests(entry):
                    self._entries[entry.key] = replace(there, non_deterministic=True)

    def touch_entries(self, keys: Iterable[CacheKey], at: datetime) -> None:
        """Note that entries were used."""
        with self._lock:
            for key, entry in self.find_entries(keys).items():
                self._entries[key] = replace(entry, used_at=at)

    def nearest_entries(self, operation_digest: str, limit: int = 20) -> list[CacheEntry]:
        """Return the newest entries of one operation."""
        return [entry for entry in self.list_entries() if entry.operation_digest == operation_digest][:limit]

    def list_entries(self) -> list[CacheEntry]:
        """Return all entries, newest first."""
        with self._lock:
            by_key = sorted(self._entries.values(), key=lambda entry: entry.key)
        return sorted(by_key, key=lambda entry: entry.created_at, reverse=True)

    def remove_entries(self, keys: Iterable[CacheKey]) -> int:
        """Remove entries; return how many there were."""
        with self._lock:
            return sum(self._entries.pop(key, None) is not None for key in keys)

    def protect_entries(self, keys: Iterable[CacheKey], protected: bool) -> int:
        """Protect entries, or no longer; return how many changed."""
        with self._lock:
            changed = [e for e in self.find_entries(keys).values() if e.protected != protected]
            self._entries.update({entry.key: replace(entry, protected=protected) for entry in changed})
            return len(changed)

    def lease_keys(self, keys: Sequence[CacheKey], owner: str, expires_at: datetime) -> set[CacheKey]:
        """Take or renew leases; return those that ``owner`` now holds."""
        with self._lock:
            now = _now()
            self._leases = {key: lease for key, lease in self._leases.items() if lease[1] > now}
            free = {key for key in keys if self._leases.get(key, (owner, now))[0] == owner}
            self._leases.update(dict.fromkeys(free, (owner, expires_at)))
            return free

    def release_keys(self, keys: Iterable[CacheKey], owner: str) -> None:
        """Give leases back."""
        with self._lock:
            for key in keys:
                if self._leases.get(key, ("", None))[0] == owner:
                    del self._leases[key]

    # Who holds leases

    def lease_owners(self) -> set[str]:
        """Return everybody who holds a lease."""
        with self._lock:
            owners = {owner for owner, _ in self._leases.values()}
            return owners | {stored.owner for stored in self._runs.values() if stored.owner is not None}

    def release_all(self, owner: str) -> None:
        """Give back all leases of ``owner``."""
        with self._lock:
            self.release_keys([key for key, (holder, _) in self._leases.items() if holder == owner], owner)
            for run_id in self._runs:
                self.release_run(run_id, owner)

    # What records point at

    def shown_digests(self) -> set[Digest]:
        """Return what stored runs show."""
        with self._lock:
            shown: set[Digest] = set()
            for stored in self._runs.values():
                shown |= graph_digests(stored.run.graph).union(*map(node_run_digests, stored.nodes.values()))
            return shown

    def pinned_digests(self) -> set[Digest]:
        """Return what stored graphs and operations hold."""
        with self._lock:
            return set().union(
                *map(graph_digests, self._graphs.values()), *map(operation_digests, self._operations.values())
            )

    def hold_upload(self, user: str, digest: Digest) -> None:
        """Note that a user brought an artifact along."""
        with self._lock:
            self._uploads.add((user, digest))

    def holders_of(self, digest: Digest) -> list[tuple[ObjectKind | Literal["upload"], str]]:
        """Return what kinds of objects point at an artifact, and whose they are."""
        found: set[tuple[ObjectKind | Literal["upload"], str]] = set()
        with self._lock:
            found.update(("upload", user) for user, held in self._uploads if held == digest)
            found.update(("graph", g.author) for g in self._graphs.values() if digest in graph_digests(g))
            found.update(
                ("operation", o.author) for o in self._operations.values() if digest in operation_digests(o)
            )
            for stored in self._runs.values():
                shown = graph_digests(stored.run.graph).union(*map(node_run_digests, stored.nodes.values()))
                if digest in shown:
                    found.add(("run", stored.run.author))
        return sorted(found)

    # Authors

    def author_of(self, kind: ObjectKind, object_id: str) -> str | None:
        """Return the author, None if there is no such object."""
        with self._lock:
            if kind == "graph":
                graph = self._graphs.get(GraphId(object_id))
                return None if graph is None else graph.author
            if kind == "operation":
                operation = self._operations.get(OperationId(object_id))
                return None if operation is None else operation.author
            run = self._runs.get(RunId(object_id))
            return None if run is None else run.run.author


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _fits(query: Query, title: str, description: str, author: str, kind: str) -> bool:
    if any(wanted is not None and author != wanted for wanted in (query.author, query.visible_to)):
        return False
    if query.kinds and kind not in query.kinds:
        return False
    title, description = title.lower(), description.lower()
    return (
        all(word.lower() in title or word.lower() in description for word in query.words)
        and all(word.lower() in title for word in query.titles)
        and all(word.lower() in description for word in query.descriptions)
    )


def _has_types(query: Query, operation: Operation) -> bool:
    inputs = {port.file_type for port in operation.inputs}
    outputs = {port.file_type for port in operation.outputs}
    return all(
        not wanted or not found.isdisjoint(wanted)
        for wanted, found in (
            (query.file_types, inputs | outputs),
            (query.input_file_types, inputs),
            (query.output_file_types, outputs),
        )
    )


def _page(query: Query, found: list[Item]) -> tuple[list[Item], int]:
    return found[query.offset : query.offset + query.per_page], len(found)


def _summary(stored: _StoredRun) -> RunSummary:
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
