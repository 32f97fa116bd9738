"""What happens when parts of a Dask cluster die: nothing hangs, nothing is left, attempts are reported as lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from plynx_jupyter.errors import BackendError
from plynx_jupyter.execution.dask.backend import DaskBackend
from plynx_jupyter.execution.dask.cluster_process import MARKER
from plynx_jupyter.model.job import JobEnded, JobLost, JobStarted
from tests.execution.conftest import Reports, local_options


def marked(name, value):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(name) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


async def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        await asyncio.sleep(0.05)


@pytest.fixture
async def dask(tmp_path):
    backend = DaskBackend(local=local_options(tmp_path, workers=2, threads_per_worker=1))
    backend.reports = Reports()
    await backend.start(backend.reports)
    yield backend
    await backend.close()


async def start_long(dask, job, tmp_path):
    pid = tmp_path / "pid"
    long = job(f"echo $$ > {pid}.new && mv {pid}.new {pid}; sleep 300")
    await dask.submit([long])
    await until(pid.exists)
    return long, psutil.Process(int(pid.read_text()))


def worker_of(process):
    """Return the Dask worker process above a job's process."""
    for parent in process.parents():
        if "multiprocessing" in " ".join(parent.cmdline()):
            return parent
    raise AssertionError("no worker found")


async def test_a_killed_worker_loses_its_attempt_and_its_processes_and_others_go_on(dask, job, tmp_path):
    long, process = await start_long(dask, job, tmp_path)
    worker_of(process).kill()
    ends = await dask.reports.ends([long])
    assert isinstance(ends[long.id], JobLost)
    await until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, 10)
    after = [job("true") for _ in range(4)]
    await dask.submit(after)
    ends = await dask.reports.ends(after)
    assert all(isinstance(ends[one.id], JobEnded) for one in after)


async def test_a_killed_cluster_loses_everything_and_the_next_job_starts_another(dask, job, tmp_path):
    long, process = await start_long(dask, job, tmp_path)
    cluster = next(p for p in process.parents() if "cluster_process" in " ".join(p.cmdline()))
    token = cluster.environ()[MARKER]
    cluster.kill()
    ends = await dask.reports.ends([long])
    assert isinstance(ends[long.id], JobLost)
    await until(lambda: not marked(MARKER, token), 20)
    again = job("true")
    await dask.submit([again])
    assert isinstance((await dask.reports.ends([again]))[again.id], JobEnded)


async def test_what_no_worker_can_ever_run_is_refused_at_once(dask, job):
    greedy = job("true", gpu=9)
    await dask.submit([greedy])
    end = (await dask.reports.ends([greedy]))[greedy.id]
    assert "gpu 9" in end.result.error.message
    assert not dask.reports.of(JobStarted, greedy)


async def test_jobs_that_ask_for_all_cores_run_one_after_the_other(tmp_path, job):
    backend = DaskBackend(local=local_options(tmp_path, workers=1, threads_per_worker=2))
    reports = Reports()
    await backend.start(reports)
    try:
        jobs = [job("sleep 0.5", cpu=2.0) for _ in range(2)]
        await backend.submit(jobs)
        ends = await reports.ends(jobs)
        first, second = sorted((ends[j.id].result for j in jobs), key=lambda r: r.started_at)
        assert second.started_at >= first.finished_at
    finally:
        await backend.close()


async def test_an_address_that_nobody_answers_at_is_a_clear_error(tmp_path, job, monkeypatch):
    monkeypatch.setattr("plynx_jupyter.execution.dask.cluster._CONNECT_TIMEOUT_SECONDS", 1.0)
    backend = DaskBackend(address="tcp://127.0.0.1:9", local=local_options(tmp_path))
    await backend.start(Reports())
    with pytest.raises(BackendError, match=r"127\.0\.0\.1:9"):
        await backend.submit([job("true")])
    await backend.close()


async def test_an_outside_cluster_is_used_and_left_running(tmp_path, job):
    from distributed import LocalCluster

    cluster = await LocalCluster(
        n_workers=1, threads_per_worker=2, asynchronous=True, dashboard_address=None, host="127.0.0.1"
    )
    try:
        backend = DaskBackend(address=cluster.scheduler_address, local=local_options(tmp_path))
        reports = Reports()
        await backend.start(reports)
        jobs = [job("echo hi") for _ in range(3)]
        await backend.submit(jobs)
        ends = await reports.ends(jobs)
        assert all(ends[j.id].result.error is None for j in jobs)
        states = await backend.workers()
        assert [state.slots for state in states] == [2]
        await backend.close()
        assert cluster.status.value == "running"
    finally:
        await cluster.close()


PROGRAM = """
import asyncio, json, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from plynx_jupyter.execution.dask.cluster import LocalClusterOptions, OwnCluster
async def main():
    folder = Path({folder!r})
    options = LocalClusterOptions(workers=1, threads_per_worker=1, scratch=folder / "s", log_path=folder / "log")
    cluster = await OwnCluster.start(options)
    print(json.dumps(cluster._process.pid), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_the_cluster_goes_when_the_program_that_started_it_is_killed(tmp_path):
    text = PROGRAM.format(tests=os.fspath(tmp_path), folder=os.fspath(tmp_path))
    program = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)  # noqa: ASYNC220
    try:
        pid = json.loads(await asyncio.to_thread(program.stdout.readline))
        token = psutil.Process(pid).environ()[MARKER]
        assert len(marked(MARKER, token)) >= 2
        program.send_signal(signal.SIGKILL)
        await until(lambda: not marked(MARKER, token), 20)
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
