"""Backends under test, and a listener to wait with."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from plynx_jupyter.execution.dask.backend import DaskBackend
from plynx_jupyter.execution.dask.cluster import LocalClusterOptions
from plynx_jupyter.execution.inline import InlineBackend
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import (
    AttemptId,
    Job,
    JobEnded,
    JobLost,
    JobOutput,
    ResourceRequest,
    StorageLocation,
)
from plynx_jupyter.model.parameter import Code

_numbers = itertools.count()


class Reports:
    """Collects what a backend reports, and waits for what is wanted, with a bound."""

    def __init__(self):
        self.all = []
        self._news = asyncio.Event()

    def __call__(self, reports):
        self.all.extend(reports)
        self._news.set()

    async def wait_for(self, condition, seconds=40):
        async def wait():
            while not condition():
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), seconds)

    async def ends(self, jobs):
        wanted = {job.id for job in jobs}
        await self.wait_for(lambda: wanted <= {r.id for r in self.all if isinstance(r, JobEnded | JobLost)})
        return {r.id: r for r in self.all if isinstance(r, JobEnded | JobLost)}

    def of(self, kind, job=None):
        return [r for r in self.all if isinstance(r, kind) and (job is None or r.id == job.id)]


def local_options(tmp_path, **options):
    return LocalClusterOptions(scratch=tmp_path / "scratch", log_path=tmp_path / "cluster.log", **options)


@pytest.fixture(params=["inline", "dask"])
async def backend(request, tmp_path):
    made = (
        InlineBackend(2)
        if request.param == "inline"
        else DaskBackend(local=local_options(tmp_path, workers=1, threads_per_worker=2))
    )
    made.reports = Reports()
    await made.start(made.reports)
    yield made
    await made.close()


@pytest.fixture
def job(tmp_path):
    """Make jobs; ``code`` is bash, or the source of a function when ``kind`` says so."""

    def make(code, kind="bash_jinja2", outputs=(), attempt=1, cpu=1.0, gpu=0, **parameters):
        return Job(
            id=AttemptId(RunId("run"), NodeId(f"n{next(_numbers)}"), attempt),
            title="Job",
            kind=kind,
            code=Code(code, "python" if kind in ("function", "python") else "bash"),
            outputs=tuple(JobOutput(name=name, file_type=kind_) for name, kind_ in outputs),
            parameters=parameters,
            storage=StorageLocation(url=(tmp_path / "artifacts").as_uri()),
            request=ResourceRequest(cpu=cpu, gpu=gpu),
        )

    return make
