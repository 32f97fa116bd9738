"""The WDBC example: the document is what the program builds, and it runs for real on a Dask cluster."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path

import pytest

from plynx_jupyter.client import Client, Graph
from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.model.status import NodeRunStatus

WDBC = Path(__file__).parents[2] / "examples" / "wdbc"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with Client(home=tmp_path_factory.mktemp("wdbc") / "home") as made:
        yield made


def program_graph():
    spec = importlib.util.spec_from_file_location("wdbc", WDBC / "wdbc.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.graph


def test_the_document_is_what_the_program_builds(tmp_path):
    built = program_graph()
    copy = WDBC / ".test-copy.plynx"
    try:
        built.save(copy)
        assert copy.read_text() == (WDBC / "wdbc.plynx").read_text(), (
            "run wdbc.graph.save('wdbc.plynx') again"
        )
    finally:
        copy.unlink(missing_ok=True)


def test_every_code_in_the_document_is_that_of_its_file():
    graph = loads((WDBC / "wdbc.plynx").read_text())
    codes = {node.value("_cmd").value for node in graph.nodes if node.value("_cmd") is not None}
    for name in ("split.py", "train.py", "predict.py", "checksums.sh.j2"):
        assert (WDBC / name).read_text() in codes


def test_it_runs_is_restored_and_repeats_only_what_a_change_affects(client):
    graph = Graph.load(WDBC / "wdbc.plynx", client)
    run = graph.run().wait()
    statuses = {name: result.status for name, result in run.results().items()}
    assert statuses.pop("wdbc") is NodeRunStatus.STATIC
    assert set(statuses.values()) == {NodeRunStatus.SUCCESS}

    outputs = run["compare"].outputs
    scores = list(csv.DictReader(io.StringIO(outputs["scores_csv"].read_bytes().decode())))
    assert len(scores) == 4
    assert all(0.9 < float(row["auc"]) <= 1 for row in scores)
    assert outputs["plot_png"].read_bytes().startswith(b"\x89PNG")
    assert b"MLPRegressor (100 8)" in outputs["report_html"].read_bytes()
    assert run["checksums"].log("stdout").count("sha256") == 2
    assert run["compare"].record.logs["notebook"], "the executed notebook is kept"

    again = graph.run().wait()
    statuses = {name: result.status for name, result in again.results().items() if name != "wdbc"}
    assert set(statuses.values()) == {NodeRunStatus.RESTORED}
    assert again.record.duration_seconds < 2

    graph.set("train-mlp-100-8", "hidden_layer_sizes", "60 8")
    changed = graph.run().wait()
    ran = {name for name, result in changed.results().items() if result.status is NodeRunStatus.SUCCESS}
    assert ran == {"train-mlp-100-8", "predict-mlp-100-8", "compare"}


def test_the_generated_program_builds_the_same_graph_with_operations_declared_once():
    graph = Graph.load(WDBC / "wdbc.plynx")
    code = graph.code()
    names = {"__name__": "generated"}
    exec(compile(code, "generated", "exec"), names)
    (built,) = [value for value in names.values() if isinstance(value, Graph)]
    assert dumps(built.model) == dumps(graph.model)
    assert code.count("import joblib") == 2, "train and predict, each once"
