"""The application inside this process, as clients need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.errors import NotFoundError, PlynxError
from plynx_jupyter.executors.registry import get_executor
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.node import place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.services.cache import CacheUse, CleanRequest
from plynx_jupyter.services.event_bus import BusMessage, Listener
from plynx_jupyter.services.operation_actions import OperationActions
from plynx_jupyter.services.planning import NodeForecast
from plynx_jupyter.settings import Settings
from plynx_jupyter.storage.base import ArtifactStore

from .application_thread import EmbeddedApplication, shared_application

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage

_LOOK_SECONDS = 0.5
"""How often a run that another process drives is looked at."""


class EmbeddedConnection:
    """See ``Connection``. The application starts when it is first needed, and is shared by all of its home."""

    runs_outlive_us = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started: EmbeddedApplication | None = None

    @property
    def _embedded(self) -> EmbeddedApplication:
        if self._started is None:
            self._started = shared_application(self._settings)
        return self._started

    @property
    def artifacts(self) -> ArtifactStore:
        """The store itself."""
        return self._embedded.application.store

    def stored_path(self, digest: Digest) -> Path | None:
        """See ``Connection``."""
        return self.artifacts.local_path(digest)

    def close(self) -> None:
        """Stop the application (and its runs, and its own cluster) for all that share it."""
        if self._started is not None:
            self._started.close()
            self._started = None

    # -- graphs and operations ---------------------------------------------------------------------------

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.graphs.save(graph, expected_update_date=expected_update_date))

    def load_graph(self, graph_id: GraphId) -> Graph:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.graphs.load(graph_id))

    def list_graphs(self, query: Query) -> tuple[Sequence[Graph], int]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.graphs.list(query))

    def save_operation(self, operation: Operation) -> Operation:
        """See ``Connection``."""
        app = self._embedded
        actions = OperationActions(app.session.operations, _preview)
        return app.call(actions.apply(operation, ["SAVE"])).operation

    def load_operation(self, operation_id: OperationId) -> Operation:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.operations.load(operation_id))

    def list_operations(self, query: Query) -> tuple[Sequence[Operation], int]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.operations.list(query))

    def search_hubs(self, query: Query, hub: str | None) -> CatalogPage:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.hubs.search(query, hub))

    # -- runs --------------------------------------------------------------------------------------------

    def start_run(self, graph: Graph, options: RunOptions, folder: Path | None) -> Run:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.runs.start(graph, options=options, folder=folder))

    def wait(self, run_id: RunId) -> Run:
        """See ``Connection``; a run that nobody has in hand is returned as it is."""
        app = self._embedded

        async def wait() -> Run:
            while True:
                run = await app.session.runs.wait(run_id)
                if run.status.is_final or not await self._is_driven(run_id):
                    return run
                await asyncio.sleep(_LOOK_SECONDS)

        return app.call(wait())

    async def _is_driven(self, run_id: RunId) -> bool:
        metadata = self._embedded.application.metadata
        now = datetime.now(timezone.utc)
        return any(
            run.owner_expires_at is not None and run.owner_expires_at > now
            for run in await asyncio.to_thread(metadata.summarize_runs, [run_id])
        )

    def cancel(self, run_id: RunId, node_ids: Sequence[NodeId]) -> None:
        """See ``Connection``."""
        app = self._embedded

        async def cancel() -> None:
            try:
                await app.session.runs.cancel(run_id, tuple(node_ids))
            except NotFoundError:
                if not (await app.session.runs.load(run_id)).status.is_final:
                    raise

        app.call(cancel())

    def load_run(self, run_id: RunId) -> Run:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.runs.load(run_id))

    def find_run(self, prefix: str) -> RunId:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.runs.find(prefix))

    def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.runs.node_runs(run_id))

    def list_runs(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.runs.list(query))

    def forecast(self, graph: Graph, options: RunOptions, folder: Path | None) -> list[NodeForecast]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.plans.forecast(graph, options=options, folder=folder))

    def subscribe(self, listener: Listener, run_id: RunId | None, after: int) -> Callable[[], None]:
        """See ``Connection``; ``listener`` is called on the application's thread."""
        app = self._embedded

        async def subscribe() -> Callable[[], None]:
            if run_id is None:
                return app.session.bus.subscribe(listener)
            replay = _Replay(listener, after)
            unsubscribe = app.session.bus.subscribe(replay.hear, run_id)
            try:
                replay.begin(await app.session.runs.events(run_id, after))
            except PlynxError:  # such as for a run that isn't there: nothing will be told of it
                replay.begin(())
            return unsubscribe

        unsubscribe = app.call(subscribe())

        async def end() -> None:
            unsubscribe()

        def end_anywhere() -> None:
            if not app.is_closed:
                app.call(end())

        return end_anywhere

    # -- cache -------------------------------------------------------------------------------------------

    def cache_entries(self) -> Sequence[CacheEntry]:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.cache.entries())

    def cache_use(self) -> CacheUse:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.cache.use())

    def protect_cache(self, keys: Sequence[CacheKey], protected: bool) -> int:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.cache.protect(keys, protected))

    def clean_cache(self, request: CleanRequest) -> EvictionPlan:
        """See ``Connection``."""
        app = self._embedded
        return app.call(app.session.cache.clean(request))


class _Replay:
    """Tells a listener first of the events that were there already, then of those that came meanwhile, and on."""

    def __init__(self, listener: Listener, after: int) -> None:
        self._listener = listener
        self._after = after
        self._waiting: list[BusMessage] | None = []

    def hear(self, message: BusMessage) -> None:
        """Take a message of the bus."""
        if self._waiting is not None:
            self._waiting.append(message)
            return
        if isinstance(message, RecordedEvent):
            if message.sequence <= self._after:
                return
            self._after = message.sequence
        self._listener(message)

    def begin(self, events: Sequence[RecordedEvent]) -> None:
        """Tell of the events from the store, and of what was heard while they were read."""
        waiting, self._waiting = self._waiting or [], None
        for message in (*events, *waiting):
            self.hear(message)


def _preview(operation: Operation) -> str:
    return get_executor(operation.kind).preview_command(place(operation, NodeId(operation.id)))
