"""What every backend does: the same tests for threads of this process and for a real Dask cluster."""

from __future__ import annotations

import asyncio
import time

import psutil

from plynx_jupyter.model.job import JobEnded, JobLog, JobStarted

ADD = "def operation(x):\n    return {'y': x + 1}\n"


async def test_jobs_run_and_report_their_start_and_their_end_once(backend, job):
    jobs = [job(ADD, "function", [("y", "int")], x=number) for number in range(40)]
    await backend.submit(jobs)
    ends = await backend.reports.ends(jobs)
    assert [ends[j.id].result.outputs["y"][0].value for j in jobs] == list(range(1, 41))
    for one in jobs:
        assert len(backend.reports.of(JobStarted, one)) == 1
        assert len(backend.reports.of(JobEnded, one)) == 1
        mine = [type(r).__name__ for r in backend.reports.all if r.id == one.id]
        assert (mine[0], mine[-1]) == ("JobStarted", "JobEnded")


async def test_a_failure_is_a_result_with_a_reason(backend, job):
    failing = job("echo oops >&2; exit 7")
    await backend.submit([failing])
    end = (await backend.reports.ends([failing]))[failing.id]
    assert end.result.error.exit_code == 7
    assert end.result.logs["stderr"]


async def test_text_arrives_while_the_job_still_runs(backend, job):
    talking = job("echo first; sleep 2; echo last")
    await backend.submit([talking])
    await backend.reports.wait_for(
        lambda: "first" in "".join(r.text for r in backend.reports.of(JobLog, talking))
    )
    assert not backend.reports.of(JobEnded, talking)
    await backend.reports.ends([talking])
    assert "last" in "".join(r.text for r in backend.reports.of(JobLog, talking))


async def test_a_running_job_is_stopped_with_all_it_started(backend, job, tmp_path):
    pids = tmp_path / "pids"
    stubborn = job(
        f"trap '' TERM INT; setsid nohup sleep 300 & echo $! >> {pids}; echo $$ >> {pids}; sleep 300"
    )
    await backend.submit([stubborn])
    await backend.reports.wait_for(lambda: backend.reports.of(JobStarted, stubborn))
    deadline = time.monotonic() + 20
    while not (pids.exists() and len(pids.read_text().split()) == 2):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    started = [psutil.Process(int(pid)) for pid in pids.read_text().split()]
    await backend.cancel([stubborn.id])
    end = (await backend.reports.ends([stubborn]))[stubborn.id]
    assert end.result.error.code == "job.canceled"
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in started)


async def test_jobs_that_have_not_begun_can_be_canceled(backend, job):
    blocking = [job("sleep 3") for _ in range(2)]
    await backend.submit(blocking)
    await backend.reports.wait_for(lambda: len(backend.reports.of(JobStarted)) == 2)
    waiting = job("echo never")
    await backend.submit([waiting])
    await backend.cancel([waiting.id])
    end = (await backend.reports.ends([waiting]))[waiting.id]
    assert end.result.error.code == "job.canceled"
    assert not [r for r in backend.reports.of(JobLog, waiting) if r.stream == "stdout"]
    await backend.cancel([j.id for j in blocking])
    await backend.reports.ends(blocking)


async def test_canceling_what_is_over_does_nothing(backend, job):
    done = job("true")
    await backend.submit([done])
    await backend.reports.ends([done])
    await backend.cancel([done.id])
    again = job("true")
    await backend.submit([again])
    end = (await backend.reports.ends([again]))[again.id]
    assert end.result.error is None


async def test_closing_stops_what_runs(backend, job, tmp_path):
    pid = tmp_path / "pid"
    long = job(f"echo $$ > {pid}.new && mv {pid}.new {pid}; exec sleep 300")
    await backend.submit([long])
    deadline = time.monotonic() + 20
    while not pid.exists():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    process = psutil.Process(int(pid.read_text()))
    await backend.close()
    _, alive = psutil.wait_procs([process], timeout=10)
    assert not alive
