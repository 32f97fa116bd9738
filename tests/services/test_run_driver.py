"""The run driver with real stores: caching across runs and processes, losses, cancels, a store that fails."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from plynx_jupyter.client import Graph, Input, Operation, Output, Param
from plynx_jupyter.errors import ConflictError, MetadataError
from plynx_jupyter.metadata.sql.store import open_metadata
from plynx_jupyter.model.event import NodeMissed, NodeStarted, RecordedEvent, RunFinished, RunStarted
from plynx_jupyter.model.job import JobLog
from plynx_jupyter.model.run import RunOptions
from plynx_jupyter.model.status import NodeRunStatus, RunStatus
from tests.services.conftest import ScriptedBackend, done

WRITE = "echo {{ params.text }} > {{ outputs.out }}; echo ran >> {{ params.trace }}"


@pytest.fixture
def write(tmp_path):
    """An operation that leaves a trace each time it really runs."""
    return Operation(
        title="Write", kind="bash_jinja2", code="sleep 0.2\n" + WRITE, outputs=["out"],
        params=[Param("text", default="a"), Param("trace", default=str(tmp_path / "trace"))],
    )  # fmt: skip


def times_run(tmp_path):
    trace = tmp_path / "trace"
    return len(trace.read_text().split()) if trace.exists() else 0


def trivial(node_id, *sources):
    op = Operation(
        title="t", kind="function", code="def operation(x):\n    return {'y': 1}\n",
        inputs=[Input("x", "int", is_array=True, min_count=0)], outputs=[Output("y", "int")],
    )  # fmt: skip
    return op(x=list(sources), node_id=node_id)


async def finished(app, run):
    return await asyncio.wait_for(app.runs.wait(run.id), 30)


async def test_two_runs_at_once_in_one_process_compute_a_key_once(application, write, tmp_path):
    app = await application()
    graph = Graph(nodes=[write(node_id="w")]).model
    runs = [await app.runs.start(graph) for _ in range(2)]
    assert [(await finished(app, run)).status for run in runs] == [RunStatus.SUCCESS] * 2
    statuses = [(await app.runs.node_runs(run.id))["w"].status for run in runs]
    assert statuses == [NodeRunStatus.SUCCESS, NodeRunStatus.RESTORED]
    assert times_run(tmp_path) == 1


async def test_two_applications_on_one_database_compute_a_key_once(application, write, tmp_path):
    one, other = await application(), await application()
    graph = Graph(nodes=[write(node_id="w")]).model
    first = await one.runs.start(graph)
    second = await other.runs.start(graph)
    await finished(one, first)
    await finished(other, second)
    assert times_run(tmp_path) == 1
    assert (await other.runs.node_runs(second.id))["w"].restored_from == first.id


async def test_a_follower_takes_over_when_the_computation_it_waits_for_is_canceled(
    application, write, tmp_path
):
    app = await application()
    graph = Graph(nodes=[write(node_id="w")]).model
    first = await app.runs.start(graph)
    second = await app.runs.start(graph)
    await app.runs.cancel(first.id)
    assert (await finished(app, first)).status is RunStatus.CANCELED
    assert (await finished(app, second)).status is RunStatus.SUCCESS
    assert times_run(tmp_path) == 1


async def test_a_result_whose_artifact_is_gone_is_computed_again(application, write, tmp_path):
    app = await application()
    graph = Graph(nodes=[write(node_id="w")]).model
    run = await app.runs.start(graph)
    await finished(app, run)
    digest = (await app.runs.node_runs(run.id))["w"].outputs["out"][0].digest
    app.store.delete([digest])
    again = await app.runs.start(graph)
    assert (await finished(app, again)).status is RunStatus.SUCCESS
    assert times_run(tmp_path) == 2
    assert app.store.existing([digest]) == {digest}


async def test_without_the_cache_everything_runs_and_the_result_is_stored_all_the_same(
    application, write, tmp_path
):
    app = await application()
    graph = Graph(nodes=[write(node_id="w")]).model
    for options in (RunOptions(), RunOptions(use_cache=False), RunOptions(from_nodes=("w",))):
        await finished(app, await app.runs.start(graph, options=options))
    assert times_run(tmp_path) == 3
    assert len(await app.cache.entries()) == 1


async def test_until_leaves_out_what_is_not_needed(application):
    app = await application(ScriptedBackend(lambda job: done(job, y=())))
    a, b = trivial("a"), trivial("b")
    c = trivial("c", a)
    run = await app.runs.start(
        Graph(nodes=[a, b, c]).model, options=RunOptions(until=("c",), use_cache=False)
    )
    assert (await finished(app, run)).status is RunStatus.SUCCESS
    records = await app.runs.node_runs(run.id)
    assert (records["b"].status, records["b"].status_reason) == (NodeRunStatus.CREATED, "not_selected")
    assert {job.id.node_id for job in app.driver.backend.submitted} == {"a", "c"}


async def test_a_lost_attempt_is_tried_again_and_three_losses_fail_the_node(application):
    app = await application(
        ScriptedBackend(lambda job: "its worker died" if job.id.attempt < 3 else done(job, y=()))
    )
    run = await app.runs.start(Graph(nodes=[trivial("a")]).model)
    assert (await finished(app, run)).status is RunStatus.SUCCESS
    assert [job.id.attempt for job in app.driver.backend.submitted] == [1, 2, 3]

    app = await application(ScriptedBackend(lambda job: "its worker died"))
    run = await app.runs.start(Graph(nodes=[trivial("a")]).model, options=RunOptions(use_cache=False))
    assert (await finished(app, run)).status is RunStatus.FAILED
    record = (await app.runs.node_runs(run.id))["a"]
    assert record.status_reason == "lost"
    assert "its worker died" in record.error.message


async def test_a_failed_attempt_is_tried_again_as_often_as_retries_says(application, tmp_path):
    flaky = Operation(
        title="Flaky", kind="bash_jinja2", outputs=["out"], params=[Param("trace", default=str(tmp_path / "trace"))],
        code="echo x >> {{params.trace}}; test $(wc -l < {{params.trace}}) -ge 3 && echo ok > {{outputs.out}}",
    )  # fmt: skip
    node = flaky(node_id="f")
    graph = Graph(nodes=[node]).model
    from dataclasses import replace

    from plynx_jupyter.model.parameter import RETRIES, Parameter

    retries = Parameter(name=RETRIES, parameter_type="int", value=2)
    graph = replace(graph, nodes=(replace(graph.nodes[0], parameters=(*graph.nodes[0].parameters, retries)),))
    app = await application()
    run = await app.runs.start(graph)
    assert (await finished(app, run)).status is RunStatus.SUCCESS
    assert times_run(tmp_path) == 3


async def test_canceling_a_run_ends_it_with_nothing_left(application):
    slow = Operation(
        title="Slow", kind="bash_jinja2", code="sleep 60; touch {{outputs.out}}", outputs=["out"]
    )
    app = await application()
    heard = []
    app.bus.subscribe(heard.append)
    run = await app.runs.start(Graph(nodes=[slow(node_id="s"), trivial("t")]).model)
    while not any(isinstance(m, RecordedEvent) and isinstance(m.event, NodeStarted) for m in heard):
        await asyncio.sleep(0.01)
    began = time.monotonic()
    await app.runs.cancel(run.id)
    assert (await finished(app, run)).status is RunStatus.CANCELED
    assert time.monotonic() - began < 10
    assert (await app.runs.node_runs(run.id))["s"].status is NodeRunStatus.CANCELED


async def test_events_are_published_in_order_and_only_when_durable(application):
    app = await application()
    heard = []

    def listener(message):
        if isinstance(message, RecordedEvent):
            stored = app.metadata.load_events(message.run_id)
            assert message in stored
            heard.append(message)

    app.bus.subscribe(listener)
    a = trivial("a")
    run = await app.runs.start(Graph(nodes=[a, trivial("b", a)]).model)
    await finished(app, run)
    assert [message.sequence for message in heard] == list(range(1, len(heard) + 1))
    assert isinstance(heard[0].event, RunStarted)
    assert isinstance(heard[-1].event, RunFinished)
    assert [type(m.event) for m in heard].count(NodeMissed) == 2
    assert await app.runs.events(run.id, after=2) == heard[2:]


async def test_log_text_is_heard_while_the_node_runs(application):
    talking = Operation(title="Talk", kind="bash_jinja2", code="echo hello; sleep 1")
    app = await application()
    heard = []
    app.bus.subscribe(heard.append)
    run = await app.runs.start(Graph(nodes=[talking(node_id="t")]).model)
    while not any(isinstance(m, JobLog) and "hello" in m.text for m in heard):
        await asyncio.sleep(0.01)
    assert not any(isinstance(m, RecordedEvent) and isinstance(m.event, RunFinished) for m in heard)
    await finished(app, run)


class Moody:
    """A metadata store that can't be reached for its first ``failures`` writes of events."""

    def __init__(self, store, failures):
        self._store, self.failures = store, failures

    def __getattr__(self, name):
        return getattr(self._store, name)

    def record(self, *arguments):
        if self.failures:
            self.failures -= 1
            raise MetadataError("gone for a while")
        return self._store.record(*arguments)


async def test_a_store_that_is_gone_for_a_while_is_waited_for(application, tmp_path):
    moody = Moody(open_metadata(f"sqlite:///{tmp_path / 'moody.sqlite'}"), 2)
    app = await application(ScriptedBackend(lambda job: done(job, y=())), metadata=moody)
    run = await app.runs.start(Graph(nodes=[trivial("a")]).model)
    assert (await finished(app, run)).status is RunStatus.SUCCESS
    events = await app.runs.events(run.id)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


async def test_a_run_that_another_process_drives_is_refused(application):
    app = await application(ScriptedBackend(lambda job: None))
    run = await app.runs.start(Graph(nodes=[trivial("a")]).model)
    while not app.driver.backend.submitted:
        await asyncio.sleep(0.01)
    other = await application(ScriptedBackend(lambda job: None))
    with pytest.raises(ConflictError):
        await other.driver.start(run, (), {})
    await app.runs.cancel(run.id)
    from plynx_jupyter.model.job import JobLost

    while not app.driver.backend.canceled:
        await asyncio.sleep(0.01)
    app.driver.backend.listener([JobLost(app.driver.backend.canceled[0], "stopped")])
    assert (await finished(app, run)).status is RunStatus.CANCELED


KILLED = """
import asyncio, sys
from pathlib import Path
from plynx_jupyter.app import Application
from plynx_jupyter.client import Graph
from plynx_jupyter.execution.inline import InlineBackend
from plynx_jupyter.settings import Settings
async def main():
    home, document = sys.argv[1:]
    async with Application(Settings(home=Path(home)), backend=InlineBackend(2)) as app:
        run = await app.runs.start(Graph.load(document).model)
        await app.runs.wait(run.id)
asyncio.run(main())
"""


async def test_a_run_whose_program_was_killed_goes_on_and_repeats_nothing_that_had_finished(
    application, tmp_path
):
    note = Operation(
        title="Note",
        kind="bash_jinja2",
        code="echo {{params.name}} >> {{params.trace}}; {{params.wait}}; echo {{params.name}} > {{outputs.o}}",
        inputs=[Input("i", is_array=True, min_count=0)],
        outputs=["o"],
        params=[Param("name"), Param("trace"), Param("wait")],
    )
    trace, go = tmp_path / "trace", tmp_path / "go"
    hold = f"until test -e {go}; do sleep 0.05; done"
    first = note(name="first", trace=str(trace), wait="true", node_id="first")
    held = note(
        i=[first],
        name="held",
        trace=str(trace),
        wait=hold,
        node_id="held",
    )
    last = note(i=[held], name="last", trace=str(trace), wait="true", node_id="last")
    document = Graph(title="g", targets=[last]).save(tmp_path / "g.plynx")
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(tmp_path / "home"), str(document)
    )
    while not trace.exists() or trace.read_text().split() != ["first", "held"]:
        await asyncio.sleep(0.05)
    program.kill()
    await program.wait()
    go.touch()
    app = await application()
    (summary,) = app.metadata.unfinished_runs()
    assert await app.runs.resume_unfinished() == [summary.id]
    assert (await finished(app, summary)).status is RunStatus.SUCCESS
    assert trace.read_text().split() == ["first", "held", "held", "last"]
    events = await app.runs.events(summary.id)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert await app.runs.resume_unfinished() == []


async def test_leases_of_a_program_that_is_gone_are_free_at_once_those_of_others_are_not(application):
    from datetime import timedelta

    from plynx_jupyter.services.owners import release_leases_of_the_gone
    from tests.services.conftest import now

    app = await application(ScriptedBackend(lambda job: None))
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    host = app.owner.split(":")[0]
    gone, alive, elsewhere = f"{host}:{ended.pid}:x", f"{host}:1:x", f"not-{host}:{ended.pid}:x"
    later = now() + timedelta(minutes=1)
    for key, owner in (("a" * 64, gone), ("b" * 64, alive), ("c" * 64, elsewhere)):
        assert app.metadata.lease_keys([key], owner, later)
    release_leases_of_the_gone(app.metadata)
    assert app.metadata.lease_owners() == {alive, elsewhere}


async def test_a_run_is_stopped_from_another_process_on_the_same_database(application, tmp_path):
    driving, asking = await application(), await application()
    step = Operation(
        title="Sleep", kind="bash_jinja2", code="sleep 60; echo > {{ outputs.o }}", outputs=["o"]
    )
    run = await driving.runs.start(Graph(nodes=[step(node_id="a"), step(node_id="b")]).model)
    await asking.runs.cancel(run.id, ("a",))
    while (await asking.runs.node_runs(run.id))["a"].status is not NodeRunStatus.CANCELED:
        await asyncio.sleep(0.05)
    assert not (await asking.runs.load(run.id)).status.is_final
    await asking.runs.cancel(run.id)
    assert (await finished(driving, run)).status is RunStatus.CANCELED
    await asking.runs.cancel(run.id)
    assert asking.metadata.take_cancels([run.id]) == {}
