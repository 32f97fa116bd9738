"""The values of a notebook that is opened by hand: no run is going on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import plynx_jupyter.notebook
from plynx_jupyter.notebook import Input, Output, by_hand, inputs, outputs, params, save, show
from plynx_jupyter.notebook.run_values import VARIABLE
from plynx_jupyter.notebook.values import NoSuchValueError


@pytest.fixture
def session(monkeypatch, tmp_path):
    """The variables of a notebook whose folder is the working directory."""
    known = {"__annotations__": {}, "__name__": "__main__"}
    monkeypatch.setattr(by_hand, "variables", lambda: known)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)
    return known


def test_values_are_the_variables_of_the_notebook(session):
    session.update(rate=0.5, data=Path("sample.csv"), parts=["a.csv", Path("b.csv")], report_html="r.html")
    assert params["rate"] == 0.5
    assert inputs["data"] == "sample.csv"
    assert inputs["parts"] == ["a.csv", "b.csv"]
    assert outputs["report.html"] == "r.html"
    assert inputs.get("other") is None
    assert "rate" in params and "nothing" not in params
    session["rate"] = 0.75
    assert params["rate"] == 0.75


def test_what_is_not_set_says_what_to_do(session):
    with pytest.raises(
        NoSuchValueError, match=r"the variable raw_data holds.*Set it before, as in: raw_data = "
    ):
        inputs["raw-data"]
    with pytest.raises(KeyError, match="rate = 1"):
        params["rate"]


def test_outputs_without_a_path_go_to_a_folder_beside_the_notebook(session):
    session["__annotations__"] = {"plot": Output["png"], "parts": Output["csv[]"], "n": int}
    assert outputs["plot"] == "outputs/plot.png"
    assert Path(outputs["parts"]).is_dir()
    assert list(outputs) == ["plot", "parts"]
    assert list(inputs) == []
    with pytest.raises(NoSuchValueError, match="can't be the name"):
        outputs["../elsewhere"]


def test_the_file_of_the_notebook_tells_of_ports_and_defaults(session, monkeypatch, tmp_path):
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "P"},
        "plynx": {"outputs": [{"name": "report.html", "file_type": "html"}]},
    }
    source = "rate = 0.5\ntable = None  # output: csv\nraw = None  # input: csv"
    cell = {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "source": source,
            "outputs": [], "execution_count": None}  # fmt: skip
    path = tmp_path / "n.ipynb"
    book = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert dict(params) == {"rate": 0.5}
    assert list(inputs) == ["raw"]
    assert list(outputs) == ["report.html", "table"]
    assert outputs["table"] == "outputs/table.csv"
    assert outputs["report.html"] == "outputs/report.html"
    path.write_text("{ half saved")
    assert list(outputs) == []


def test_saving_follows_the_declared_type(session):
    session["__annotations__"] = {"scores": Output["json"], "parts": Output["text[]"], "n": Output["int"]}
    session["plain"] = "deep/er/plain.txt"
    assert json.loads(save("scores", {"auc": 0.9}).read_text()) == {"auc": 0.9}
    assert save("n", 3).read_text() == "3"
    assert save("plain", "some text").read_text() == "some text"
    folder = save("parts", (str(n) for n in range(3)))
    assert [item.read_text() for item in sorted(folder.iterdir())] == ["0", "1", "2"]
    save("parts", ["again"])
    assert [item.read_text() for item in folder.iterdir()] == ["again"]
    with pytest.raises(Exception, match=r"The output 'n': A value of type 'int' has to be"):
        save("n", "three")
    with pytest.raises(Exception, match="The output 'parts': It is a list"):
        save("parts", "text")


def test_showing_without_jupyter_prints_the_preview(session, capsys):
    session["data"] = "table.csv"
    session["__annotations__"] = {"data": Input["csv"]}
    show("data")
    assert "There is no file table.csv" in capsys.readouterr().out
    Path("table.csv").write_text("a,b\n1,2\n")
    for what in ("data", Path("table.csv"), "table.csv"):
        show(what)
        assert "1" in capsys.readouterr().out
    show({"x": 1})
    assert capsys.readouterr().out == "{'x': 1}\n"
    assert not Path("outputs").exists()


def test_the_markers_are_annotations_and_nothing_else():
    assert repr(Input["csv"]) == "plynx_jupyter.notebook.port_types.Input['csv']"
    program = (
        'from plynx_jupyter.notebook import *\ndata: Input["csv"] = "x.csv"\nprint(data, inputs["data"])'
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "x.csv x.csv\n"


def test_importing_it_loads_only_the_standard_library():
    program = (
        "import sys; before = set(sys.modules); import plynx_jupyter.notebook; "
        "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['plynx_jupyter']\n"
    assert set(plynx_jupyter.notebook.__all__) >= {"inputs", "outputs", "params", "save", "show"}
