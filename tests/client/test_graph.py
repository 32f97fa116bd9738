"""Graphs, operations and files as programs build them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plynx_jupyter import operation as operation_decorator
from plynx_jupyter.client import Client, File, Graph, Input, Node, Operation, Output, Param
from plynx_jupyter.errors import (
    DocumentError,
    GraphInvalidError,
    InvalidInputError,
    NotFoundError,
    OperationInvalidError,
)
from plynx_jupyter.graph.document import dumps
from plynx_jupyter.model.port import OutputReference


@pytest.fixture
def client(tmp_path):
    with Client(home=tmp_path / "home", backend="inline") as made:
        yield made


@pytest.fixture
def split():
    return Operation(
        title="Split Train Test", kind="python", code="pass\n", inputs=["sample.py", "data"],
        params=[Param("rate", default=0.5), Param("hidden-layer-sizes", default="100")], outputs=["train", "plot.png"],
    )  # fmt: skip


def test_names_with_dots_and_dashes_are_spelled_with_underscores(split):
    script, data = File(content="x", node_id="s"), File(content="y", node_id="d")
    node = split(sample_py=script.outputs.out, data=data, hidden_layer_sizes="8", rate=0.7)
    assert node.model.input("sample.py").references == (OutputReference("s", "out"),)
    assert node.model.value("hidden-layer-sizes") == "8"
    assert node.outputs.plot_png.name == "plot.png"
    assert node.outputs["plot.png"] == node.outputs.plot_png


def test_a_wrong_keyword_says_which_there_are(split):
    with pytest.raises(InvalidInputError, match=r"no input or parameter 'ratio'.*sample_py, data.*rate"):
        split(ratio=1)


def test_a_wrong_output_says_which_there_are(split):
    with pytest.raises(AttributeError, match=r"no output 'test'; it has train, plot\.png"):
        _ = split().outputs.test


def test_a_node_with_several_outputs_must_say_which(split):
    with pytest.raises(InvalidInputError, match="say which"):
        split(data=split())


def test_a_graph_holds_what_its_targets_need(split):
    data = File(content="y", node_id="d")
    first = split(data=data, node_id="first")
    second = split(data=first.outputs.train, node_id="second")
    unrelated = split(node_id="unrelated")
    graph = Graph(title="g", targets=[second])
    assert [node.id for node in graph.model.nodes] == ["d", "first", "second"]
    assert unrelated.id not in {node.id for node in graph.model.nodes}


def test_two_nodes_of_one_id_are_refused(split):
    with pytest.raises(InvalidInputError, match="Two nodes have the id 'n'"):
        Graph(nodes=[split(node_id="n"), split(node_id="n")])


def test_enum_parameters_take_one_of_their_values():
    op = Operation(title="E", code="pass", params=[Param("letter", values=["a", "b"])])
    assert op(letter="b").model.value("letter").chosen == "b"
    with pytest.raises(InvalidInputError, match="one of a, b, not 'c'"):
        op(letter="c")


def test_a_graph_is_saved_and_loaded_with_files_named_relative_to_it(client, split, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("a\n1\n")
    graph = Graph(
        client,
        title="g",
        targets=[split(sample_py=File(content="1"), data=File(tmp_path / "data" / "x.csv"))],
    )
    path = graph.save(tmp_path / "g.plynx")
    assert '"path": "data/x.csv"' in path.read_text()
    loaded = Graph.load(path, client)
    loaded.save(path)
    assert dumps(loaded.model) == path.read_text()
    (tmp_path / "elsewhere").mkdir()
    moved = loaded.save(tmp_path / "elsewhere" / "g.plynx")
    assert str(tmp_path / "data" / "x.csv") in moved.read_text()


def test_a_file_that_is_edited_is_read_anew(client, tmp_path):
    data = tmp_path / "x.txt"
    data.write_text("one")
    copy = Operation(
        title="Copy", kind="bash_jinja2", code="cat {{inputs.i}} > {{outputs.o}}", inputs=["i"], outputs=["o"]
    )
    graph = Graph(client, targets=[copy(i=File(data, file_type="file"), node_id="c")])
    assert graph.run().wait()["c"].outputs["o"].read_bytes() == b"one"
    data.write_text("two")
    assert graph.run().wait()["c"].outputs["o"].read_bytes() == b"two"


def test_missing_files_are_all_named_before_anything_runs(client, split, tmp_path):
    graph = Graph(client, targets=[split(sample_py=File(tmp_path / "a.py"), data=File(tmp_path / "b.csv"))])
    with pytest.raises(GraphInvalidError) as caught:
        graph.run()
    assert "a.py" in str(caught.value)
    assert "b.csv" in str(caught.value)
    assert client.list_runs()[1] == 0


def test_an_operation_is_stored_and_fetched_by_its_id(client, split):
    stored = split.save(client)
    fetched = Operation(
        id=stored.id, title="Split", inputs=["data"], params=["rate"], outputs=["train"], client=client
    )
    assert fetched.model == stored.model
    assert fetched(rate=0.1).model.original_node_id == stored.id
    with pytest.raises(OperationInvalidError, match=r"no input 'date' \(it has: data, sample\.py\)"):
        Operation(id=stored.id, inputs=["date"], client=client)
    with pytest.raises(NotFoundError, match="no operation nowhere"):
        Operation(id="nowhere", client=client)


def test_a_decorated_function_becomes_an_operation_and_runs(client):
    @operation_decorator(title="Multiply")
    def multiply(x: int, factor: int = 3) -> int:
        return x * factor

    op = Operation.from_function(multiply)
    assert op.title == "Multiply"
    run = Graph(client, targets=[op(x=14, node_id="m")]).run().wait()
    assert run["m"].outputs["out"].load() == 42


def test_generated_code_builds_the_same_graph(client, split, tmp_path):
    data = File(content='a\n\'"""\\\n', title="data", node_id="d")
    train = [split(sample_py=data, data=data, rate=n / 10, title=f"t {n}", node_id=f"n{n}") for n in range(3)]
    join = Operation(title="Join", kind="bash_jinja2", code="cat {{ inputs.parts | join(' ') }}\n",
                     inputs=[Input("parts", is_array=True)], outputs=[Output("o", "csv")])  # fmt: skip
    graph = Graph(
        client,
        title="Round trip",
        description="there\nand back",
        targets=[join(parts=[t.outputs.train for t in train])],
    )
    names = {"__name__": "generated"}
    exec(compile(graph.code(), "generated", "exec"), names)
    built = [value for value in names.values() if isinstance(value, Graph)]
    assert len(built) == 1
    assert dumps(built[0].model) == dumps(graph.model)


def test_a_node_can_be_made_of_its_form_in_a_document(split):
    from plynx_jupyter.graph.document import node_to_dict

    node = split(node_id="n")
    assert Node.from_dict(node_to_dict(node.model)).model == node.model


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"plynx": 1, "_id": "g", "nodes": [', "line 1"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'{"plynx": 99, "_id": "g"}', "99"),
    ],
)
def test_a_document_that_cannot_be_read_says_where_and_why(tmp_path, content, message):
    path = tmp_path / "x.plynx"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=message) as caught:
        Graph.load(path)
    assert str(path) in str(caught.value)


def test_run_by_title_and_wrong_names(client):
    op = Operation(title="Touch", kind="bash_jinja2", code="echo hi > {{outputs.o}}", outputs=["o"])
    run = Graph(client, targets=[op(node_id="a"), op(node_id="b", title="Other")]).run(until="Other").wait()
    assert run["Other"].outputs["o"].path().read_text() == "hi\n"
    with pytest.raises(KeyError):
        run["nobody"]
    with pytest.raises(InvalidInputError, match=r"no node 'nobody'.*a \(Touch\), b \(Other\)"):
        Graph(client, targets=[op(node_id="a"), op(node_id="b", title="Other")]).run(until="nobody")


def test_plan_says_what_would_run_and_why(client):
    op = Operation(
        title="Echo",
        kind="bash_jinja2",
        code="echo {{params.v}} > {{outputs.o}}",
        outputs=["o"],
        params=[Param("v", default="1")],
    )
    cat = Operation(
        title="Cat", kind="bash_jinja2", code="cat {{inputs.i}} > {{outputs.o}}", inputs=["i"], outputs=["o"]
    )
    graph = Graph(client, targets=[cat(i=op(node_id="e"), node_id="c")])
    assert [f.action for f in graph.plan()] == ["run", "run"]
    first = graph.run().wait()
    assert [(f.action, f.restored_from) for f in graph.plan()] == [("restore", first.id)] * 2
    graph.set("e", "v", "2")
    echo, concat = graph.plan()
    assert echo.action == "run"
    assert '`v` was "1"' in echo.reason
    assert "Echo" in concat.reason
    assert client.list_runs()[1] == 1


def test_a_program_that_just_ends_leaves_nothing_and_says_nothing(tmp_path):
    program = f"""
from plynx_jupyter import Client, Graph, Operation
op = Operation(title="Touch", kind="bash_jinja2", code="echo hi > {{{{outputs.o}}}}", outputs=["o"])
Graph(Client(home={str(tmp_path / "home")!r}, backend="inline"), targets=[op()]).approve().wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
