"""The client: what Python programs reach graphs, operations and runs through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.services.cache import CacheUse, CleanRequest
from plynx_jupyter.services.event_bus import BusMessage
from plynx_jupyter.services.exporting import export, load_value, read_bytes
from plynx_jupyter.services.planning import NodeForecast
from plynx_jupyter.settings import Settings, from_environment

from .embedded import EmbeddedApplication, shared_application


class Client:
    """A client of the application in this process.

    The application is shared by all clients with the same home and starts when it is first needed: making a
    client costs nothing. ``cluster`` is the address of an existing Dask scheduler; without it a cluster of our
    own is started at the first job. All methods block and may be called from any thread.
    """

    def __init__(
        self,
        *,
        home: str | Path | None = None,
        cluster: str | None = None,
        workers: int | None = None,
        backend: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._settings = settings or from_environment(
            home=home, cluster=cluster, workers=workers, backend=backend
        )
        self._embedded: EmbeddedApplication | None = None

    @property
    def settings(self) -> Settings:
        """Where this client's application keeps things."""
        return self._settings

    @property
    def _application(self) -> EmbeddedApplication:
        if self._embedded is None:
            self._embedded = shared_application(self._settings)
        return self._embedded

    def close(self) -> None:
        """Stop the application (and its runs, and its own cluster) for all clients that share it."""
        if self._embedded is not None:
            self._embedded.close()
            self._embedded = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- graphs and operations ---------------------------------------------------------------------------

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Store a graph and return it with its dates; see ``GraphService.save``."""
        app = self._application
        return app.call(app.application.graphs.save(graph, expected_update_date=expected_update_date))

    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a stored graph."""
        app = self._application
        return app.call(app.application.graphs.load(graph_id))

    def save_operation(self, operation: Operation) -> Operation:
        """Store an operation in the catalogue."""
        app = self._application
        return app.call(app.application.operations.save(operation))

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation of the catalogue."""
        app = self._application
        return app.call(app.application.operations.load(operation_id))

    # -- runs --------------------------------------------------------------------------------------------

    def start_run(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> Run:
        """Validate and start; returns as soon as the run is stored. See ``RunService.start``."""
        app = self._application
        return app.call(
            app.application.runs.start(graph, options=options, folder=folder, author=self._settings.user)
        )

    def wait(self, run_id: RunId) -> Run:
        """Wait for the end of a run of this process."""
        app = self._application
        return app.call(app.application.runs.wait(run_id))

    def cancel(self, run_id: RunId, node_ids: Sequence[NodeId] = ()) -> None:
        """Ask for a run, or some of its nodes, to be stopped."""
        app = self._application

        async def cancel() -> None:
            await app.application.runs.cancel(run_id, tuple(node_ids))

        app.call(cancel())

    def load_run(self, run_id: RunId) -> Run:
        """Return a run as stored."""
        app = self._application
        return app.call(app.application.runs.load(run_id))

    def find_run(self, prefix: str) -> RunId:
        """Return the run whose id begins with ``prefix``."""
        app = self._application
        return app.call(app.application.runs.find(prefix))

    def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """Return the state of each node of a run."""
        app = self._application
        return app.call(app.application.runs.node_runs(run_id))

    def list_runs(self, query: Query | None = None) -> tuple[Sequence[RunSummary], int]:
        """Return a page of runs, newest first, and how many there are in all."""
        app = self._application
        return app.call(app.application.runs.list(query or Query()))

    def forecast(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> list[NodeForecast]:
        """Say what a run would do; see ``PlanService.forecast``."""
        app = self._application
        return app.call(app.application.plans.forecast(graph, options=options, folder=folder))

    def subscribe(
        self, listener: Callable[[BusMessage], None], run_id: RunId | None = None
    ) -> Callable[[], None]:
        """Call ``listener`` (on the application's thread) with what happens; returns a function that ends it."""
        app = self._application

        async def subscribe() -> Callable[[], None]:
            return app.application.bus.subscribe(listener, run_id)

        unsubscribe = app.call(subscribe())

        async def end() -> None:
            unsubscribe()

        return lambda: app.call(end())

    # -- cache -------------------------------------------------------------------------------------------

    def cache_entries(self) -> Sequence[CacheEntry]:
        """Return all stored results, newest first."""
        app = self._application
        return app.call(app.application.cache.entries())

    def cache_use(self) -> CacheUse:
        """Return how much space the cache takes."""
        app = self._application
        return app.call(app.application.cache.use())

    def protect_cache(self, keys: Sequence[CacheKey], protected: bool = True) -> int:
        """Keep stored results from being cleaned, or no longer; return how many that changed."""
        app = self._application
        return app.call(app.application.cache.protect(keys, protected))

    def clean_cache(self, request: CleanRequest) -> EvictionPlan:
        """Remove stored results; see ``CacheService.clean``."""
        app = self._application
        return app.call(app.application.cache.clean(request))

    # -- artifacts ---------------------------------------------------------------------------------------

    def read(self, resource: Resource) -> bytes:
        """Return the whole content of a resource."""
        return read_bytes(resource, self._application.application.store)

    def stored_path(self, resource: Resource) -> Path | None:
        """Return where the store keeps a resource on this machine, to read only; None if it is elsewhere."""
        if resource.inline:
            return None
        return self._application.application.store.local_path(resource.digest)

    def export(self, resource: Resource, destination: Path) -> Path:
        """Write a resource to a file (directories: a folder) and return where it is."""
        return export(resource, self._application.application.store, destination)

    def load_value(self, resource: Resource) -> object:
        """Return the Python value of a resource; those that are files are exported under the home first."""
        return load_value(resource, self._application.application.store, self._settings.home / "views")

    def local_path(self, resource: Resource) -> Path:
        """Return a read-only local file with the resource's content and its type's extension."""
        return self.export(resource, self._settings.home / "views" / resource.digest)
