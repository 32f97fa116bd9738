"""What a notebook without a parameters cell is offered, and the copy that has one."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.operations.notebook import operation_of_notebook
from plynx_jupyter.operations.notebook_tagging import tag_parameters
from plynx_jupyter.operations.suggesting import FIRST_CELLS, suggest_parameters

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
R = {"name": "ir", "display_name": "R"}


def notebook(*sources: str, kernel: dict[str, str] = PYTHON) -> Any:
    cells: list[Any] = [nbformat.v4.new_markdown_cell("# Title")]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"display_name": "K", **kernel}})


def sources(book: Any) -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def tagged(book: Any) -> list[str]:
    return [cell.source for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]


def test_plain_assignments_of_the_first_cells_are_offered() -> None:
    book = notebook(
        "import pandas as pd\n%matplotlib inline\nrate = 0.5  # learning rate\nframe = pd.read_csv('x.csv')",
        "# how many trees\ntrees: int = 100\nnames = ['a', 'b']\n_private = 1\ngröße = 2\ninputs = 3\n"
        "a, b = 1, 2\none = 1; two = 2\nodd: pd.Thing = 3",
    )
    found = [
        (s.name, s.parameter_type, s.value, s.cell, s.line, s.description) for s in suggest_parameters(book)
    ]
    assert found == [
        ("rate", "float", 0.5, 1, 3, "learning rate"),
        ("trees", "int", 100, 2, 2, "how many trees"),
        ("names", "list_str", ["a", "b"], 2, 3, ""),
    ]


def test_what_is_assigned_again_is_not_offered() -> None:
    book = notebook(
        "total = 0\nn = 3\nflag = True\ncount = 1\nx = 'a'",
        "for n in range(3):\n    total += n\ndef f():\n    count = 2\nx = 'b'",
    )
    assert [s.name for s in suggest_parameters(book)] == ["flag", "count"]


def test_names_of_files_are_guessed_to_be_ports() -> None:
    book = notebook(
        "data = 'data/iris.csv'\nplot = 'plot.png'\nlog = 'log.txt'\nmodel = 'https://x.org/a.csv'\nlabel = 'v1.2'",
        "df = pd.read_csv(data)\nfig.savefig(plot)\nwith open(log, mode='w') as f: pass",
    )
    guessed = {s.name: (s.port, s.file_type) for s in suggest_parameters(book)}
    assert guessed == {
        "data": ("input", "csv"),
        "plot": ("output", "png"),
        "log": ("output", "txt"),
        "model": ("", ""),
        "label": ("", ""),
    }
    shown = {s.name: s.to_dict() for s in suggest_parameters(book)}
    assert shown["data"] == {
        "name": "data", "parameter_type": "str", "value": "data/iris.csv", "cell": 1, "line": 1, "last_line": 1,
        "port": "input", "file_type": "csv",
    }  # fmt: skip


def test_only_the_first_cells_count_and_none_beside_a_parameters_cell() -> None:
    book = notebook(*[f"x{n} = {n}" for n in range(FIRST_CELLS + 3)])
    assert [s.name for s in suggest_parameters(book)] == [f"x{n}" for n in range(FIRST_CELLS)]
    book.cells[-1].metadata["tags"] = ["parameters"]
    assert suggest_parameters(book) == []


def test_other_languages_are_offered_too() -> None:
    book = notebook('library(ggplot2)\nrate <- 0.5 # speed\nwords = c("a", "b")\nm <- lm(y ~ x)', kernel=R)
    found = [(s.name, s.parameter_type, s.value, s.description) for s in suggest_parameters(book)]
    assert found == [("rate", "float", 0.5, "speed"), ("words", "list_str", ["a", "b"], "")]
    changed = tag_parameters(book)
    assert sources(changed) == [
        'rate <- 0.5 # speed\nwords = c("a", "b")',
        "library(ggplot2)\nm <- lm(y ~ x)",
    ]
    assert suggest_parameters(notebook("x = 1", kernel={"name": "swipl", "language": "prolog"})) == []


def test_a_cell_of_nothing_else_is_tagged_where_it_stands() -> None:
    book = notebook("import os", "# settings\nrate = 0.5\n\nsizes = [\n    1,\n    2,\n]  # of layers")
    before = nbformat.writes(book)
    changed = tag_parameters(book)
    assert nbformat.writes(book) == before
    assert sources(changed) == sources(book)
    assert tagged(changed) == [sources(book)[1]]


def test_chosen_assignments_move_to_a_cell_of_their_own() -> None:
    book = notebook(
        "import os\n# how fast\n# it learns\nrate = 0.5\nseed = 1\nsizes = [\n    1,\n]\nprint(rate)", "n = 3"
    )
    changed = tag_parameters(book, ["n", "rate", "sizes"])
    assert tagged(changed) == ["# how fast\n# it learns\nrate = 0.5\nsizes = [\n    1,\n]\nn = 3"]
    assert sources(changed)[1:] == ["import os\nseed = 1\nprint(rate)"]
    assert [cell.cell_type for cell in changed.cells] == ["markdown", "code", "code"]
    nbformat.validate(changed)
    made = operation_of_notebook(changed, name="x.ipynb")
    described = {p.name: p.description for p in made.parameters if not p.is_system}
    assert described == {"rate": "how fast it learns", "sizes": "", "n": ""}


def test_what_cannot_be_tagged_is_refused() -> None:
    book = notebook("rate = 0.5\ndf = load()")
    with pytest.raises(
        OperationInvalidError, match=r"'df', 'other' can't become parameters.*What is: rate\."
    ):
        tag_parameters(book, ["df", "rate", "other"])
    with pytest.raises(OperationInvalidError, match="Nothing in the first cells"):
        tag_parameters(notebook("print(1)"))
    with pytest.raises(OperationInvalidError, match="already has a cell"):
        tag_parameters(tag_parameters(book, ["rate"]), ["rate"])
