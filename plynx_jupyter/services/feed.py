"""What happens in a home, live: runs of this process at once, all else that shares the database after a moment."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar

from plynx_jupyter.errors import PlynxError
from plynx_jupyter.metadata.base import MetadataStore, Query, RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import GraphId, RunId

from .event_bus import BusMessage, EventBus
from .run_driver import RunDriver

POLL_SECONDS = 0.5
"""How often the database is looked at for what others have done, while somebody listens: it tells nobody itself."""
_PAUSE_SECONDS = 0.1
"""Changes of our own runs are gathered for this long, so that a run of many nodes isn't summarized for each."""
_NEWEST = 50
"""So many runs that others have begun and ended between two looks are noticed."""

RunChange: TypeAlias = Literal["run_started", "run_changed", "run_finished"]
RunListener: TypeAlias = Callable[[RunChange, RunSummary], None]
GraphListener: TypeAlias = Callable[[datetime | None], None]
"""Called with the date of a save; None when the graph was removed."""
MessageListener: TypeAlias = Callable[[BusMessage | None], None]
"""Called with a run's messages; None says that there may be new events of it in the store."""

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _FollowedGraph:
    graph_id: GraphId
    saved_at: datetime | None
    listener: GraphListener


class Feed:
    """Tells listeners what changed. All methods and listeners are called on the loop; listeners return quickly.

    The database is looked at only while somebody listens to something that could change there.
    """

    def __init__(self, metadata: MetadataStore, driver: RunDriver, bus: EventBus) -> None:
        self._metadata = metadata
        self._driver = driver
        self._bus = bus
        self._run_listeners: list[RunListener] = []
        self._graphs: list[_FollowedGraph] = []
        self._foreign: list[tuple[RunId, MessageListener]] = []
        self._told: dict[RunId, object] | None = None
        """What is known to be known of each run that can still change or is among the newest."""
        self._beginning = asyncio.Lock()
        self._changed: set[RunId] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_hearing: Callable[[], None] | None = None

    def follow_run(self, run_id: RunId, listener: MessageListener) -> Callable[[], None]:
        """Call ``listener`` with the messages of a run, and, when another process drives it, from time to time."""
        unsubscribe = self._bus.subscribe(listener, run_id)
        return self._add(self._foreign, (run_id, listener), unsubscribe)

    async def follow_runs(self, listener: RunListener) -> Callable[[], None]:
        """Call ``listener`` whenever, from now on, a run starts or ends, or the statuses of its nodes change.

        Changes that follow each other closely are told once; a run that is over at once is only told as finished.
        """
        if self._stop_hearing is None:
            self._stop_hearing = self._bus.subscribe(self._hear)
        end = self._add(self._run_listeners, listener, self._no_more_runs)
        try:
            async with self._beginning:
                if self._told is None:
                    found, _ = await asyncio.to_thread(self._read_runs, set())
                    self._told = {run.id: _state(run) for run in found}
        except BaseException:
            end()
            raise
        return end

    def follow_graph(
        self, graph_id: GraphId, saved_at: datetime | None, listener: GraphListener
    ) -> Callable[[], None]:
        """Call ``listener`` whenever the graph was saved after ``saved_at``, by whomever."""
        return self._add(self._graphs, _FollowedGraph(graph_id, saved_at, listener), lambda: None)

    async def graph_date(self, graph_id: GraphId) -> datetime | None:
        """Return when a graph was last saved; None if it isn't there."""
        return (await asyncio.to_thread(self._metadata.graph_dates, [graph_id])).get(graph_id)

    def graph_saved(self) -> None:
        """Look at the graphs now, for one was just saved here."""
        if self._graphs:
            self._news.set()

    async def close(self) -> None:
        """Stop looking."""
        self._run_listeners.clear()
        self._graphs.clear()
        self._foreign.clear()
        if self._stop_hearing is not None:
            self._no_more_runs()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def _add(self, followed: list[_T], item: _T, undo: Callable[[], None]) -> Callable[[], None]:
        followed.append(item)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch(), name="plynx-feed")

        def end() -> None:
            if item in followed:
                followed.remove(item)
                undo()
            if self._task is not None and not (self._run_listeners or self._graphs or self._foreign):
                self._task.cancel()
                self._task = None

        return end

    def _no_more_runs(self) -> None:
        if not self._run_listeners and self._stop_hearing is not None:
            self._stop_hearing()
            self._stop_hearing = self._told = None
            self._changed.clear()

    def _hear(self, message: BusMessage) -> None:
        if isinstance(message, RecordedEvent):
            self._changed.add(message.run_id)
            self._news.set()

    # -- looking -----------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        failed = False
        while True:
            try:
                is_due = loop.time() >= due
                if is_due:
                    due = loop.time() + POLL_SECONDS
                    self._look_at_foreign_runs()
                await self._look_at_runs(is_due)
                await self._look_at_graphs()
                failed = False
            except Exception as error:  # noqa: BLE001 - it is tried again
                if not failed:
                    trace = None if isinstance(error, PlynxError) else error
                    _log.warning("What happens can't be told live for now: %s", error, exc_info=trace)
                failed = True
            await asyncio.sleep(_PAUSE_SECONDS)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), max(due - loop.time(), 0.001))
            self._news.clear()

    def _look_at_foreign_runs(self) -> None:
        for run_id, listener in tuple(self._foreign):
            if not self._driver.is_active(run_id):
                listener(None)

    async def _look_at_runs(self, is_due: bool) -> None:
        if self._told is None:
            return
        changed, self._changed = self._changed, set()
        if not is_due:
            for run in await asyncio.to_thread(self._metadata.summarize_runs, changed):
                self._tell(run)
            return
        found, lasting = await asyncio.to_thread(self._read_runs, changed | set(self._told))
        for run in found:
            self._tell(run)
        if self._told is not None:
            self._told = {run_id: state for run_id, state in self._told.items() if run_id in lasting}

    def _read_runs(self, run_ids: set[RunId]) -> tuple[list[RunSummary], set[RunId]]:
        """Return the runs of these ids, the newest, and those that haven't ended; and the ids of the latter two."""
        found = {run.id: run for run in self._metadata.list_runs(Query(per_page=_NEWEST))[0]}
        found.update((run.id, run) for run in self._metadata.unfinished_runs())
        lasting = set(found)
        found.update((run.id, run) for run in self._metadata.summarize_runs(run_ids - lasting))
        return sorted(found.values(), key=lambda run: (run.created_at, run.id)), lasting

    def _tell(self, run: RunSummary) -> None:
        if self._told is None or self._told.get(run.id) == _state(run):
            return
        change: RunChange = "run_changed" if run.id in self._told else "run_started"
        self._told[run.id] = _state(run)
        if run.status.is_final:
            change = "run_finished"
        for listener in tuple(self._run_listeners):
            try:
                listener(change, run)
            except Exception:  # noqa: BLE001 - a listener's fault is not the run's
                _log.exception("A listener to run %s failed", run.id, extra={"run_id": run.id})

    async def _look_at_graphs(self) -> None:
        if not self._graphs:
            return
        dates = await asyncio.to_thread(self._metadata.graph_dates, {g.graph_id for g in self._graphs})
        for followed in tuple(self._graphs):
            saved_at = dates.get(followed.graph_id)
            if saved_at != followed.saved_at:
                followed.saved_at = saved_at
                followed.listener(saved_at)


def _state(run: RunSummary) -> tuple[object, ...]:
    """Return what of a run is told when it changes; that its lease was renewed isn't."""
    return (run.status, run.started_at, run.finished_at, dict(run.counts))
