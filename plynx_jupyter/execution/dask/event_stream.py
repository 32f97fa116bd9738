"""How reports travel from a worker to the client: Dask's event topics, several reports to a message."""

from __future__ import annotations

import pickle
import threading
from typing import TYPE_CHECKING

from plynx_jupyter.model.job import JobReport

if TYPE_CHECKING:
    from distributed import Worker

_DELAY_SECONDS = 0.005
"""Reports wait at most this long for others to join them."""


class ReportSender:
    """Sends reports under a topic; may be called from any thread.

    After ``close`` returned, all reports are on their way, before anything the worker sends later.
    """

    def __init__(self, worker: Worker, topic: str) -> None:
        self._worker = worker
        self._topic = topic
        self._lock = threading.Lock()
        self._waiting: list[JobReport] = []
        self._scheduled = False

    def send(self, report: JobReport) -> None:
        """Send a report soon."""
        with self._lock:
            self._waiting.append(report)
            if self._scheduled:
                return
            self._scheduled = True
        self._worker.loop.add_callback(self._worker.loop.call_later, _DELAY_SECONDS, self._flush)

    def close(self) -> None:
        """Send what still waits."""
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._scheduled = False
        if waiting:
            self._worker.log_event(self._topic, pickle.dumps(waiting))
