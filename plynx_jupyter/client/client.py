"""The client: what Python programs reach graphs, operations and runs through."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.errors import InvalidInputError
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

from .connection import Connection

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage

URL_VARIABLE = "PLYNX_URL"
TOKEN_VARIABLE = "PLYNX_TOKEN"  # noqa: S105 - the name of it


class Client:
    """A client of the application in this process, or of a Jupyter server's.

    Which one is decided when it is first needed (making a client costs nothing), by the first of these that holds:

    1. ``url`` is given: the server at that address (with or without ``lab?token=…``), asked with ``token``, by
       default ``$PLYNX_TOKEN``.
    2. ``home``, ``cluster``, ``workers``, ``backend`` or ``settings`` is given: the application in this process.
       It is shared by all clients with the same home. ``cluster`` is the address of an existing Dask scheduler;
       without it a cluster of our own is started at the first job.
    3. ``$PLYNX_URL`` is set: the server at that address, asked with ``token`` or ``$PLYNX_TOKEN``.
    4. A Jupyter server runs on this machine, under this account, with this extension and with the same home
       (``$PLYNX_HOME``): that server; in a kernel the one that started it is asked first. Where the reason that
       one isn't used matters, the log says it at the level DEBUG.
    5. The application in this process, with the default home.

    All methods block and may be called from any thread. They do the same either way; runs behind a server go on
    when this process ends, those in this process end with it.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        home: str | Path | None = None,
        cluster: str | None = None,
        workers: int | None = None,
        backend: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        is_local = any(given is not None for given in (home, cluster, workers, backend, settings))
        if url is not None and is_local:
            raise InvalidInputError(
                "A client is either of the server at `url`, or of the application in this process, which "
                "`home`, `cluster`, `workers`, `backend` and `settings` are about: give one or the other."
            )
        self._url = url or ("" if is_local else os.environ.get(URL_VARIABLE, ""))
        self._token = token or os.environ.get(TOKEN_VARIABLE, "")
        self._looks_for_server = not is_local
        self._settings = settings or from_environment(
            home=home, cluster=cluster, workers=workers, backend=backend
        )
        self._connected: Connection | None = None
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        """Where the application of this process keeps things; with a server, only what is fetched from it."""
        return self._settings

    @property
    def runs_outlive_us(self) -> bool:
        """Whether runs go on when this process ends, as those behind a server do."""
        return self._connection.runs_outlive_us

    @property
    def _connection(self) -> Connection:
        with self._lock:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def _connect(self) -> Connection:
        # Each way imports what it needs: a third of a second for the application, a tenth for HTTP.
        url, token, proxies = self._url, self._token, True
        if not url and self._looks_for_server:
            from .discovery import server_beside

            found = server_beside(self._settings.home)
            if found is not None:
                url, token, proxies = found.url, found.token, False
        if url:
            from .remote import RemoteConnection

            return RemoteConnection(url, token, proxies=proxies)
        from .embedded import EmbeddedConnection

        return EmbeddedConnection(self._settings)

    def close(self) -> None:
        """Let go of the server; or stop the application (and its runs and cluster) for all that share it."""
        with self._lock:
            if self._connected is not None:
                self._connected.close()
                self._connected = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- graphs and operations ---------------------------------------------------------------------------

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Store a graph, valid or not, and return it with its author and dates.

        When ``expected_update_date`` is given and the stored graph has another one, raises ``ConflictError``.
        """
        return self._connection.save_graph(graph, expected_update_date=expected_update_date)

    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a stored graph."""
        return self._connection.load_graph(graph_id)

    def list_graphs(self, query: Query | None = None) -> tuple[Sequence[Graph], int]:
        """Return a page of graphs without their nodes, newest first, and how many there are in all."""
        return self._connection.list_graphs(query or Query())

    def save_operation(self, operation: Operation) -> Operation:
        """Store an operation in the catalogue; one that was approved never changes: ``InvalidInputError``."""
        return self._connection.save_operation(operation)

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation of the catalogue."""
        return self._connection.load_operation(operation_id)

    def list_operations(self, query: Query | None = None) -> tuple[Sequence[Operation], int]:
        """Return a page of operations, newest first, and how many there are in all."""
        return self._connection.list_operations(query or Query())

    def search_hubs(self, query: Query | None = None, hub: str | None = None) -> CatalogPage:
        """Return a page of what the hubs have (or one of them), each operation with its hub and its groups.

        What a hub couldn't look at is told in ``hubs``; raises ``NotFoundError`` for a hub that isn't there.
        """
        return self._connection.search_hubs(query or Query(), hub)

    # -- runs --------------------------------------------------------------------------------------------

    def start_run(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> Run:
        """Validate and start; returns as soon as the run is stored. The graph itself isn't.

        Files that the graph names are those of this machine, relative ones below ``folder``. Raises
        ``GraphInvalidError`` with all problems at once.
        """
        return self._connection.start_run(graph, options or RunOptions(), folder)

    def wait(self, run_id: RunId) -> Run:
        """Wait for the end of a run and return it; an interrupt ends the wait at once and leaves the run going.

        In this process a run that nobody has in hand is returned as it is. A wait for a run behind a server goes
        on while the server is started again.
        """
        return self._connection.wait(run_id)

    def cancel(self, run_id: RunId, node_ids: Sequence[NodeId] = ()) -> None:
        """Ask for a run, or some of its nodes, to be stopped; does nothing to a run that has ended.

        Raises ``NotFoundError`` if there is no such run, or another process has it in hand.
        """
        self._connection.cancel(run_id, node_ids)

    def load_run(self, run_id: RunId) -> Run:
        """Return a run as stored."""
        return self._connection.load_run(run_id)

    def find_run(self, prefix: str) -> RunId:
        """Return the run whose id begins with ``prefix``."""
        return self._connection.find_run(prefix)

    def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """Return the state of each node of a run."""
        return self._connection.node_runs(run_id)

    def list_runs(self, query: Query | None = None) -> tuple[Sequence[RunSummary], int]:
        """Return a page of runs, newest first, and how many there are in all."""
        return self._connection.list_runs(query or Query())

    def forecast(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> list[NodeForecast]:
        """Say for each node what a run would do with it, and why; raises as ``start_run`` does."""
        return self._connection.forecast(graph, options or RunOptions(), folder)

    def subscribe(
        self, listener: Callable[[BusMessage], None], run_id: RunId | None = None, *, after: int = 0
    ) -> Callable[[], None]:
        """Call ``listener``, on another thread, with what happens; returns a function that ends it.

        Of one run that is every recorded event with a sequence number above ``after``, those that are past included,
        in order; without ``run_id``, what happens in all runs from now on. Log text and progress are told as they
        pass. The listener must return quickly.
        """
        return self._connection.subscribe(listener, run_id, after)

    # -- cache -------------------------------------------------------------------------------------------

    def cache_entries(self) -> Sequence[CacheEntry]:
        """Return all stored results, newest first."""
        return self._connection.cache_entries()

    def cache_use(self) -> CacheUse:
        """Return how much space the cache takes."""
        return self._connection.cache_use()

    def protect_cache(self, keys: Sequence[CacheKey], protected: bool = True) -> int:
        """Keep stored results from being cleaned, or no longer; return how many that changed."""
        return self._connection.protect_cache(keys, protected)

    def clean_cache(self, request: CleanRequest) -> EvictionPlan:
        """Remove stored results; see ``CacheService.clean``."""
        return self._connection.clean_cache(request)

    # -- artifacts ---------------------------------------------------------------------------------------

    def read(self, resource: Resource) -> bytes:
        """Return the whole content of a resource."""
        return read_bytes(resource, self._connection.artifacts)

    def stored_path(self, resource: Resource) -> Path | None:
        """Return where the store keeps a resource on this machine, to read only; None if it is elsewhere."""
        return None if resource.inline else self._connection.stored_path(resource.digest)

    def export(self, resource: Resource, destination: Path) -> Path:
        """Write a resource to a file (directories: a folder) and return where it is."""
        return export(resource, self._connection.artifacts, destination)

    def load_value(self, resource: Resource) -> object:
        """Return the Python value of a resource; those that are files are exported under the home first."""
        return load_value(resource, self._connection.artifacts, self._settings.home / "views")

    def local_path(self, resource: Resource) -> Path:
        """Return a read-only local file with the resource's content and its type's extension."""
        return self.export(resource, self._settings.home / "views" / resource.digest)
