"""Metrics of runs, jobs, workers and listeners on Jupyter's own ``/metrics``; no label can grow without bound."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from plynx_jupyter.errors import JobCanceledError, PlynxError
from plynx_jupyter.model.event import (
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RecordedEvent,
    RunEvent,
    RunFinished,
    RunStarted,
)
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.model.status import NodeRunStatus
from plynx_jupyter.scheduling.state import MANUAL, NODE_STATUS, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from plynx_jupyter.execution.base import WorkerState
    from plynx_jupyter.services.event_bus import BusMessage
    from plynx_jupyter.services.run_driver import RunDriver

    from .handlers.events import EventsHandler

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)


class Families:
    """The metric families, in the registry that Jupyter Server shows. There is one set of them in a process."""

    def __init__(self) -> None:
        from prometheus_client import Counter, Gauge, Histogram

        self.runs_started = Counter("plynx_runs_started", "Runs that were set going here.")
        self.runs_finished = Counter("plynx_runs_finished", "Runs that ended here.", ["status"])
        self.nodes_finished = Counter("plynx_nodes_finished", "Nodes that came to an end here.", ["status"])
        self.attempts = Counter("plynx_job_attempts", "Attempts to run a node that are over.", ["outcome"])
        self.retries = Counter("plynx_job_retries", "Attempts that were not the first of their node.")
        self.lookups = Counter("plynx_cache_lookups", "Nodes looked up in the cache.", ["result"])
        self.job_seconds = Histogram("plynx_job_seconds", "How long attempts took.", buckets=_SECONDS)
        self.runs_active = Gauge("plynx_runs_active", "Runs in hand.")
        self.nodes_queued = Gauge("plynx_nodes_queued", "Nodes whose inputs are there and that wait to run.")
        self.nodes_running = Gauge("plynx_nodes_running", "Nodes that run.")
        self.workers = Gauge("plynx_workers", "Workers, when last asked for: at the scrape before.")
        self.worker_slots = Gauge("plynx_worker_slots", "Jobs that the workers can run at once.")
        self.listeners = Gauge("plynx_websocket_listeners", "Open websockets of events.")
        self.subscriptions = Gauge("plynx_websocket_subscriptions", "What these are subscribed to.")


@cache
def families() -> Families:
    """Return the families of this process, registering them when they are first asked for."""
    return Families()


class RunMetrics:
    """Counts what happens in the runs of one application; call it with the bus's messages.

    Gauges are worked out when they are scraped. Asking for the workers takes a moment, so a scrape shows those of
    the scrape before, and sets about asking.
    """

    def __init__(self, driver: RunDriver, sockets: Collection[EventsHandler]) -> None:
        self._driver = driver
        self.sockets = sockets
        self._families = families()
        self._workers: Sequence[WorkerState] = ()
        self._loop = asyncio.get_running_loop()
        self._asking: asyncio.Task[None] | None = None
        _gauges().add(self)

    async def close(self) -> None:
        """Show nothing of this application any more."""
        _gauges().discard(self)
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    def __call__(self, message: BusMessage) -> None:
        """Count a recorded event."""
        if isinstance(message, RecordedEvent):
            self._count(message.run_id, message.event)

    # -- gauges ------------------------------------------------------------------------------------------

    def active_runs(self) -> int:
        """Return how many runs are in hand."""
        return len(self._driver.active_runs())

    def nodes(self, *, running: bool) -> int:
        """Return how many nodes run, or wait to."""
        return sum((node.phase is Phase.RUNNING) is running for node in self._driver.under_way())

    def workers(self) -> Sequence[WorkerState]:
        """Return the workers as they were when last asked for, and ask for them anew."""
        if self._asking is None or self._asking.done():
            self._loop.call_soon_threadsafe(self._ask)
        return self._workers

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = self._loop.create_task(self._ask_for_workers(), name="plynx-metrics")

    async def _ask_for_workers(self) -> None:
        try:
            self._workers = await self._driver.backend.workers()
        except (PlynxError, OSError):  # the scheduler is gone, and its workers with it
            self._workers = ()

    # -- counters ----------------------------------------------------------------------------------------

    def _count(self, run_id: RunId, event: RunEvent) -> None:
        f = self._families
        if isinstance(event, RunStarted):
            f.runs_started.inc()
        elif isinstance(event, RunFinished):
            f.runs_finished.labels(event.status.value).inc()
        elif isinstance(event, NodeRestored):
            f.lookups.labels("hit").inc()
            self._finished(NodeRunStatus.RESTORED)
        elif isinstance(event, NodeMissed):
            f.lookups.labels("miss" if event.key is not None else "not_cacheable").inc()
        elif isinstance(event, NodeStarted):
            if event.attempt > 1:
                f.retries.inc()
        elif isinstance(event, NodeEnded):
            self._ended(run_id, event)
        elif isinstance(event, NodeLost):
            f.attempts.labels("lost").inc()
            self._ended_for_good(run_id, event)
        elif isinstance(event, NodeRefused):
            self._finished(NodeRunStatus.FAILED)
        elif isinstance(event, NodeSkipped) and event.reason != MANUAL:
            self._finished(NodeRunStatus.CANCELED)

    def _ended(self, run_id: RunId, event: NodeEnded) -> None:
        result = event.result
        outcome = "success"
        if result.error is not None:
            outcome = "canceled" if result.error.code == JobCanceledError.code else "failed"
        self._families.attempts.labels(outcome).inc()
        self._families.job_seconds.observe((result.finished_at - result.started_at).total_seconds())
        self._ended_for_good(run_id, event)

    def _ended_for_good(self, run_id: RunId, event: NodeEnded | NodeLost) -> None:
        """Count the node, unless it is tried again: it then has a later attempt already."""
        position = self._driver.position(run_id, event.node_id)
        if position is not None and position[1] == event.attempt and position[0] in _ENDED:
            self._finished(NODE_STATUS[position[0]])

    def _finished(self, status: NodeRunStatus) -> None:
        self._families.nodes_finished.labels(status.value).inc()


_ENDED = frozenset({Phase.DONE, Phase.FAILED, Phase.CANCELED})


@cache
def _gauges() -> set[RunMetrics]:
    """Return the sources of the gauges, which show the sum of all applications of this process."""
    sources: set[RunMetrics] = set()

    def total(value: Callable[[RunMetrics], float]) -> Callable[[], float]:
        return lambda: sum(value(source) for source in tuple(sources))

    f = families()
    f.runs_active.set_function(total(lambda source: source.active_runs()))
    f.nodes_queued.set_function(total(lambda source: source.nodes(running=False)))
    f.nodes_running.set_function(total(lambda source: source.nodes(running=True)))
    f.workers.set_function(total(lambda source: len(source.workers())))
    f.worker_slots.set_function(total(lambda source: sum(worker.slots for worker in source.workers())))
    f.listeners.set_function(total(lambda source: len(source.sockets)))
    f.subscriptions.set_function(
        total(lambda source: sum(socket.subscriptions for socket in tuple(source.sockets)))
    )
    return sources
