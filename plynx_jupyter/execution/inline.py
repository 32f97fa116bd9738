"""The backend that runs jobs on threads of this process, without Dask: for tests, and for small machines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from plynx_jupyter.execution.base import ReportListener, WorkerState
from plynx_jupyter.model.job import AttemptId, Job, JobEnded, JobReport

if TYPE_CHECKING:
    from plynx_jupyter.worker.job_runner import JobRunner


class InlineBackend:
    """Runs at most ``slots`` jobs at once on threads; user code is in child processes all the same."""

    def __init__(self, slots: int = 2) -> None:
        self._slots = slots
        self._listener: ReportListener | None = None
        self._runner: JobRunner | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._running: dict[AttemptId, asyncio.Future[None]] = {}

    async def start(self, listener: ReportListener) -> None:
        """Make ready; see ``execution.base.Backend``."""
        self._listener = listener

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Queue jobs for the threads."""
        from plynx_jupyter.worker.job_runner import JobRunner

        if self._runner is None:
            self._runner = JobRunner()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._slots, thread_name_prefix="plynx-inline")
        loop = asyncio.get_running_loop()
        for job in jobs:
            self._running[job.id] = loop.run_in_executor(self._threads, self._run, job, self._runner, loop)

    async def cancel(self, attempts: Sequence[AttemptId]) -> None:
        """Stop attempts; one that waits for a thread ends as soon as it gets one."""
        if self._runner is not None:
            self._runner.cancel(attempts)

    async def workers(self) -> Sequence[WorkerState]:
        """Return this process as the only worker."""
        running = tuple(str(attempt) for attempt in self._running)
        return [
            WorkerState(name="inline", address="inline", slots=self._slots, memory_bytes=0, running=running)
        ]

    async def close(self) -> None:
        """Stop what runs and wait for its end."""
        if self._runner is not None:
            self._runner.cancel(tuple(self._running))
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.to_thread(self._runner.close)
        if self._threads is not None:
            self._threads.shutdown()

    def _run(self, job: Job, runner: JobRunner, loop: asyncio.AbstractEventLoop) -> None:
        def report(news: JobReport) -> None:
            loop.call_soon_threadsafe(self._report, news)

        report(JobEnded(job.id, runner.run(job, report, worker="inline")))

    def _report(self, report: JobReport) -> None:
        if isinstance(report, JobEnded):
            self._running.pop(report.id, None)
        if self._listener is not None:
            self._listener([report])
