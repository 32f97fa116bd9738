"""Executors that others add: they get a context, are told to stop, and fail with their own words."""

from __future__ import annotations

import threading

import pytest

from plynx_jupyter.executors import registry
from plynx_jupyter.executors.base import BaseExecutor
from plynx_jupyter.model.job import JobProgress
from plynx_jupyter.worker.cancel import CancelToken


class Shout(BaseExecutor):
    kind = "shout"

    def run(self) -> None:
        self.context.log("about to shout")
        self.context.progress(1, 1, "shout")
        with open(self.context.inputs["text"]) as text, open(self.context.outputs["out"], "w") as out:
            out.write(text.read().upper() + str(self.context.params["mark"]))
        self.context.run_process(["echo", "done"])


class Waits(BaseExecutor):
    kind = "waits"

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.told = threading.Event()

    def run(self) -> None:
        self.context.progress(0, 1)
        assert self.told.wait(10)
        raise RuntimeError("broke off")

    def kill(self) -> None:
        self.told.set()


class Broken(BaseExecutor):
    kind = "broken"

    def run(self) -> None:
        raise KeyError("its own mistake")


@pytest.fixture(autouse=True)
def plug_ins(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {kind.kind: kind for kind in (Shout, Waits, Broken)})


def test_a_plug_in_reads_inputs_and_writes_outputs(workshop):
    job = workshop.job(
        "shout", None, inputs={"text": ("file", "hey")}, outputs={"out": "file"}, params={"mark": "!"}
    )
    result = workshop.run(job)
    assert workshop.output_of(result) == b"HEY!"
    assert workshop.log(result) == "done\n"
    assert workshop.log(result, "worker") == "about to shout\n"
    assert any(isinstance(report, JobProgress) for report in workshop.reports)


def test_a_plug_in_is_told_of_a_timeout(workshop):
    result = workshop.run(workshop.job("waits", None, timeout_seconds=0.1))
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert "broke off" in workshop.log(result, "worker")


def test_a_plug_in_is_told_of_a_cancel(workshop):
    token = CancelToken()
    job = workshop.job("waits", None)
    result = workshop.run(
        job, token, reports=lambda report: token.cancel() if isinstance(report, JobProgress) else None
    )
    assert result.error is not None
    assert result.error.code == "job.canceled"


def test_a_mistake_in_a_plug_in_fails_its_node_with_a_traceback(workshop):
    result = workshop.run(workshop.job("broken", None))
    assert result.error is not None
    assert "KeyError: 'its own mistake'" in result.error.message
    assert "test_plug_in_executors" in result.error.traceback
