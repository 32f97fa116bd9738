"""What one listener is told, at the listener's own pace: events of a run, saves of a graph, the list of runs."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from tornado.websocket import WebSocketClosedError

from plynx_jupyter.errors import PlynxError
from plynx_jupyter.graph.result_records import time_to_text
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.event import RecordedEvent, RunFinished
from plynx_jupyter.model.job import JobLog, JobProgress
from plynx_jupyter.model.status import RunStatus
from plynx_jupyter.wire.replies import event_reply, summary_reply

if TYPE_CHECKING:
    from plynx_jupyter.metadata.base import RunSummary
    from plynx_jupyter.model.ids import GraphId, RunId
    from plynx_jupyter.services.event_bus import BusMessage
    from plynx_jupyter.services.feed import RunChange
    from plynx_jupyter.services.session import Session

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
"""Returns when the message has left for the reader; raises ``WebSocketClosedError`` when there is none any more."""

MOST_PASSING = 1000
"""Passing messages (log text, progress) that a slow reader can be behind; beyond that the oldest go first."""
MOST_PASSING_CHARACTERS = 1024 * 1024
_EVENTS_AT_ONCE = 500
_RUNS_AT_ONCE = 200
_UNFINISHED = tuple(status for status in RunStatus if not status.is_final)

_log = logging.getLogger(__name__)


class Subscription:
    """Delivers messages while there are any, and waits for news; a reader that is slow delays only itself."""

    about: dict[str, str]
    """What names the subject in messages about the subscription itself."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._news = asyncio.Event()
        self._ends: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    async def open(self, plynx: Session) -> None:
        """Begin to listen as this user; raises what says that they may not."""
        try:
            await self._follow(plynx)
        except BaseException:
            self.close()
            raise
        self._task = asyncio.get_running_loop().create_task(self._run(), name="plynx-subscription")

    def close(self) -> None:
        """Stop."""
        for end in self._ends:
            end()
        self._ends.clear()
        if self._task is not None:
            self._task.cancel()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come."""
        return self._task is not None and self._task.done()

    async def _follow(self, plynx: Session) -> None:
        """Set up what wakes this subscription, and put what undoes it into ``_ends``."""
        raise NotImplementedError

    async def _deliver(self) -> bool:
        """Send what there is; return whether anything can follow."""
        raise NotImplementedError

    async def _run(self) -> None:
        try:
            while await self._deliver():
                await self._news.wait()
                self._news.clear()
        except WebSocketClosedError:
            pass
        except Exception as error:  # noqa: BLE001 - the reader learns that nothing more will come
            await self._tell_failure(error)
        for end in self._ends:
            end()
        self._ends.clear()

    async def _tell_failure(self, error: Exception) -> None:
        code, message = "internal", "The subscription ended by an error of the server's own; subscribe again."
        if isinstance(error, PlynxError):
            code, message = error.code, error.message
        else:
            _log.error("A subscription failed", exc_info=error, extra=self.about)
        try:
            await self._send({"kind": "error", "code": code, "message": message, **self.about})
        except WebSocketClosedError:
            return


class RunSubscription(Subscription):
    """The events of one run from ``after`` on, in order and none twice, and what passes meanwhile.

    Recorded events are read from the store, as far as the reader got. Of passing messages only so many wait for
    the reader; it is told how many were left out.
    """

    def __init__(self, run_id: RunId, after: int, send: Send) -> None:
        super().__init__(send)
        self.about = {"run_id": run_id}
        self._run_id = run_id
        self._after = after
        self._plynx: Session | None = None
        self._passing: deque[JobProgress | JobLog] = deque()
        self._characters = 0
        self._left_out = 0
        self._has_events = True

    async def _follow(self, plynx: Session) -> None:
        self._plynx = plynx
        self._ends.append(await plynx.feed.follow_run(self._run_id, self.hear))

    def hear(self, message: BusMessage | None) -> None:
        """Take a message of the run; None says that there may be new events in the store."""
        if message is None or isinstance(message, RecordedEvent):
            self._has_events = True
        else:
            self._passing.append(message)
            self._characters += _length(message)
            while len(self._passing) > MOST_PASSING or self._characters > MOST_PASSING_CHARACTERS:
                self._take()
                self._left_out += 1
        self._news.set()

    def _take(self) -> JobProgress | JobLog:
        message = self._passing.popleft()
        self._characters -= _length(message)
        return message

    async def _deliver(self) -> bool:
        assert self._plynx is not None
        while self._passing or self._left_out or self._has_events:
            await self._deliver_passing()
            if self._has_events:
                self._has_events = False
                if await self._deliver_events(self._plynx):
                    return False
        return True

    async def _deliver_passing(self) -> None:
        while self._passing or self._left_out:
            if self._left_out:
                left_out, self._left_out = self._left_out, 0
                await self._send({"kind": "left_out", "run_id": self._run_id, "messages": left_out})
            else:
                await self._send(event_reply(self._take()))

    async def _deliver_events(self, plynx: Session) -> bool:
        """Send the recorded events that there are; return whether the run's last was among them."""
        while True:
            events = await plynx.runs.events(self._run_id, self._after, _EVENTS_AT_ONCE)
            for event in events:
                if isinstance(event.event, RunFinished):
                    await self._deliver_passing()
                await self._send(event_reply(event))
                self._after = event.sequence
            if events and isinstance(events[-1].event, RunFinished):
                return True
            if len(events) < _EVENTS_AT_ONCE:
                return False


class RunsSubscription(Subscription):
    """The runs that the user may see, as they start, change and end; a slow reader is told only the latest of each."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self.about = {"runs": "*"}
        self._first: list[dict[str, Any]] = []
        self._changes: dict[RunId, tuple[RunChange, RunSummary]] = {}

    async def _follow(self, plynx: Session) -> None:
        self._ends.append(await plynx.feed.follow_runs(self._hear))
        self._first.append({"kind": "runs", "runs": await self._unfinished(plynx)})

    async def _unfinished(self, plynx: Session, graph_id: GraphId | None = None) -> list[dict[str, Any]]:
        query = Query(statuses=_UNFINISHED, graph_id=graph_id, per_page=_RUNS_AT_ONCE)
        return [summary_reply(run) for run in (await plynx.runs.list(query))[0]]

    def _hear(self, change: RunChange, run: RunSummary) -> None:
        waiting = self._changes.pop(run.id, None)
        if waiting is not None and waiting[0] == "run_started" and change == "run_changed":
            change = "run_started"
        self._changes[run.id] = (change, run)
        self._news.set()

    async def _deliver(self) -> bool:
        while self._first:
            await self._send(self._first.pop(0))
        while self._changes:
            change, run = self._changes.pop(next(iter(self._changes)))
            await self._send({"kind": change, "run": summary_reply(run)})
        return True


class GraphSubscription(RunsSubscription):
    """One graph: when it is saved, by whomever, and its runs."""

    def __init__(self, graph_id: GraphId, send: Send) -> None:
        super().__init__(send)
        self.about = {"graph_id": graph_id}
        self._graph_id = graph_id
        self._saves: list[datetime | None] = []

    async def _follow(self, plynx: Session) -> None:
        end, saved_at = await plynx.feed.follow_graph(self._graph_id, self._hear_save)
        self._ends.append(end)
        self._ends.append(await plynx.feed.follow_runs(self._hear_run))
        runs = await self._unfinished(plynx, self._graph_id)
        self._first.append({"kind": "graph", **self.about, "update_date": _time(saved_at), "runs": runs})

    def _hear_save(self, saved_at: datetime | None) -> None:
        self._saves[:] = [saved_at]
        self._news.set()

    def _hear_run(self, change: RunChange, run: RunSummary) -> None:
        if run.graph_id == self._graph_id:
            self._hear(change, run)

    async def _deliver(self) -> bool:
        await super()._deliver()
        while self._saves:
            saved_at = self._saves.pop()
            kind = "graph_removed" if saved_at is None else "graph_changed"
            await self._send({"kind": kind, **self.about, "update_date": _time(saved_at)})
        return True


def _length(message: JobProgress | JobLog) -> int:
    return len(message.text) if isinstance(message, JobLog) else len(message.label)


def _time(at: datetime | None) -> str | None:
    return None if at is None else time_to_text(at)
