"""What the stores in memory keep, and the lock over it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.metadata.not_found import no_run
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.user import ApiToken, User


@dataclass
class StoredRun:
    """A run and all that belongs to it."""

    run: Run
    nodes: dict[NodeId, NodeRun]
    events: list[RecordedEvent] = field(default_factory=list)
    owner: str | None = None
    owner_expires_at: datetime | None = None


class MemoryRecords:
    """The dictionaries that the parts of ``MemoryMetadata`` share."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._users: dict[str, User] = {}
        self._tokens: dict[str, ApiToken] = {}
        self._graphs: dict[GraphId, Graph] = {}
        self._operations: dict[OperationId, Operation] = {}
        self._runs: dict[RunId, StoredRun] = {}
        self._entries: dict[CacheKey, CacheEntry] = {}
        self._leases: dict[CacheKey, tuple[str, datetime]] = {}
        self._uploads: set[tuple[str, Digest]] = set()
        self._cancels: dict[RunId, tuple[NodeId, ...]] = {}

    def _stored_run(self, run_id: RunId) -> StoredRun:
        stored = self._runs.get(run_id)
        if stored is None:
            raise no_run(run_id)
        return stored
