"""Who hears of what happens in runs: recorded events once they are durable, progress and log text at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.model.job import JobLog, JobProgress

BusMessage: TypeAlias = RecordedEvent | JobProgress | JobLog
"""What listeners get. ``JobProgress`` and ``JobLog`` are passing: they are not in the run's log."""

Listener: TypeAlias = Callable[[BusMessage], None]

_log = logging.getLogger(__name__)


class EventBus:
    """Passes messages to listeners, on the event loop, in the order they were published.

    A listener must return quickly; one that raises is logged and stays subscribed.
    """

    def __init__(self) -> None:
        self._listeners: dict[RunId | None, list[Listener]] = {}

    def subscribe(self, listener: Listener, run_id: RunId | None = None) -> Callable[[], None]:
        """Call ``listener`` with the messages of one run, or of all when ``run_id`` is None.

        Returns a function that ends the subscription.
        """
        listeners = self._listeners.setdefault(run_id, [])
        listeners.append(listener)

        def unsubscribe() -> None:
            if listener in listeners:
                listeners.remove(listener)
            if not listeners and self._listeners.get(run_id) is listeners:
                del self._listeners[run_id]

        return unsubscribe

    def publish(self, message: BusMessage) -> None:
        """Pass a message on to everybody who listens to its run."""
        run_id = message.run_id if isinstance(message, RecordedEvent) else message.id.run_id
        for key in (run_id, None):
            for listener in tuple(self._listeners.get(key, ())):
                try:
                    listener(message)
                except Exception:  # noqa: BLE001 - a listener's fault is not the run's
                    _log.exception("A listener to run %s failed", run_id, extra={"run_id": run_id})
