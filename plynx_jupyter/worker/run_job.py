"""Running one job from beginning to end: folder, executor, outputs, logs, result."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from plynx_jupyter.errors import JobCanceledError, JobFailedError, PlynxError
from plynx_jupyter.executors import registry as executors
from plynx_jupyter.executors.base import BaseExecutor
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import Job, JobError, JobLog, JobReport, JobResult, JobStarted
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources import registry as resources
from plynx_jupyter.storage.base import ArtifactStore
from plynx_jupyter.storage.filesystem import open_store

from .cancel import CancelToken
from .function_failure import message_of, traceback_of
from .function_pool import FunctionPool
from .job_context import WorkerJobContext
from .job_watch import CANCELED, JobWatch, StopGrace
from .logs import LOG_BYTES, NOTEBOOK, JobLogs
from .work_folder import WorkFolder

LOG_TYPE = "file"


def run_job(
    job: Job,
    reports: Callable[[JobReport], None],
    cancel: CancelToken,
    scratch: Path | None = None,
    *,
    pool: FunctionPool | None = None,
    worker: str = "",
    log_bytes: int = LOG_BYTES,
    grace: StopGrace | None = None,
) -> JobResult:
    """Run a job and return how it ended; blocks until none of its processes is left.

    Whatever goes wrong is in the result's ``error``; logs are there in any case. ``reports`` gets ``JobStarted``
    first, then progress and text, on this thread (text of cancels and plug-ins perhaps on others), and must not
    raise. ``scratch`` is where the work folder is made (default: the system's). ``pool`` keeps function children for
    later; without one, a child serves this job alone. Safe to call on several threads at once.
    """
    started_at = _now()
    worker = worker or socket.gethostname()
    reports(JobStarted(job.id, started_at, worker))
    logs = JobLogs(lambda stream, text: reports(JobLog(job.id, stream, text)), limit_bytes=log_bytes)
    watch = JobWatch(
        logs,
        cancel,
        timeout_seconds=job.timeout_seconds,
        memory_bytes=job.request.memory_bytes,
        grace=grace,
    )
    attempt = _Attempt(job, watch, reports, pool)
    attempt.run(scratch)
    return JobResult(
        id=job.id,
        outputs=attempt.outputs,
        logs=attempt.logs,
        error=attempt.error,
        started_at=started_at,
        finished_at=_now(),
        worker=worker,
        peak_memory_bytes=watch.memory.peak_bytes,
    )


class _Attempt:
    """One run of a job, gathering what becomes its result."""

    def __init__(
        self, job: Job, watch: JobWatch, reports: Callable[[JobReport], None], pool: FunctionPool | None
    ) -> None:
        self.outputs: dict[str, tuple[Resource, ...]] = {}
        self.logs: dict[str, tuple[Resource, ...]] = {}
        self.error: JobError | None = None
        self._job = job
        self._watch = watch
        self._reports = reports
        self._pool = pool

    def run(self, scratch: Path | None) -> None:
        pool = self._pool or FunctionPool(max_idle=0)
        store: ArtifactStore | None = None
        notebook: Path | None = None
        try:
            self._declare()
            store = open_store(self._job.storage)
            with WorkFolder(scratch) as folder:
                context = WorkerJobContext(
                    self._job, folder, store, watch=self._watch, pool=pool, report=self._reports
                )
                try:
                    self._execute(context)
                    self.outputs = context.results()
                except BaseException as error:
                    self._fail(error)
                    if not isinstance(error, Exception):
                        raise
                notebook = context.executed_notebook
                self._keep_notebook(store, notebook)
        except Exception as error:  # noqa: BLE001 - a job ends with a result, whatever happens
            self._fail(error)
        self._watch.logs.flush(final=True)
        self._keep_logs(store)

    def _declare(self) -> None:
        """Make known what the platform file of whoever sent the job names for it."""
        if self._job.executor:
            executors.declare(self._job.kind, self._job.executor)
        for file_type, location in self._job.resources.items():
            resources.declare(file_type, location)

    def _execute(self, context: WorkerJobContext) -> None:
        if self._watch.cancel.is_set:
            raise JobCanceledError(CANCELED.message)
        executor = executors.get_executor(self._job.kind)(self._job, context)
        if type(executor).kill is BaseExecutor.kill:
            executor.run()  # what it runs is stopped by the context
        else:
            self._execute_stoppable(executor)

    def _execute_stoppable(self, executor: BaseExecutor) -> None:
        """Run an executor that does the work itself: it is told to stop, and what it does then is its affair."""
        forget = self._watch.cancel.subscribe(executor.kill)
        seconds = self._job.timeout_seconds
        timer = None if seconds is None else threading.Timer(seconds, executor.kill)
        try:
            if timer is not None:
                timer.daemon = True
                timer.start()
            executor.run()
        except Exception as error:
            if self._watch.look(0) is None:
                raise
            self._watch.logs.note(f"When it was told to stop: {message_of(error)}")
        finally:
            forget()
            if timer is not None:
                timer.cancel()
                timer.join()
        stop = self._watch.look(0)
        if stop is not None:
            raise stop.error()

    def _fail(self, error: BaseException) -> None:
        if self.error is not None:
            return
        self.outputs = {}
        self.error = error_of(error)
        self._watch.logs.note(self.error.message)
        if not isinstance(error, PlynxError):
            self._watch.logs.note(self.error.traceback)

    def _keep_notebook(self, store: ArtifactStore, path: Path | None) -> None:
        if path is not None and path.is_file():
            artifact = store.put_file(path)
            self.logs[NOTEBOOK] = (Resource("notebook", artifact.digest, artifact.size_bytes),)

    def _keep_logs(self, store: ArtifactStore | None) -> None:
        if store is None:
            return
        try:
            for name, log in self._watch.logs.streams.items():
                artifact = store.put_bytes(log.content())
                self.logs[name] = (Resource(LOG_TYPE, Digest(artifact.digest), artifact.size_bytes),)
        except PlynxError as error:
            self._fail(error)


def error_of(error: BaseException) -> JobError:
    """Return what a record says of an error."""
    if not isinstance(error, PlynxError):
        message = f"The worker failed: {message_of(error)}"
        return JobError(code=JobFailedError.code, message=message, traceback=traceback_of(error))
    data = error.data
    return JobError(
        code=error.code,
        message=error.message,
        traceback=str(data.get("traceback") or ""),
        cell=data.get("cell"),
        exit_code=data.get("exit_code"),
        signal=data.get("signal"),
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
