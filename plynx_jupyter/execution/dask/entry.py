"""What Dask calls on a worker: run a batch of jobs, stop some of them."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from plynx_jupyter.model.job import AttemptId, Job, JobEnded, JobReport

from .event_stream import ReportSender

if TYPE_CHECKING:
    from plynx_jupyter.worker.job_runner import JobRunner

_lock = threading.Lock()
_runner: JobRunner | None = None


def runner() -> JobRunner:
    """Return what runs jobs in this worker process; made when first asked for."""
    global _runner
    with _lock:
        if _runner is None:
            import atexit

            from plynx_jupyter.worker.job_runner import JobRunner

            _runner = JobRunner()
            atexit.register(_runner.close)
        return _runner


def run_batch(payload: bytes, topic: str) -> bytes:
    """Run pickled jobs one after the other and return their pickled results, in order.

    Everything is also reported under ``topic`` as it happens, the end of each job included, so that one job
    need not wait for the others of its batch.
    """
    from distributed import get_worker

    jobs: Sequence[Job] = pickle.loads(payload)  # noqa: S301 - from our own client, over the cluster's own channel
    worker = get_worker()
    sender = ReportSender(worker, topic)
    results = []
    try:
        for job in jobs:
            result = runner().run(job, sender.send, worker=worker.address)
            sender.send(JobEnded(job.id, result))
            results.append(result)
    finally:
        sender.close()
    return pickle.dumps(results)


def cancel_attempts(attempts: Sequence[AttemptId]) -> None:
    """Stop these attempts if they run here, or as soon as they begin. Returns at once."""
    runner().cancel(attempts)


def unpickle_reports(message: Any) -> list[JobReport]:
    """Return the reports of one message from ``ReportSender``."""
    reports: list[JobReport] = pickle.loads(message)  # noqa: S301 - as above
    return reports
