"""What docs/notebooks.md shows works: its cells are a notebook, its commands and its program are run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from plynx_jupyter.operations.notebook import operation_from_notebook

PAGE = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text()
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def arguments(command: str) -> list[str]:
    program, subcommand, *rest = shlex.split(command)
    assert (program, subcommand) == ("jupyter", "plynx")
    return rest


PARAMETERS, READ, DRAW, UNTAGGED, PROGRAM = blocks("python")
ADD, ADD_CHOSEN = blocks("sh")


def write(path: Path, *cells: str, tagged: bool = True, metadata: dict[str, Any] = PYTHON) -> None:
    made = [nbformat.v4.new_code_cell(cell.rstrip("\n")) for cell in cells]
    if tagged:
        made[0].metadata["tags"] = ["parameters"]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=made, metadata=metadata)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [metadata] = map(json.loads, blocks("json"))
    write(
        tmp_path / "Plot the readings.ipynb", PARAMETERS, READ, DRAW,
        metadata={**PYTHON, **metadata},
    )  # fmt: skip
    rows = "".join(f"{day},{day * 0.5}\n" for day in range(20))
    (tmp_path / "readings.csv").write_text(f"day,value\n{rows}")
    return tmp_path


def test_the_notebook_of_the_page_is_added(plynx, folder):
    before = Path("Plot the readings.ipynb").read_bytes()
    status, out, err = plynx(*arguments(ADD))
    assert (status, err) == (0, "")
    assert out.splitlines()[1:] == [
        "  input      readings: csv  (a row a day)",
        "  output     summary.json: json  (how many there were)",
        "  output     chart: image",
        "  parameter  window: int = 7  (days that are averaged)",
        "  parameter  title: str = 'Readings'",
    ]
    assert Path("Plot the readings.ipynb").read_bytes() == before


def test_the_program_of_the_page_runs_the_notebook(folder, home):
    before = Path("Plot the readings.ipynb").read_bytes()
    environment = {**os.environ, "PLYNX_HOME": str(home), "PLYNX_BACKEND": "inline"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path("result.png").read_bytes().startswith(b"\x89PNG")
    assert not Path("chart.png").exists()
    assert Path("Plot the readings.ipynb").read_bytes() == before


def test_the_notebook_of_the_page_works_by_hand(folder):
    environment = {**os.environ, "MPLBACKEND": "agg"}
    program = "\n".join([PARAMETERS, READ, DRAW])
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path("chart.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(Path("outputs/summary.json").read_text()) == {"days": 20, "window": 7}


def test_comments_declare_the_same_in_another_language(tmp_path):
    [cell] = blocks("r")
    path = tmp_path / "r.ipynb"
    write(path, cell, metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}})
    made = operation_from_notebook(path)
    assert [(p.name, p.file_type, p.description) for p in made.inputs] == [("readings", "csv", "a row a day")]
    assert [(p.name, p.file_type) for p in made.outputs] == [("chart", "image")]
    assert next((p.name, p.value, p.description) for p in made.parameters) == (
        "window", 7, "days that are averaged"
    )  # fmt: skip


def test_what_is_chosen_for_a_notebook_without_parameters_is_kept(plynx, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(Path("explore.ipynb"), UNTAGGED, "print(threshold)", tagged=False)
    status, out, err = plynx(*arguments(ADD_CHOSEN))
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 4
    kept = nbformat.read("explore.ipynb", as_version=4)
    assert kept.cells[0].source == "threshold = 0.5"
    assert kept.cells[0].metadata.tags == ["parameters"]
    again = plynx("operations", "add", "explore.ipynb", "--dry-run")[1]
    assert again.splitlines()[1:] == out.splitlines()[1:]
