"""PLynx's scenarios that need no REST and no screen, run for real through the Python interface.

The letters and numbers are those of the project's list of scenarios.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from plynx_jupyter.client import File, Graph, Input, Operation, Output, Param
from plynx_jupyter.errors import GraphInvalidError, RunFailedError
from plynx_jupyter.model.status import NodeRunStatus, OperationStatus, RunStatus

SUM = """
res = 0
for name in inputs["sum_i"]:
    with open(name) as stream:
        res += sum(int(line) for line in stream)
with open(outputs["sum_o"], "w") as stream:
    stream.write(f"{res}\\n")
"""


def bash(code, **ports):
    return Operation(kind="bash_jinja2", code=code, **ports)


def many(name, file_type="file", min_count=1):
    return Input(name, file_type, is_array=True, min_count=min_count)


def text_of(run, node, output):
    return run[node].outputs[output].read_bytes().decode()


def statuses(run):
    return {result.status for result in run.results().values()}


@pytest.fixture
def grep_and_sum():
    grep = bash("cat {{inputs.grep_i}} | grep {{params.template}} > {{outputs.grep_o}}", title="Grep",
                inputs=["grep_i"], outputs=["grep_o"], params=[Param("template", default="^1")])  # fmt: skip
    add = Operation(title="Sum", kind="python", code=SUM, inputs=[many("sum_i")], outputs=["sum_o"])
    return grep, add


def test_a1_sum_fan_out_and_fan_in(client, grep_and_sum):
    grep, add = grep_and_sum
    seq = bash(
        "seq {{ params.N }} > {{ outputs.seq_o }}",
        title="Seq",
        outputs=["seq_o"],
        params=[Param("N", default=100)],
    )()
    greps = [grep(grep_i=seq, template=f"^{digit}") for digit in range(1, 10)]
    run = Graph(client, title="A1", targets=[add(sum_i=greps, node_id="sum")]).run().wait()
    assert statuses(run) == {NodeRunStatus.SUCCESS}
    assert len(run) == 11
    assert text_of(run, "sum", "sum_o") == "5050\n"


def test_a2_file_and_two_level_sum_is_restored_the_second_time(client, grep_and_sum):
    grep, add = grep_and_sum
    numbers = File(content="".join(f"{n}\n" for n in range(1, 101)), file_type="csv", title="numbers")
    greps = [grep(grep_i=numbers, template=f"^{digit}") for digit in range(1, 10)]
    total = add(sum_i=[add(sum_i=[g]) for g in greps], node_id="total")
    graph = Graph(client, title="A2", targets=[total])
    first = graph.run().wait()
    assert text_of(first, "total", "sum_o") == "5050\n"
    assert first[numbers.id].status is NodeRunStatus.STATIC
    second = graph.run().wait()
    assert statuses(second) == {NodeRunStatus.STATIC, NodeRunStatus.RESTORED}


def test_a3_python_diamond(client):
    op = Operation(
        title="add", kind="function", code="def operation(input_a, input_b):\n    return {'out': input_a + input_b + 1}\n",
        inputs=[Input("input_a", "int"), Input("input_b", "int")], outputs=[Output("out", "int")],
    )  # fmt: skip
    a = op(input_a=-1, input_b=0, node_id="A")
    b = op(input_a=a, input_b=0, node_id="B")
    c = op(input_a=a, input_b=0, node_id="C")
    d = op(input_a=b, input_b=c, node_id="D")
    run = Graph(client, title="A3", targets=[d]).run().wait()
    assert {name: result.outputs["out"].load() for name, result in run.results().items()} == {
        "A": 0, "B": 1, "C": 1, "D": 3,
    }  # fmt: skip


def test_c1_and_c2_only_what_changed_runs_again(client):
    echo = bash(
        "echo {{params.v}} > {{outputs.out}}", title="Echo", outputs=["out"], params=[Param("v", default="1")]
    )
    concat = bash(
        'cat {{inputs.i | join(" ")}} > {{outputs.out}}',
        title="Concat",
        inputs=[many("i", min_count=0)],
        outputs=["out"],
    )
    graph = Graph(
        client, targets=[concat(i=[echo(v="1", node_id="a"), echo(v="2", node_id="b")], node_id="c")]
    )
    first = graph.run().wait()
    assert text_of(first, "c", "out") == "1\n2\n"
    again = graph.run().wait()
    assert statuses(again) == {NodeRunStatus.RESTORED}
    assert again["c"].record.restored_from == first.id
    graph.set("b", "v", "3")
    third = graph.run().wait()
    assert {name: r.status.value for name, r in third.results().items()} == {
        "a": "RESTORED",
        "b": "SUCCESS",
        "c": "SUCCESS",
    }
    assert text_of(third, "c", "out") == "1\n3\n"
    swapped = Graph(client, targets=[concat(i=[echo(v="2"), echo(v="1")], node_id="c")]).run().wait()
    assert text_of(swapped, "c", "out") == "2\n1\n", "the order of a list input counts"


def test_identical_nodes_of_one_run_are_computed_once(client):
    op = bash("date +%N > {{outputs.out}}", title="Now", outputs=["out"])
    concat = bash(
        'cat {{inputs.i | join(" ")}} > {{outputs.out}}', title="Concat", inputs=[many("i")], outputs=["out"]
    )
    run = Graph(client, targets=[concat(i=[op(node_id="a"), op(node_id="b")], node_id="c")]).run().wait()
    assert sorted(run[name].status.value for name in "ab") == ["RESTORED", "SUCCESS"]
    first, second = text_of(run, "c", "out").split()
    assert first == second


def test_e1_a_failure_stops_its_branch_only(client):
    fail = bash("echo oops >&2; exit 3", title="F", outputs=["out"])(node_id="F")
    slow = bash("sleep 0.3; echo done > {{outputs.out}}", title="S", outputs=["out"])(node_id="S")
    after = bash("cat {{inputs.i}} > {{outputs.out}}", title="D", inputs=["i"], outputs=["out"])(
        i=fail, node_id="D"
    )
    run = Graph(client, targets=[after, slow]).run()
    with pytest.raises(RunFailedError, match="exit"):
        run.wait()
    assert run.status is RunStatus.FAILED
    assert run["F"].status is NodeRunStatus.FAILED
    assert run["F"].error.exit_code == 3
    assert "oops" in run["F"].log("stderr")
    assert run["S"].status is NodeRunStatus.SUCCESS
    assert (run["D"].status, run["D"].record.status_reason) == (NodeRunStatus.CANCELED, "upstream_failed")


def test_e2_a_python_exception_is_explained(client):
    boom = Operation(kind="function", title="Boom", code="def operation(x):\n    raise ValueError('Expected exception')\n",
                     inputs=[Input("x", "int")], outputs=[Output("x", "int")])  # fmt: skip
    fine = Operation(kind="function", title="Fine", code="def operation(value):\n    return {'x': value}\n",
                     params=[Param("value", default=1)], outputs=[Output("x", "int")])  # fmt: skip
    failed = boom(x=1, node_id="boom")
    run = Graph(client, targets=[boom(x=failed, node_id="dep"), fine(node_id="fine")]).run()
    with pytest.raises(RunFailedError, match="ValueError: Expected exception"):
        run.wait()
    assert "raise ValueError('Expected exception')" in run["boom"].error.traceback
    assert run["dep"].status is NodeRunStatus.CANCELED
    assert run["fine"].outputs["x"].load() == 1


def test_e3_a_missing_output_is_named(client):
    run = Graph(
        client, targets=[bash("rm -f {{outputs.out}}", title="None", outputs=["out"])(node_id="n")]
    ).run()
    with pytest.raises(RunFailedError, match="'out'"):
        run.wait()
    assert run["n"].error.code == "job.output_missing"


def test_e4_a_missing_input_is_found_before_anything_runs(client):
    op = Operation(
        kind="function",
        title="Print",
        code="def operation(value):\n    print(value)\n",
        inputs=[Input("value", "dict")],
    )
    graph = Graph(client, title="E4", targets=[op(node_id="p")])
    with pytest.raises(GraphInvalidError) as caught:
        graph.run()
    tree = caught.value.data["validation_error"]
    assert (tree["target"], tree["validation_code"]) == ("GRAPH", "IN_DEPENDENTS")
    node = tree["children"][0]
    assert (node["target"], node["validation_code"]) == ("NODE", "IN_DEPENDENTS")
    port = node["children"][0]
    assert (port["target"], port["validation_code"], port["object_id"]) == ("INPUT", "MISSING_INPUT", "value")
    assert client.list_runs()[1] == 0


def test_e5_an_empty_graph_does_not_run(client):
    with pytest.raises(GraphInvalidError) as caught:
        Graph(client, title="").run()
    assert "EMPTY_GRAPH" in json.dumps(caught.value.data)


@pytest.mark.parametrize("wires", [0, 1, 3])
def test_t1_list_inputs_take_any_number_of_wires(client, wires):
    sleep = Operation(kind="function", title="Sleep", code="def operation(x):\n    return {'x': sum(x) + 1}\n",
                      inputs=[many("x", "int", 0)], outputs=[Output("x", "int")])  # fmt: skip
    sources = [sleep(x=[], node_id=f"s{i}") for i in range(wires)]
    run = Graph(client, targets=[sleep(x=sources, node_id="sum")]).run().wait()
    assert run["sum"].outputs["x"].load() == wires + 1


def test_t3_an_unconnected_primitive_input_uses_its_value(client):
    op = Operation(kind="function", title="Print Int", code="def operation(value):\n    print(value)\n    return {'x': value}\n",
                   inputs=[Input("value", "int")], outputs=[Output("x", "int")])  # fmt: skip
    run = Graph(client, targets=[op(value=0, node_id="p")]).run().wait()
    assert run["p"].outputs["x"].load() == 0
    assert run["p"].log("stdout") == "0\n"


def test_t4_directories_travel_whole(client):
    make = bash(
        "mkdir -p {{outputs.d}}/sub && echo hi > {{outputs.d}}/sub/f.txt",
        title="Make",
        outputs=[Output("d", "directory")],
    )
    find = bash("cd {{inputs.d}} && find . -type f > {{outputs.names}} && cat sub/f.txt > {{outputs.text}}", title="Find",
                inputs=[Input("d", "directory")], outputs=["names", "text"])  # fmt: skip
    run = Graph(client, targets=[find(d=make(), node_id="f")]).run().wait()
    assert text_of(run, "f", "names") == "./sub/f.txt\n"
    assert text_of(run, "f", "text") == "hi\n"


def test_t5_executables_can_be_executed(client):
    write = bash(
        "printf '#!/bin/sh\\necho from-exe\\n' > {{outputs.e}}",
        title="Write",
        outputs=[Output("e", "executable")],
    )
    use = bash(
        "{{inputs.e}} > {{outputs.out}}", title="Use", inputs=[Input("e", "executable")], outputs=["out"]
    )
    run = Graph(client, targets=[use(e=write(), node_id="u")]).run().wait()
    assert text_of(run, "u", "out") == "from-exe\n"


def test_t6_cloud_storage_is_the_same_path_on_both_sides(client):
    write = bash(
        "echo {{cloud_outputs.c}} > {{outputs.path}}",
        title="W",
        outputs=[Output("c", "cloud_storage"), Output("path")],
    )(node_id="w")
    read = bash(
        "echo {{cloud_inputs.c}} > {{outputs.path}}",
        title="R",
        inputs=[Input("c", "cloud_storage")],
        outputs=["path"],
    )
    run = Graph(client, targets=[read(c=write.outputs.c, node_id="r"), write]).run().wait()
    assert text_of(run, "w", "path") == text_of(run, "r", "path")


ALL_TYPES = """
import math

def operation():
    return {"int": 42, "str": "Hello world", "dict": {"foo": "woo"}, "float": math.pi, "bool": True, "color": "#FF0000"}
"""


def test_t7_and_t8_values_and_files_keep_what_they_hold(client):
    names = ["int", "str", "dict", "float", "bool", "color"]
    every = Operation(
        kind="function", title="All types", code=ALL_TYPES, outputs=[Output(n, n) for n in names]
    )(node_id="all")
    to_file = Operation(kind="function", title="Dict to File", code="def operation(value):\n    return {'file': value}\n",
                        inputs=[Input("value", "dict")], outputs=[Output("file", "py-json-file")])  # fmt: skip
    to_dict = Operation(kind="function", title="File to Dict", code="def operation(file):\n    return {'value': file}\n",
                        inputs=[Input("file", "py-json-file")], outputs=[Output("value", "dict")])  # fmt: skip
    run = (
        Graph(client, targets=[to_dict(file=to_file(value=every.outputs.dict), node_id="back")]).run().wait()
    )
    values = {name: run["all"].outputs[name].load() for name in names}
    assert values == {
        "int": 42, "str": "Hello world", "dict": {"foo": "woo"}, "float": math.pi, "bool": True, "color": "#FF0000",
    }  # fmt: skip
    assert run["back"].outputs["value"].load() == {"foo": "woo"}


HARD = {
    "nan": float("nan"),
    "infinity": float("inf"),
    "huge": 10**30,
    "text": "quotes ' \" and `back` $HOME \\ {{ x }}\nnew line\ttab ünïcödé 漢字 🐟",
    "empty": "",
}


@pytest.mark.parametrize("kind", ["python", "function", "notebook"])
def test_hard_parameter_values_arrive_as_they_are(client, kind, tmp_path):
    params = [Param(name, default=value) for name, value in HARD.items()]
    write = 'import pickle\npickle.dump({n: %s for n in ["nan", "infinity", "huge", "text", "empty"]}, open(%s, "wb"))\n'
    if kind == "python":
        op = Operation(
            kind="python",
            title="Hard",
            code=write % ("params[n]", "outputs['out']"),
            params=params,
            outputs=["out"],
        )
    elif kind == "function":
        code = "import pickle\ndef operation(**params):\n    return {'out': pickle.dumps(params)}\n"
        op = Operation(kind="function", title="Hard", code=code, params=params, outputs=["out"])
    else:
        import nbformat

        cell = nbformat.v4.new_code_cell(write % ("params[n]", "outputs['out']"))
        notebook = nbformat.v4.new_notebook(cells=[cell])
        path = tmp_path / "hard.ipynb"
        nbformat.write(notebook, path)
        op = Operation.from_notebook(path, params=params, outputs=["out"])
    run = Graph(client, targets=[op(node_id="h")]).run().wait()
    import pickle

    got = pickle.loads(run["h"].outputs["out"].read_bytes())
    assert math.isnan(got.pop("nan"))
    assert got == {name: value for name, value in HARD.items() if name != "nan"}


def test_hard_text_arrives_in_bash_through_the_quoting_filter(client):
    op = bash(
        "printf %s {{ params.text | sh }} > {{ outputs.out }}",
        title="Hard",
        outputs=["out"],
        params=[Param("text", default=HARD["text"])],
    )
    run = Graph(client, targets=[op(node_id="h")]).run().wait()
    assert text_of(run, "h", "out") == HARD["text"]


def test_a6_and_r1_an_automatic_run_leaves_manual_nodes_and_their_followers_alone(client):
    make = Operation(kind="function", title="Make integer", code="def operation(value):\n    return {'x': value}\n",
                     params=[Param("value", default=1)], outputs=[Output("x", "int")])  # fmt: skip
    add = Operation(kind="function", title="Sleep", code="def operation(x, timeout):\n    return {'x': x + 1}\n",
                    inputs=[Input("x", "int")], params=[Param("timeout", default=0)], outputs=[Output("x", "int")])  # fmt: skip
    wait = Operation(
        kind="function",
        title="Wait manual run",
        code="def operation(x):\n    return {'x': x}\n",
        inputs=[Input("x", "int")],
        outputs=[Output("x", "int")],
    )
    manual = Operation.of(replace(wait.model, auto_run_enabled=False))
    first = add(x=make(value=3, node_id="make"), node_id="first")
    second = add(x=first, node_id="second")
    waits = manual(x=first, node_id="waits")
    graph = Graph(client, targets=[second, add(x=waits, node_id="after")])
    run = graph.run(automatic=True).wait()
    values = {name: result.outputs["x"].load() for name, result in run.results().items() if result.outputs}
    assert values == {"make": 3, "first": 4, "second": 5}
    for name in ("waits", "after"):
        assert (run[name].status, run[name].record.status_reason) == (NodeRunStatus.CREATED, "manual")
    asked = graph.run().wait()
    assert {r.status for r in asked.results().values()} == {NodeRunStatus.RESTORED, NodeRunStatus.SUCCESS}
    assert asked["after"].outputs["x"].load() == 5
    restored = graph.run(automatic=True).wait()
    assert statuses(restored) == {NodeRunStatus.RESTORED}, "what is known needs no computing"

    graph.set("second", "timeout", 1)
    again = graph.run(automatic=True).wait()
    ran = [name for name, result in again.results().items() if result.status is NodeRunStatus.SUCCESS]
    assert ran == ["second"], "R2: only what was changed runs"


def test_a7_and_a8_a_copy_shares_the_results_of_all_but_its_changed_node(client):
    op = Operation(kind="function", title="add", code="def operation(a, b):\n    return {'out': a + b + 1}\n",
                   inputs=[Input("a", "int"), Input("b", "int")], outputs=[Output("out", "int")])  # fmt: skip

    def diamond(last):
        a = op(a=-1, b=0)
        return Graph(client, targets=[op(a=op(a=a, b=0), b=op(a=a, b=10), node_id=last)])

    diamond("last").run().wait()
    copy = diamond("another")
    copy.model = replace(
        copy.model,
        nodes=tuple(
            replace(node, outputs=(replace(node.outputs[0], name="out"),), title="changed")
            if node.id == "another"
            else node
            for node in copy.model.nodes
        ),
    )
    assert [forecast.action for forecast in copy.plan()] == ["restore"] * 4, "ids and titles don't count"
    changed = diamond("third")
    changed.model = replace(
        changed.model,
        nodes=tuple(
            replace(
                node, inputs=(node.inputs[0], replace(node.inputs[1], references=(), primitive_override=7))
            )
            if node.id == "third"
            else node
            for node in changed.model.nodes
        ),
    )
    assert [forecast.action for forecast in changed.plan()] == ["restore"] * 3 + ["run"]


def test_v2_a_node_whose_operation_must_not_be_used_blocks_the_run(client):
    op = bash("echo hi > {{outputs.o}}", title="Old", outputs=["o"])
    gone = Operation.of(replace(op.model, node_status=OperationStatus.MANDATORY_DEPRECATED))
    with pytest.raises(GraphInvalidError) as caught:
        Graph(client, targets=[gone(node_id="n")]).run()
    assert "DEPRECATED_NODE" in json.dumps(caught.value.data)
