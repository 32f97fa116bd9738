"""What a worker keeps between jobs."""

from __future__ import annotations

import threading

from plynx_jupyter.model.job import JobLog
from plynx_jupyter.worker.job_runner import JobRunner


def test_a_running_job_is_canceled_by_its_id(workshop):
    runner = JobRunner(workshop.scratch)
    job = workshop.job("bash_jinja2", "echo ready; sleep 600")

    def on_report(report):
        if isinstance(report, JobLog):
            runner.cancel([job.id])

    result = runner.run(job, on_report)
    runner.close()
    assert result.error is not None
    assert result.error.code == "job.canceled"


def test_a_job_canceled_before_it_arrives_does_not_run(workshop):
    runner = JobRunner(workshop.scratch)
    job = workshop.job("bash_jinja2", "echo never")
    runner.cancel([job.id])
    result = runner.run(job, lambda _: None)
    runner.close()
    assert result.error is not None
    assert result.error.code == "job.canceled"


def test_closing_stops_what_runs(workshop):
    runner = JobRunner(workshop.scratch)
    job = workshop.job("bash_jinja2", "echo ready; sleep 600")
    started = threading.Event()
    results = []
    thread = threading.Thread(target=lambda: results.append(runner.run(job, lambda _: started.set())))
    thread.start()
    assert started.wait(10)
    runner.close()
    thread.join(10)
    assert results[0].error is not None
