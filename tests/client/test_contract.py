"""What a client does, in this process or behind a server: the same methods with the same results."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from plynx_jupyter.client import Artifact, File, Graph, Input, Operation, Output
from plynx_jupyter.errors import (
    ArtifactMissingError,
    ConflictError,
    GraphInvalidError,
    InvalidInputError,
    NotFoundError,
    RunFailedError,
)
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.event import NodeEnded, NodeRestored, RecordedEvent, RunFinished
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId, RunId, new_id
from plynx_jupyter.model.job import JobLog
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import OnFailure, RunOptions
from plynx_jupyter.model.status import NodeRunStatus, OperationStatus, RunStatus
from plynx_jupyter.services.cache import CleanRequest

NOW = datetime.now(timezone.utc)
COPY = "cat {{ inputs.i }} > {{ outputs.o }}"
WAIT = "until test -e {{ params.go }}; do sleep 0.02; done; echo > {{ outputs.o }}"


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def letter():
    """Something that no other test has in its graphs, so that nothing is restored."""
    return new_id()


# -- what is run --------------------------------------------------------------------------------------------


def test_what_a_run_has_no_use_for_may_be_unfinished_or_of_an_unknown_kind(client, bash, letter):
    wanted = bash(f"echo {letter} > {{{{ outputs.o }}}}", "wanted")
    graph = Graph(title="half", targets=[wanted]).model
    odd = replace(graph.nodes[0], id=NodeId("odd"), kind="spark-job", title="")
    gone = replace(
        graph.nodes[0], id=NodeId("gone"), kind="file", source={"path": "no/such/file.csv"}, parameters=()
    )
    whole = replace(graph, nodes=(*graph.nodes, odd, gone))
    with pytest.raises(GraphInvalidError, match="spark-job"):
        client.start_run(whole)
    (needed,) = (node.id for node in graph.nodes)
    options = RunOptions(until=(needed,))
    run = client.wait(client.start_run(whole, options=options).id)
    assert run.status is RunStatus.SUCCESS
    actions = [forecast.action for forecast in client.forecast(whole, options=options)]
    assert actions == ["restore", "leave", "leave"]
    assert [node.id for node in run.graph.nodes] == [needed, "odd", "gone"]


# -- graphs and operations -------------------------------------------------------------------------------


def test_a_graph_is_stored_as_it_was_and_loaded_again(client, bash, letter):
    graph = Graph(client, title=f"Größe {letter} ☃", targets=[bash("echo 'ü\\n\"'", "a")]).model
    graph = replace(graph, description="line 1\nline 2", extra={"future": {"x": [1, None, "é"]}})
    stored = client.save_graph(graph)
    assert replace(stored, author="", insertion_date=None, update_date=None) == graph
    assert stored.author == client.settings.user
    assert stored.insertion_date == stored.update_date
    assert abs(stored.update_date - datetime.now(timezone.utc)) < timedelta(seconds=30)
    assert client.load_graph(graph.id) == stored


def test_saving_over_a_newer_graph_says_both_dates(client):
    first = client.save_graph(Graph(title="first").model)
    second = client.save_graph(replace(first, title="second"), expected_update_date=first.update_date)
    with pytest.raises(ConflictError) as caught:
        client.save_graph(replace(first, title="third"), expected_update_date=first.update_date)
    assert caught.value.data["stored_update_date"] != caught.value.data["expected_update_date"]
    assert client.load_graph(first.id).title == "second"
    assert client.save_graph(replace(second, title="fourth")).title == "fourth"


def test_graphs_and_operations_are_listed_and_searched(client, letter):
    for number in range(3):
        client.save_graph(Graph(title=f'{letter} "No" {number}').model)
    page, total = client.list_graphs(Query(words=(letter, '"no"'), per_page=2))
    assert ([graph.title for graph in page], total) == ([f'{letter} "No" 2', f'{letter} "No" 1'], 3)
    page, _ = client.list_graphs(Query(words=(letter,), author=client.settings.user, offset=2))
    assert [graph.nodes for graph in page] == [()]
    assert client.list_graphs(Query(words=(letter,), author="nobody")) == ([], 0)
    stored = Operation(title=letter, kind="python", code="pass").save(client)
    assert client.list_operations(Query(words=(letter,), kinds=("python",))) == ([stored.model], 1)
    assert client.list_operations(Query(words=(letter,), kinds=("bash_jinja2",))) == ([], 0)
    assert client.list_operations(Query(words=(letter,), statuses=(OperationStatus.READY,)))[1] == 0


def test_an_operation_is_stored_and_loaded_and_once_approved_never_changes(client):
    made = Operation(title="Opé", kind="python", code="pass\n", inputs=["a"], outputs=["o"]).model
    stored = client.save_operation(made)
    assert replace(stored, author="", insertion_date=None, update_date=None) == made
    assert client.load_operation(made.id) == stored
    client.save_operation(replace(made, node_status=OperationStatus.READY))
    with pytest.raises(InvalidInputError, match="READY and can't be changed"):
        client.save_operation(made)


@pytest.mark.parametrize("name", ["missing", "not/an id?", "new", "ü"])
def test_what_is_not_there_is_told_in_the_same_words(client, name):
    for find, words in (
        (lambda: client.load_graph(GraphId(name)), f"There is no graph {name}."),
        (lambda: client.load_operation(OperationId(name)), f"There is no operation {name}."),
        (lambda: client.load_run(RunId(name)), f"There is no run {name}; `jupyter plynx runs` lists them."),
        (lambda: client.wait(RunId(name)), f"There is no run {name}; `jupyter plynx runs` lists them."),
        (lambda: client.cancel(RunId(name)), f"There is no run {name}; `jupyter plynx runs` lists them."),
        (lambda: client.find_run(name), f"No run begins with {name!r}; `jupyter plynx runs` lists them."),
    ):
        with pytest.raises(NotFoundError) as caught:
            find()
        assert str(caught.value) == words


# -- runs ------------------------------------------------------------------------------------------------


def test_the_whole_life_of_a_graph_with_a_file(client, bash, letter, tmp_path):
    (tmp_path / "döta.txt").write_text(f"{letter} ☃\n")
    data = File(tmp_path / "döta.txt", node_id="data")
    inside = File(content=f"inside {letter}\n", node_id="inside")
    both = bash("cat {{ inputs.i }} {{ inputs.j }} | tee {{ outputs.o }}", "both", i=data, j=inside)
    graph = Graph(client, title="Life", targets=[both]).arrange()
    run = graph.run()
    assert run.wait(progress=False).status is RunStatus.SUCCESS
    text = f"{letter} ☃\ninside {letter}\n"
    output = run["both"].outputs["o"]
    assert output.read_bytes().decode() == text
    assert output.path().read_text(encoding="utf-8") == text
    assert output.save(tmp_path / "saved").read_text(encoding="utf-8") == text
    assert run["both"].log() == text
    record = run.record
    assert record == client.wait(run.id)
    assert (record.graph_id, record.author) == (graph.id, client.settings.user)
    assert record.graph.node(NodeId("inside")).source == inside.model.source
    assert record.created_at <= record.started_at <= record.finished_at
    assert record.graph.node(NodeId("data")).outputs[0].values[0].size_bytes == len(f"{letter} ☃\n".encode())
    assert client.load_graph(graph.id).node(NodeId("data")).source == data.model.source
    assert client.find_run(run.id[:-3]) == run.id
    (summary,), _ = client.list_runs(Query(graph_id=graph.id))
    assert (summary.id, summary.title, summary.status) == (run.id, "Life", RunStatus.SUCCESS)
    assert summary.counts == {"STATIC": 2, "SUCCESS": 1}
    assert graph.run().wait(progress=False)["both"].status is NodeRunStatus.RESTORED


def test_relative_paths_and_raw_values_are_read_on_this_machine(client, bash, tmp_path, letter):
    (tmp_path / "number.int").write_text("42")
    (tmp_path / "text.txt").write_text(letter)
    number = File(tmp_path / "number.int", file_type="int", node_id="number")
    text = File(tmp_path / "text.txt", node_id="text")
    take = Operation(
        title="Take", kind="function", code="def operation(n, text):\n    return open(text).read() + str(n)\n",
        inputs=[Input("n", "int"), "text"], outputs=[Output("o", "str")],
    )  # fmt: skip
    built = Graph(client, targets=[take(n=number, text=text, node_id="take")])
    graph = Graph.load(built.save(tmp_path / "g.plynx"), client)
    assert graph.model.node(NodeId("text")).source == {"path": "text.txt"}
    run = graph.run().wait(progress=False)
    assert run["take"].outputs["o"].load() == f"{letter}42"


def test_a_file_that_is_missing_and_a_graph_that_is_wrong(client, bash, tmp_path):
    node = bash(COPY, "n", i=File(tmp_path / "missing.csv", node_id="f"))
    graph = Graph(client, title="g", targets=[node])
    for ask in (graph.run, graph.plan):
        with pytest.raises(GraphInvalidError, match=r"there is no .*missing\.csv") as caught:
            ask()
        assert caught.value.data["validation_error"]["children"]
    wrong = Graph(client, targets=[node, bash(COPY, "m", i=None)], title="w")
    problems = wrong.validate()
    for ask in (wrong.run, wrong.plan):
        with pytest.raises(GraphInvalidError) as caught:
            ask()
        assert str(caught.value) == "\n".join(problems)
        assert caught.value.data["validation_error"]["target"] == "GRAPH"
    with pytest.raises(InvalidInputError, match="No such node"):
        client.start_run(
            Graph(targets=[bash("true", "n")]).model, options=RunOptions(until=(NodeId("nobody"),))
        )


def test_a_node_that_fails_says_why(client, bash, letter):
    code = f"print({letter!r})\nraise ValueError('grün')\n"
    failing = Operation(title="Failing", kind="python", code=code, outputs=["o"])(node_id="failing")
    after = bash(COPY, "after", i=failing)
    run = Graph(client, title="g", targets=[after, bash("echo > {{ outputs.o }}", "beside")]).run()
    with pytest.raises(RunFailedError, match=r"Failing .*grün"):
        run.wait(progress=False)
    result = run["failing"]
    assert result.error.code == "job.failed"
    assert "ValueError: grün" in result.error.traceback
    assert letter in result.log()
    assert (run["after"].status, run["after"].record.status_reason) == (
        NodeRunStatus.CANCELED,
        "upstream_failed",
    )
    assert run["beside"].status in (NodeRunStatus.SUCCESS, NodeRunStatus.RESTORED)


def test_a_notebook_that_fails_says_in_which_cell(client, tmp_path):
    cells = [new_code_cell("a = 1"), new_markdown_cell("words"), new_code_cell("raise KeyError('schlüssel')")]
    path = tmp_path / "broken.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    node = Operation.from_notebook(path)(node_id="notebook")
    run = Graph(client, targets=[node]).run()
    with pytest.raises(RunFailedError, match="schlüssel"):
        run.wait(progress=False)
    assert run["notebook"].error.cell == 2
    executed = b"".join(client.read(resource) for resource in run["notebook"].record.logs["notebook"])
    outputs = [
        output for cell in nbformat.reads(executed.decode(), 4).cells for output in cell.get("outputs", ())
    ]
    assert "schlüssel" in next(output.evalue for output in outputs if output.output_type == "error")


def test_options_reach_the_run(client, bash):
    nodes = [bash(f"echo {n} > {{{{ outputs.o }}}}", n) for n in ("a", "b", "c")]
    options = RunOptions(
        use_cache=False, on_failure=OnFailure.STOP, until=(NodeId("a"), NodeId("b")),
        from_nodes=(NodeId("b"),), import_paths=("/somewhere",),
    )  # fmt: skip
    run = client.start_run(Graph(nodes=nodes).model, options=options)
    assert run.options == options
    assert client.wait(run.id).options == options
    assert client.node_runs(run.id)[NodeId("c")].status is NodeRunStatus.CREATED
    assert list(client.node_runs(run.id)) == ["a", "b", "c"]


def test_a_run_is_canceled_whole_and_by_node(client, bash, tmp_path, letter):
    go = tmp_path / letter
    nodes = [bash(WAIT.replace("{{ params.go }}", str(go)) + f"# {n}", n) for n in ("a", "b")]
    run = Graph(client, nodes=nodes).run()
    wait_until(lambda: all(result.status is NodeRunStatus.RUNNING for result in run.values()))
    run.cancel("a")
    wait_until(lambda: run["a"].status is NodeRunStatus.CANCELED)
    assert run["b"].status is NodeRunStatus.RUNNING
    run.cancel()
    with pytest.raises(RunFailedError, match="CANCELED"):
        run.wait(progress=False)
    run.cancel()  # which has ended


def test_a_plan_says_what_would_run_and_what_would_be_restored_and_why(client, bash, tmp_path, letter):
    (tmp_path / "data.txt").write_text(letter)
    copy = bash(COPY, "copy", title="Copy", i=File(tmp_path / "data.txt", node_id="data"))
    graph = Graph(client, targets=[bash(COPY, "more", title="More", i=copy)])
    assert [(f.node_id, f.title, f.action) for f in graph.plan()] == [
        ("data", "data.txt", "static"), ("copy", "Copy", "run"), ("more", "More", "run"),
    ]  # fmt: skip
    run = graph.run().wait(progress=False)
    _, restored, _ = graph.plan()
    assert (restored.action, restored.restored_from) == ("restore", run.id)
    assert restored.computed_seconds == pytest.approx(0.5, abs=30)
    (tmp_path / "data.txt").write_text(f"{letter} changed")
    assert [f.action for f in graph.plan()] == ["static", "run", "run"]
    assert [f.action for f in graph.plan(until="copy")] == ["static", "run", "leave"]
    assert client.list_graphs(Query(graph_id=None, words=(letter,)))[1] == 0


# -- events ----------------------------------------------------------------------------------------------


def test_events_come_in_order_with_numbers_and_those_of_the_past_too(client, bash, letter):
    run = Graph(client, nodes=[bash(f"echo {letter}; sleep 0.3; echo > {{{{ outputs.o }}}}", "a")]).run()
    heard, over = [], threading.Event()

    def hear(message):
        heard.append(message)
        if isinstance(message, RecordedEvent) and isinstance(message.event, RunFinished):
            over.set()

    end = client.subscribe(hear, run.id)
    assert over.wait(30)
    end()
    events = [message for message in heard if isinstance(message, RecordedEvent)]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert {event.run_id for event in events} == {run.id}
    (ended,) = [event.event for event in events if isinstance(event.event, NodeEnded)]
    assert ended.result.outputs == run["a"].record.outputs
    heard.clear()
    over.clear()
    client.subscribe(hear, run.id, after=len(events) - 1)
    assert over.wait(30)
    assert [message.sequence for message in heard] == [len(events)]


def test_who_listens_to_everything_hears_of_runs_that_start_later(client, bash, letter):
    heard, over = [], threading.Event()

    def hear(message):
        heard.append(message)
        if isinstance(message, RecordedEvent) and isinstance(message.event, RunFinished):
            over.set()

    Graph(client, nodes=[bash(f"echo {letter} > {{{{ outputs.o }}}}", "a")]).run().wait(progress=False)
    begun = client.subscribe(hear)
    # A server says nothing when it has begun to follow: runs are started until one is heard of.
    wait_until(
        lambda: (
            Graph(client, nodes=[bash(f"echo {letter} > {{{{ outputs.o }}}}", "a")])
            .run()
            .wait(progress=False)
            and over.wait(1)
        )
    )
    begun()
    assert any(isinstance(m, RecordedEvent) and isinstance(m.event, NodeRestored) for m in heard)
    assert not any(isinstance(m, RecordedEvent) and isinstance(m.event, NodeEnded) for m in heard)


def test_log_text_is_told_while_the_node_runs(client, bash, tmp_path, letter):
    go = tmp_path / "go"
    node = bash(f"echo {letter} ☃; until test -e {go}; do sleep 0.02; done; echo > {{{{ outputs.o }}}}", "a")
    run = Graph(client, nodes=[node]).run()
    printed = []
    end = client.subscribe(lambda m: printed.append(m.text) if isinstance(m, JobLog) else None, run.id)
    wait_until(lambda: run["a"].status is NodeRunStatus.RUNNING)
    go.touch()
    run.wait(progress=False)
    end()
    # What was printed before anybody listened is in the log alone.
    assert run["a"].log() == f"{letter} ☃\n"
    assert "".join(printed) in (f"{letter} ☃\n", "")


def test_waiting_shows_progress(client, bash, letter, capfd):
    code = f"sleep 0.2; echo {letter} > {{{{ outputs.o }}}}"
    Graph(client, nodes=[bash(code, "a", title="Slöw")]).approve().wait(progress=True)
    assert "Slöw: running" in capfd.readouterr().err
    Graph(client, nodes=[bash(code, "a", title="Slöw")]).approve().wait(progress=True)
    assert "Slöw: restored" in capfd.readouterr().err


# -- cache -----------------------------------------------------------------------------------------------


def test_the_cache_is_listed_measured_protected_and_cleaned(client, bash, letter):
    run = Graph(client, nodes=[bash(f"echo {letter} > {{{{ outputs.o }}}}", "a", title=letter)]).run()
    run.wait(progress=False)
    (entry,) = [entry for entry in client.cache_entries() if entry.title == letter]
    assert (entry.run_id, entry.node_id, entry.key) == (run.id, "a", run["a"].record.key)
    assert entry.outputs == run["a"].record.outputs
    assert entry.components["kind"] == "bash_jinja2"
    assert entry.created_at > NOW
    use = client.cache_use()
    assert (use.entries >= 1, use.artifact_bytes > 0) == (True, True)
    assert client.protect_cache([entry.key]) == 1
    request = CleanRequest(operation=letter, include_referenced=True, grace_seconds=0, dry_run=True)
    assert {reason.value for reason in client.clean_cache(request).kept.values()} == {"protected"}
    assert client.protect_cache([entry.key], False) == 1
    assert client.clean_cache(request).remove_keys == (entry.key,)
    assert entry.key in {found.key for found in client.cache_entries()}
    later = replace(request, before=NOW, dry_run=False)
    assert client.clean_cache(later).remove_keys == ()
    assert client.clean_cache(request.for_real()).remove_keys == (entry.key,)
    assert entry.key not in {found.key for found in client.cache_entries()}


# -- artifacts -------------------------------------------------------------------------------------------


def test_a_large_output_is_brought_over_whole(client, bash, letter, tmp_path):
    size = 24 * 1024 * 1024
    code = f"echo {letter} > {{{{ outputs.o }}}}; head -c {size} /dev/zero >> {{{{ outputs.o }}}}"
    run = Graph(client, nodes=[bash(code, "big")]).run().wait(progress=False)
    output = run["big"].outputs["o"]
    saved = output.save(tmp_path / "deep" / "big.bin")
    assert saved.stat().st_size == output.size_bytes == size + len(letter) + 1
    with saved.open("rb") as stream:
        assert digest_of(stream) == output.digest
    assert list(saved.parent.iterdir()) == [saved]


def test_an_artifact_that_is_not_there_is_told(client, tmp_path):
    for digest, expected in (("0" * 64, ArtifactMissingError), ("nonsense", InvalidInputError)):
        missing = Artifact(Resource("file", digest, 1), client)
        for ask in (missing.read_bytes, lambda: missing.save(tmp_path / "x")):  # noqa: B023
            with pytest.raises(expected, match=digest):
                ask()
    assert list(tmp_path.iterdir()) == []


def test_values_are_loaded(client):
    function = Operation(
        title="f", kind="function", code="def operation():\n    return {'n': 7, 'd': {'ä': [1]}}\n",
        outputs=[("n", "int"), ("d", "dict")],
    )  # fmt: skip
    run = Graph(client, targets=[function(node_id="f")]).run().wait(progress=False)
    assert {name: artifact.load() for name, artifact in run["f"].outputs.items()} == {"n": 7, "d": {"ä": [1]}}


def digest_of(stream):
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
