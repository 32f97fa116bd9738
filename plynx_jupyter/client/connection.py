"""What a client needs of the application, be it in this process or behind a Jupyter server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.services.cache import CacheUse, CleanRequest
from plynx_jupyter.services.event_bus import Listener
from plynx_jupyter.services.planning import NodeForecast
from plynx_jupyter.storage.base import ArtifactReader

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage


class Connection(Protocol):
    """The use cases of one user. All methods block and may be called from any thread; see ``Client`` for each."""

    @property
    def runs_outlive_us(self) -> bool:
        """Whether runs go on when this process ends."""

    @property
    def artifacts(self) -> ArtifactReader:
        """What artifacts are read from."""

    def stored_path(self, digest: Digest) -> Path | None:
        """Return where an artifact lies on this machine, to read only; None if it is elsewhere."""

    def close(self) -> None:
        """Let go of everything; idempotent."""

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Store a graph and return it with its dates."""

    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a stored graph."""

    def list_graphs(self, query: Query) -> tuple[Sequence[Graph], int]:
        """Return a page of graphs without their nodes, and how many there are."""

    def save_operation(self, operation: Operation) -> Operation:
        """Store an operation in the catalogue."""

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation of the catalogue."""

    def list_operations(self, query: Query) -> tuple[Sequence[Operation], int]:
        """Return a page of operations, and how many there are."""

    def search_hubs(self, query: Query, hub: str | None) -> CatalogPage:
        """Return a page of what the hubs have."""

    def start_run(self, graph: Graph, options: RunOptions, folder: Path | None) -> Run:
        """Start a run; relative paths of its files are looked for in ``folder``."""

    def wait(self, run_id: RunId) -> Run:
        """Wait for the end of a run; an interrupt leaves the run going."""

    def cancel(self, run_id: RunId, node_ids: Sequence[NodeId]) -> None:
        """Ask for a run, or some of its nodes, to be stopped."""

    def load_run(self, run_id: RunId) -> Run:
        """Return a run as stored."""

    def find_run(self, prefix: str) -> RunId:
        """Return the run whose id begins with ``prefix``."""

    def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """Return the state of each node of a run."""

    def list_runs(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """Return a page of runs, and how many there are."""

    def forecast(self, graph: Graph, options: RunOptions, folder: Path | None) -> list[NodeForecast]:
        """Say what a run would do."""

    def subscribe(self, listener: Listener, run_id: RunId | None, after: int) -> Callable[[], None]:
        """Call ``listener`` with what happens; returns what ends that."""

    def cache_entries(self) -> Sequence[CacheEntry]:
        """Return all stored results."""

    def cache_use(self) -> CacheUse:
        """Return how much space the cache takes."""

    def protect_cache(self, keys: Sequence[CacheKey], protected: bool) -> int:
        """Keep stored results from being cleaned, or no longer."""

    def clean_cache(self, request: CleanRequest) -> EvictionPlan:
        """Remove stored results."""
