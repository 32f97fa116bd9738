"""Notebooks become operations of the catalogue, and stay as they are unless asked otherwise."""

from __future__ import annotations

import json

import nbformat
import pytest

from plynx_jupyter.client import Client, File, Graph
from plynx_jupyter.client import Operation as ClientOperation


@pytest.fixture
def notebook(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import math\nrate = 0.5  # speed\ndata = 'sample.csv'"),
        nbformat.v4.new_code_cell(
            "from plynx_jupyter.notebook import save\nsave('report.txt', open(data).read() * int(rate))",
            outputs=[nbformat.v4.new_output("stream", text="kept\n")],
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "My analysis.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})))
    return path


CHOSEN = ("--input", "data:csv", "--output", "report.txt:text", "--parameter", "rate")


def test_a_notebook_is_added_with_what_was_chosen_and_runs(plynx, home, notebook, tmp_path):
    before = notebook.read_bytes()
    status, out, err = plynx("operations", "add", notebook, *CHOSEN)
    assert (status, err) == (0, "")
    first, *lines = out.splitlines()
    identity, state, title = first.split(maxsplit=2)
    assert (state, title) == ("READY", "My analysis")
    assert lines == [
        "  input      data: csv",
        "  output     report.txt: text",
        "  parameter  rate: float = 0.5  (speed)",
    ]
    assert notebook.read_bytes() == before
    (tmp_path / "real.csv").write_text("x,")
    with Client(home=home, backend="inline") as client:
        operation = ClientOperation(identity, client=client)
        node = operation(data=File(tmp_path / "real.csv", file_type="csv"), rate=3.0)
        run = Graph(nodes=[node], client=client).run().wait(progress=False)
        assert run[node.id].outputs["report.txt"].read_bytes() == b"x,x,x,"
    assert notebook.read_bytes() == before


def test_what_is_chosen_is_kept_in_the_notebook_when_asked_for(plynx, notebook):
    assert plynx("operations", "add", notebook, *CHOSEN, "--keep", "--draft")[0] == 0
    kept = json.loads(notebook.read_text())
    assert kept["metadata"]["plynx"] == {
        "inputs": [{"name": "data", "file_type": "csv"}],
        "outputs": [{"name": "report.txt", "file_type": "text"}],
    }
    assert kept["cells"][0]["source"] == ["rate = 0.5  # speed"]
    assert kept["cells"][0]["metadata"]["tags"] == ["parameters"]
    assert kept["cells"][2]["outputs"][0]["text"] == ["kept\n"]
    status, out, err = plynx("operations", "add", notebook, "--dry-run")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "not stored  CREATED   My analysis"
    assert "report.txt: text" in out and "rate: float = 0.5" in out


def test_a_notebook_that_says_nothing_is_offered_parameters(plynx, notebook):
    status, out, err = plynx("operations", "add", notebook, "--dry-run")
    assert (status, len(out.splitlines())) == (0, 1)
    assert err.splitlines() == [
        "My analysis.ipynb has no cell tagged `parameters`. These variables could be parameters:",
        "  --parameter rate  (cell 1, float)",
        "  --parameter data  (cell 1, str; or --input data:csv)",
    ]


def test_wrong_choices_are_told_all_at_once_and_nothing_is_written(plynx, notebook):
    before = notebook.read_bytes()
    wrong = ("--parameter", "nothing", "--input", ":csv", "--output", "plot:not a type")
    status, out, err = plynx("operations", "add", notebook, *wrong, "--keep")
    assert (status, out) == (2, "")
    assert "it needs a name" in err
    assert "output 'plot' has no file type 'not a type'" in err
    assert "'nothing' can't become parameters" in err
    assert notebook.read_bytes() == before
    notebook.write_text("no notebook")
    status, _, err = plynx("operations", "add", notebook)
    assert status == 2
    assert "My analysis.ipynb: not a notebook: the text is not JSON" in err
