"""Who hears of all that happens in the runs of this server: the log, the metrics, Jupyter's event logger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from .jupyter_events import RunAnnouncer
from .metrics import RunMetrics
from .run_log import log_message

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from plynx_jupyter.app import Application

    from .handlers.events import EventsHandler


def observe(
    application: Application, event_logger: EventLogger | None, sockets: Collection[EventsHandler]
) -> Callable[[], Awaitable[None]]:
    """Let them listen to an application that was just opened; returns what ends it."""
    metrics = RunMetrics(application.driver, sockets)
    announcer = None if event_logger is None else RunAnnouncer(event_logger, application.metadata)
    listeners = (log_message, metrics) if announcer is None else (log_message, metrics, announcer)
    subscriptions = [application.bus.subscribe(listener) for listener in listeners]

    async def end() -> None:
        for unsubscribe in subscriptions:
            unsubscribe()
        await asyncio.gather(metrics.close(), *([] if announcer is None else [announcer.close()]))

    return end
