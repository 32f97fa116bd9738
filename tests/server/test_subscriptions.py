"""What one listener is told when it is slow, gone, or the store fails."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from tornado.websocket import WebSocketClosedError

from plynx_jupyter.app import Application
from plynx_jupyter.errors import MetadataError, NotFoundError
from plynx_jupyter.execution.inline import InlineBackend
from plynx_jupyter.graph.document import from_dict
from plynx_jupyter.metadata.memory import MemoryMetadata
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import AttemptId, JobLog
from plynx_jupyter.model.user import ALL_POLICIES, User
from plynx_jupyter.server.subscriptions import MOST_PASSING, MOST_PASSING_CHARACTERS, RunSubscription
from plynx_jupyter.settings import Settings
from tests.server.conftest import bash_node


class Reader:
    """Takes messages while it is let."""

    def __init__(self):
        self.let = asyncio.Event()
        self.let.set()
        self.heard = []
        self.is_gone = False

    async def send(self, message):
        await self.let.wait()
        if self.is_gone:
            raise WebSocketClosedError
        self.heard.append(message)

    async def until(self, condition):
        async def look():
            while not condition(self.heard):
                await asyncio.sleep(0.005)

        await asyncio.wait_for(look(), 30)


class FailingMetadata(MemoryMetadata):
    """A store whose events can't be read at times."""

    fails = False

    def load_events(self, run_id, *, after=0, limit=None):
        if self.fails:
            raise MetadataError("The database doesn't answer.")
        return super().load_events(run_id, after=after, limit=limit)


@pytest.fixture
async def application(tmp_path):
    settings = Settings(home=tmp_path, user="ann")
    async with Application(settings, backend=InlineBackend(2), metadata=FailingMetadata()) as app:
        yield app


@pytest.fixture
def plynx(application):
    return application.session(User(name="ann", policies=ALL_POLICIES))


@pytest.fixture
async def run(plynx, tmp_path):
    """A run that goes on until the file ``go`` is there."""
    go = tmp_path / "go"
    held = bash_node("held", f"until test -e {go}; do sleep 0.02; done; echo > {{{{ outputs.o }}}}")
    started = await plynx.runs.start(from_dict({"_id": "g", "title": "Held", "nodes": [held]}))
    yield started
    go.touch()
    await plynx.runs.wait(started.id)


def log(run, text):
    return JobLog(AttemptId(run.id, NodeId("held"), 1), "stdout", text)


@pytest.mark.parametrize("size", [10, 10_000])
async def test_a_reader_that_does_not_read_costs_no_more_than_the_queue_and_is_told_what_was_left_out(
    application, plynx, run, tmp_path, size
):
    reader = Reader()
    subscription = RunSubscription(run.id, 0, reader.send)
    await subscription.open(plynx)
    await reader.until(lambda heard: len(heard) >= 1)
    reader.let.clear()
    tracemalloc.start()
    try:
        for number in range(10_000):
            application.bus.publish(log(run, f"{number:05d}".ljust(size)))
            if number % 100 == 0:
                await asyncio.sleep(0)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 4 * MOST_PASSING_CHARACTERS
    (tmp_path / "go").touch()
    await plynx.runs.wait(run.id)
    reader.let.set()
    await reader.until(lambda heard: heard[-1].get("event", {}).get("type") == "run_finished")
    printed = [int(m["text"]) for m in reader.heard if m["kind"] == "log" and m["text"].strip().isdecimal()]
    left_out = sum(message["messages"] for message in reader.heard if message["kind"] == "left_out")
    assert len(printed) <= MOST_PASSING + 1
    assert left_out >= 10_000 - len(printed) > 0
    assert printed == sorted(printed)
    assert printed[-1] == 9_999
    events = [message["sequence"] for message in reader.heard if message["kind"] == "event"]
    assert events == list(range(1, len(events) + 1))
    assert subscription.is_over


async def test_a_reader_that_has_gone_is_forgotten(application, plynx, run):
    reader = Reader()
    subscription = RunSubscription(run.id, 0, reader.send)
    await subscription.open(plynx)
    await reader.until(lambda heard: len(heard) >= 1)
    reader.is_gone = True
    application.bus.publish(log(run, "to nobody"))
    while not subscription.is_over:
        await asyncio.sleep(0.005)
    assert "plynx-feed" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_a_store_that_fails_is_told_and_ends_the_subscription(application, plynx, run):
    reader = Reader()
    subscription = RunSubscription(run.id, 0, reader.send)
    application.metadata.fails = True
    await subscription.open(plynx)
    await reader.until(lambda heard: bool(heard))
    assert reader.heard == [
        {
            "kind": "error",
            "code": "metadata.failed",
            "message": "The database doesn't answer.",
            "run_id": run.id,
        }
    ]
    while not subscription.is_over:
        await asyncio.sleep(0.005)
    application.metadata.fails = False


async def test_another_users_run_is_not_there(application, run):
    stranger = application.session(User(name="bob"))
    with pytest.raises(NotFoundError) as theirs:
        await RunSubscription(run.id, 0, Reader().send).open(stranger)
    with pytest.raises(NotFoundError) as missing:
        await RunSubscription(RunId("x" * 24), 0, Reader().send).open(stranger)
    assert theirs.value.message.replace(run.id, "") == missing.value.message.replace("x" * 24, "")
