"""Runs as events of Jupyter's event logger, so that other extensions and ``/api/events`` hear of them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from plynx_jupyter.model.event import RecordedEvent, RunFinished, RunStarted
from plynx_jupyter.model.status import RunStatus

from .event_schemas import RUN_FINISHED, RUN_STARTED

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from plynx_jupyter.metadata.base import RunStore, RunSummary
    from plynx_jupyter.services.event_bus import BusMessage

_MOST_WAITING = 10_000

_log = logging.getLogger(__name__)


class RunAnnouncer:
    """Emits an event for each run that starts or ends here, in that order; call it with the bus's messages.

    Runs are announced when their own event is durable, at most once: what happens in the moment in which a
    server is killed isn't announced later.
    """

    def __init__(self, event_logger: EventLogger, runs: RunStore) -> None:
        self._event_logger = event_logger
        self._runs = runs
        self._waiting: asyncio.Queue[RecordedEvent] = asyncio.Queue(_MOST_WAITING)
        self._task = asyncio.get_running_loop().create_task(self._announce_all(), name="plynx-announcer")

    def __call__(self, message: BusMessage) -> None:
        """Take a message of the bus."""
        if isinstance(message, RecordedEvent) and isinstance(message.event, RunStarted | RunFinished):
            try:
                self._waiting.put_nowait(message)
            except asyncio.QueueFull:
                _log.warning(
                    "Run %s isn't announced: too many are waiting to be",
                    message.run_id,
                    extra={"run_id": message.run_id},
                )

    async def close(self) -> None:
        """Stop; what is waiting isn't announced."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _announce_all(self) -> None:
        while True:
            message = await self._waiting.get()
            try:
                for run in await asyncio.to_thread(self._runs.summarize_runs, [message.run_id]):
                    self._announce(message, run)
            except Exception as error:  # noqa: BLE001 - the store, or handlers that others have added
                _log.warning(
                    "Run %s couldn't be announced: %s",
                    message.run_id,
                    error,
                    extra={"run_id": message.run_id},
                )

    def _announce(self, message: RecordedEvent, run: RunSummary) -> None:
        at = message.at.isoformat()
        started_at = run.started_at.isoformat() if run.started_at else None
        data: dict[str, Any] = {
            "run_id": run.id,
            "graph_id": run.graph_id,
            "title": run.title,
            "author": run.author,
            "counts": dict(run.counts),
            "created_at": run.created_at.isoformat(),
        }
        if isinstance(message.event, RunFinished):
            data.update(status=message.event.status.value, started_at=started_at, finished_at=at)
            self._event_logger.emit(schema_id=RUN_FINISHED, data=data)
        else:
            # The record may already be further on; the event is of this moment.
            data.update(status=RunStatus.RUNNING.value, started_at=at)
            self._event_logger.emit(schema_id=RUN_STARTED, data=data)
