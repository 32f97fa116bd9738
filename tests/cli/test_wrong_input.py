"""What the command line says to what can't run, or breaks while it runs: one clear message each."""

from __future__ import annotations

import json

import nbformat
import pytest

from plynx_jupyter.client import Input, Operation, Output, Param
from tests.cli.conftest import bash, function

INLINE = ("--backend", "inline")
FINE = "echo hi > {{ outputs.o }}"


def spoiled(saved, edit, *nodes):
    return saved(*(nodes or (bash(FINE),)), edit=edit)


def cycle(saved):
    one = bash("cat {{inputs.i}} > {{outputs.o}}", "One", "one", inputs=["i"])
    two = bash("cat {{inputs.i}} > {{outputs.o}}", "Two", "two", inputs=["i"], i=one)

    def close(data):
        data["nodes"][0]["inputs"][0]["input_references"] = [{"node_id": "two", "output_id": "o"}]

    return saved(one, two, edit=close)


def missing_input(saved):
    return saved(bash("cat {{inputs.data}} > {{outputs.o}}", inputs=["data"]))


def type_mismatch(saved):
    source = Operation(title="Text", kind="bash_jinja2", code=FINE, outputs=[Output("o", "csv")])(
        node_id="source"
    )
    sink = Operation(
        title="Sink", kind="bash_jinja2", code=FINE, inputs=[Input("data", "image")], outputs=["o"]
    )
    return saved(source, sink(data=source, node_id="step"))


def unknown_kind(saved):
    return spoiled(saved, lambda data: data["nodes"][0].update(kind="pyhton"))


def wrong_parameter(saved):
    return saved(function("def operation(n):\n    return {'o': n}\n", params=[Param("n", "int", "many")]))


def duplicate_ids(saved):
    return spoiled(saved, lambda data: data["nodes"].append(dict(data["nodes"][0])))


def no_nodes(saved):
    return spoiled(saved, lambda data: data.update(nodes=[]))


INVALID = {
    cycle: ("One", "Two"),
    missing_input: ("step", "data"),
    type_mismatch: ("csv", "image", "data"),
    unknown_kind: ("pyhton", "python"),
    wrong_parameter: ("step", "n", "many"),
    duplicate_ids: ("step",),
    no_nodes: ("The graph",),
}


@pytest.mark.parametrize("make", INVALID, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_a_graph_that_cannot_run_is_refused_before_anything_happens(plynx, saved, make, command):
    path = make(saved)
    before = path.read_bytes()
    status, out, err = plynx(command, path)
    assert status == 2
    for part in INVALID[make]:
        assert part in out + err
    assert "Traceback" not in out + err
    assert path.read_bytes() == before
    assert "No runs yet" in plynx("runs")[1]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ('{"plynx": 1, "_id": "g", "nodes": [{"_id"', ("line 1",)),
        ('{"plynx": 999, "_id": "g"}', ("999", "newer")),
        ("", ("truncated",)),
        ("[1, 2]", ("object",)),
    ],
)
def test_a_document_that_cannot_be_read_says_where(plynx, tmp_path, content, parts):
    path = tmp_path / "x.plynx"
    path.write_text(content)
    status, _, err = plynx("run", path)
    assert status == 2
    for part in ("x.plynx", *parts):
        assert part in err


def test_a_notebook_that_is_not_json_is_refused_when_the_operation_is_made(plynx, tmp_path):
    (tmp_path / "n.ipynb").write_text("not json")
    program = tmp_path / "p.py"
    program.write_text(
        "from pathlib import Path\nfrom plynx_jupyter import Graph, Operation\n"
        "graph = Graph(nodes=[Operation.from_notebook(Path(__file__).parent / 'n.ipynb')()])\n"
    )
    status, _, err = plynx("run", program)
    assert status == 2
    assert "n.ipynb" in err


def test_a_notebook_without_its_kernel_fails_and_lists_the_kernels_there_are(plynx, saved, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("1")],
        metadata={"kernelspec": {"name": "no-such-kernel", "display_name": "None", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "n.ipynb")
    status, out, _ = plynx("run", *INLINE, saved(Operation.from_notebook(tmp_path / "n.ipynb")(node_id="n")))
    assert status == 1
    assert "no-such-kernel" in out
    assert "python3" in out


BREAKS = {
    "unknown template variable": (bash, "echo {{ params.nobody }}", "nobody"),
    "output not produced": (bash, "true", "'o'"),
    "raises": (function, "def operation():\n    raise KeyError('lost')\n", "KeyError: 'lost'"),
    "exits": (function, "import sys\ndef operation():\n    sys.exit(4)\n", "4"),
    "ends at once": (function, "import os\ndef operation():\n    os._exit(5)\n", "5"),
    "segfaults": (function, "import ctypes\ndef operation():\n    ctypes.string_at(0)\n", "SIGSEGV"),
}


@pytest.mark.parametrize("case", BREAKS)
def test_code_that_breaks_fails_its_node_with_the_reason(plynx, saved, case):
    make, code, part = BREAKS[case]
    status, out, err = plynx("run", *INLINE, saved(make(code, "The node", "n")))
    assert status == 1
    assert part in out
    assert "The node (n) failed" in out
    assert not err


def test_a_hundred_megabytes_of_output_are_survived_and_bounded(plynx, saved):
    path = saved(bash("head -c 100000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo end; exit 1"))
    status, out, _ = plynx("run", *INLINE, path)
    assert status == 1
    assert len(out) < 100_000
    run_id = json.loads(plynx("runs", "--json")[1])[0]["run_id"]
    status, out, _ = plynx("logs", run_id, "step", "--stream", "stdout")
    assert status == 0
    assert out.endswith("end\n")
    assert len(out) < 20_000_000


def test_code_that_ignores_sigterm_is_stopped_at_its_timeout(plynx, saved):
    def limit(data):
        data["nodes"][0]["parameters"] = [
            p for p in data["nodes"][0]["parameters"] if p["name"] != "_timeout"
        ] + [{"name": "_timeout", "parameter_type": "float", "value": 0.01}]

    path = saved(bash("trap '' TERM INT; while true; do sleep 1; done", "Stubborn", "s"), edit=limit)
    status, out, _ = plynx("run", *INLINE, path)
    assert status == 1
    assert "Stubborn" in out
    assert "0.6 s" in out or "timeout" in out.lower() or "longer" in out
