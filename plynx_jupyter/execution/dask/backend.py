"""The backend that hands jobs to Dask: one task per batch of attempts, no data and no dependencies in Dask."""

from __future__ import annotations

import asyncio
import logging
import pickle
import secrets
import time
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any, TypeAlias

from plynx_jupyter.errors import BackendError, JobCanceledError
from plynx_jupyter.execution.base import ReportListener, WorkerState
from plynx_jupyter.model.job import (
    AttemptId,
    Job,
    JobEnded,
    JobError,
    JobLost,
    JobReport,
    JobResult,
    JobStarted,
    ResourceRequest,
)

from .batches import batches
from .cluster import LocalClusterOptions, OutsideCluster, OwnCluster
from .entry import cancel_attempts, run_batch, unpickle_reports

Cluster: TypeAlias = OwnCluster | OutsideCluster

_LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class DaskBackend:
    """Runs jobs on a Dask cluster: the one at ``address``, or (None) one of our own described by ``local``.

    Nothing is started or reached before the first ``submit``.
    """

    def __init__(self, *, address: str | None = None, local: LocalClusterOptions) -> None:
        self._address = address
        self._local = local
        self._topic = f"plynx-{secrets.token_hex(8)}"
        self._listener: ReportListener | None = None
        self._cluster: Cluster | None = None
        self._starting: asyncio.Lock = asyncio.Lock()
        self._open: dict[AttemptId, bool] = {}
        """Attempts without an end so far, and whether they were seen to start."""
        self._futures: dict[AttemptId, Any] = {}
        self._looked: tuple[float, dict[str, Any]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, listener: ReportListener) -> None:
        """Make ready; see ``execution.base.Backend``."""
        self._listener = listener

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Hand jobs to the cluster, which is started or reached now if it wasn't."""
        for job in jobs:
            self._open[job.id] = False
        try:
            cluster = await self._ready()
            workers = await self._known_workers(cluster)
            declared = _declared_resources(workers)
            slots = sum(worker["nthreads"] for worker in workers.values())
            jobs = self._refuse_impossible(jobs, declared)
            for batch in batches([job for job in jobs if job.id in self._open], slots):
                request = _resources(batch[0].request) if declared else None
                future = cluster.client.submit(
                    run_batch,
                    pickle.dumps(tuple(batch)),
                    self._topic,
                    key=f"plynx-{batch[0].id}-{secrets.token_hex(4)}",
                    pure=False,
                    retries=0,
                    resources=request,
                )
                for job in batch:
                    self._futures[job.id] = future
                self._spawn(self._follow(future, tuple(job.id for job in batch)))
        except BackendError:
            for job in jobs:
                self._open.pop(job.id, None)
            raise
        except OSError as error:  # the scheduler went away in the middle
            self._report([JobLost(job.id, _reason(error)) for job in jobs])

    async def cancel(self, attempts: Sequence[AttemptId]) -> None:
        """Stop attempts wherever they are."""
        wanted = [attempt for attempt in attempts if attempt in self._open]
        if not wanted or self._cluster is None:
            self._end_unstarted(wanted)
            return
        client = self._cluster.client
        # Workers first: one of the attempts may be about to start.
        await client.run(cancel_attempts, wanted, on_error="ignore")
        idle = [attempt for attempt in wanted if self._open.get(attempt) is False]
        batch_mates = {future for a, future in self._futures.items() if a not in idle}
        removable = {self._futures[a] for a in idle if a in self._futures} - batch_mates
        self._end_unstarted([a for a in idle if self._futures.get(a) in removable or a not in self._futures])
        if removable:
            await client.cancel(list(removable), force=True)

    async def workers(self) -> Sequence[WorkerState]:
        """Return the workers the scheduler knows."""
        if self._cluster is None:
            return []
        processing = await self._cluster.client.processing()
        return [
            WorkerState(
                name=str(worker["name"]),
                address=address,
                slots=worker["nthreads"],
                memory_bytes=worker["memory_limit"],
                running=tuple(map(str, processing.get(address, ()))),
                used_bytes=worker.get("metrics", {}).get("memory"),
            )
            for address, worker in (await self._ask_for_workers(self._cluster)).items()
        ]

    async def close(self) -> None:
        """Let go of everything; our own cluster is stopped, and what ran on it with it."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._report([JobLost(attempt, "the backend was closed") for attempt in tuple(self._open)])
        async with self._starting:
            cluster, self._cluster = self._cluster, None
            if cluster is not None:
                await cluster.close()

    # -- cluster -----------------------------------------------------------------------------------------

    async def _ready(self) -> Cluster:
        async with self._starting:
            if self._cluster is not None and not self._cluster.is_alive:
                await self._retire(self._cluster)
            if self._cluster is None:
                cluster: Cluster
                if self._address is None:
                    cluster = await OwnCluster.start(self._local)
                else:
                    cluster = await OutsideCluster.connect(self._address)
                await self._check_workers(cluster)
                cluster.client.subscribe_topic(self._topic, self._received)
                self._cluster = cluster
                self._spawn(self._watch(cluster))
            return self._cluster

    async def _known_workers(self, cluster: Cluster) -> dict[str, Any]:
        """Return what the scheduler knew of its workers at most a second ago."""
        now = time.monotonic()
        if self._looked is None or now - self._looked[0] > _LOOK_SECONDS:
            self._looked = (now, await self._ask_for_workers(cluster))
        return self._looked[1]

    @staticmethod
    async def _ask_for_workers(cluster: Cluster) -> dict[str, Any]:
        # Client.scheduler_info() of an asynchronous client is what it heard when it connected.
        workers: dict[str, Any] = (await cluster.client.scheduler.identity())["workers"]
        return workers

    async def _check_workers(self, cluster: Cluster) -> None:
        """Find out early that workers which are not ours lack this package."""
        if isinstance(cluster, OwnCluster):
            return
        try:
            await cluster.client.run(_version)
        except Exception as error:
            await cluster.close()
            raise BackendError(
                f"The workers of {self._address} can't import plynx_jupyter ({error}). "
                "Install plynx-jupyter there, in the same version as here.",
                address=self._address,
            ) from error

    async def _watch(self, cluster: Cluster) -> None:
        """When our own cluster dies, report what ran on it as lost; the next ``submit`` starts another."""
        code = await cluster.died()
        async with self._starting:
            if self._cluster is cluster:
                _log.warning("The Dask cluster process ended by itself (exit code %s)", code)
                await self._retire(cluster)

    async def _retire(self, cluster: Cluster) -> None:
        """Give up a cluster of our own that is dying, with all that was handed to it."""
        self._cluster = self._looked = None
        handed_over = [attempt for attempt in self._open if attempt in self._futures]
        await cluster.close()
        self._report([JobLost(attempt, "the cluster process died") for attempt in handed_over])

    # -- reports -----------------------------------------------------------------------------------------

    def _received(self, event: tuple[float, Any]) -> None:
        self._report(unpickle_reports(event[1]))

    def _report(self, reports: Iterable[JobReport]) -> None:
        """Pass on what concerns open attempts; their first end closes them."""
        news: list[JobReport] = []
        for report in reports:
            if report.id not in self._open:
                continue
            if isinstance(report, JobStarted):
                self._open[report.id] = True
            elif isinstance(report, JobEnded | JobLost):
                del self._open[report.id]
                self._futures.pop(report.id, None)
            news.append(report)
        if news and self._listener is not None:
            self._listener(news)

    async def _follow(self, future: Any, attempts: tuple[AttemptId, ...]) -> None:
        """Wait for a batch and report the ends that didn't come by the topic."""
        try:
            results: list[JobResult] = pickle.loads(await future)  # noqa: S301 - from our own workers
        except asyncio.CancelledError:
            if not future.cancelled():
                raise  # this task is cancelled, not the future
            self._report([JobLost(attempt, "the scheduler forgot the task") for attempt in attempts])
        except Exception as error:  # noqa: BLE001 - whatever Dask raises means that the batch is gone
            self._report([JobLost(attempt, _reason(error)) for attempt in attempts])
        else:
            self._report([JobEnded(result.id, result) for result in results])

    def _end_unstarted(self, attempts: Iterable[AttemptId]) -> None:
        now = datetime.now(timezone.utc)
        error = JobError(code=JobCanceledError.code, message="Canceled before it started.")
        self._report(
            [JobEnded(a, JobResult(id=a, error=error, started_at=now, finished_at=now)) for a in attempts]
        )

    def _refuse_impossible(self, jobs: Sequence[Job], declared: list[dict[str, float]]) -> list[Job]:
        """End at once what no worker of our own cluster could ever take, and return the rest."""
        if not declared or isinstance(self._cluster, OutsideCluster):
            return list(jobs)
        possible: list[Job] = []
        for job in jobs:
            wanted = _resources(job.request)
            if any(all(have.get(name, 0) >= n for name, n in wanted.items()) for have in declared):
                possible.append(job)
                continue
            now = datetime.now(timezone.utc)
            most = {name: max(have.get(name, 0) for have in declared) for name in wanted}
            asked = ", ".join(
                f"{name} {amount:g} (a worker here has {most[name]:g})"
                for name, amount in wanted.items()
                if amount > most[name]
            )
            error = JobError(code=BackendError.code, message=f"No worker can run it: it asks for {asked}.")
            self._report(
                [JobEnded(job.id, JobResult(id=job.id, error=error, started_at=now, finished_at=now))]
            )
        return possible

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="plynx-dask")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _version() -> str:
    import plynx_jupyter

    return plynx_jupyter.__version__


def _declared_resources(workers: dict[str, Any]) -> list[dict[str, float]]:
    """Return what each worker declares; empty unless all of them declare cores, as ours do."""
    declared = [worker.get("resources") or {} for worker in workers.values()]
    return declared if all("cpu" in resources for resources in declared) else []


def _resources(request: ResourceRequest) -> dict[str, float]:
    wanted: dict[str, float] = {"cpu": request.cpu}
    if request.memory_bytes:
        wanted["memory"] = request.memory_bytes
    if request.gpu:
        wanted["gpu"] = request.gpu
    return wanted


def _reason(error: BaseException) -> str:
    """Say in words what Dask says with ``KilledWorker`` and its kin."""
    if type(error).__name__ == "KilledWorker":
        return "its worker died"
    return f"{type(error).__name__}: {error}"
