"""What a worker process keeps between jobs: children that can be used again, and the jobs that can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from plynx_jupyter.model.job import AttemptId, Job, JobReport, JobResult

from .cancel import CancelToken
from .function_pool import FunctionPool
from .run_job import run_job

_MOST_REMEMBERED = 10_000


class JobRunner:
    """Runs jobs, several at once on as many threads; closed when the worker ends."""

    def __init__(self, scratch: Path | None = None, *, max_idle_children: int = 8) -> None:
        self._scratch = scratch
        self._pool = FunctionPool(max_idle_children)
        self._lock = threading.Lock()
        self._running: dict[AttemptId, CancelToken] = {}
        self._canceled_early: dict[AttemptId, None] = {}

    def run(self, job: Job, report: Callable[[JobReport], None], worker: str = "") -> JobResult:
        """Run a job to its end, on this thread; see ``run_job``. All but ``JobEnded`` is reported."""
        token = CancelToken()
        with self._lock:
            self._running[job.id] = token
            canceled = job.id in self._canceled_early
            self._canceled_early.pop(job.id, None)
        if canceled:
            token.cancel()
        try:
            return run_job(job, report, token, self._scratch, pool=self._pool, worker=worker)
        finally:
            with self._lock:
                self._running.pop(job.id, None)

    def cancel(self, attempts: Iterable[AttemptId]) -> None:
        """Stop these attempts; one that isn't here yet will stop as soon as it begins. Returns at once."""
        tokens = []
        with self._lock:
            for attempt in attempts:
                token = self._running.get(attempt)
                if token is not None:
                    tokens.append(token)
                else:
                    self._canceled_early[attempt] = None
            for attempt in list(self._canceled_early)[:-_MOST_REMEMBERED]:
                del self._canceled_early[attempt]
        for token in tokens:
            token.cancel()

    def close(self) -> None:
        """Stop all that runs and end the children; threads inside ``run`` return soon afterwards."""
        with self._lock:
            tokens = list(self._running.values())
        for token in tokens:
            token.cancel()
        self._pool.close()
