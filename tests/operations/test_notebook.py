from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import nbformat
import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice
from plynx_jupyter.operations.notebook import operation_from_notebook

PYTHON3 = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(*sources: str, parameters: int | None = 0, metadata: dict[str, Any] | None = None) -> str:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    if parameters is not None and cells:
        cells[parameters].metadata["tags"] = ["parameters"]
    nb = nbformat.v4.new_notebook(cells=cells, metadata=PYTHON3 if metadata is None else metadata)
    return nbformat.writes(nb)


def params(made: Operation) -> dict[str, tuple[str, Any]]:
    return {p.name: (p.parameter_type, p.value) for p in made.parameters if not p.is_system}


def test_the_parameters_cell_gives_names_types_defaults_and_descriptions() -> None:
    made = operation_from_notebook(
        notebook(
            "%matplotlib inline\n"
            "rate = 0.5  # learning rate\n"
            "n: int = -3\n"
            "ratio: float = 1\n"
            "name = 'a # b'\n"
            "long = '''x\ny'''\n"
            "flag = True\n"
            "layers = [\n    10,\n    20,\n]  # sizes\n"
            "words: list[str] = []\n"
            "kind: Literal['a', 'b'] = 'b'\n"
            "tint: 'color' = '#00FF00'\n"
            "old = 3  # type: float  the old way\n"
            "limit = float('inf')\n"
            "print(rate)\n"
        )
    )
    values = params(made)
    assert math.isinf(values.pop("limit")[1])
    assert values == {
        "rate": ("float", 0.5),
        "n": ("int", -3),
        "ratio": ("float", 1),
        "name": ("str", "a # b"),
        "long": ("text", "x\ny"),
        "flag": ("bool", True),
        "layers": ("list_int", [10, 20]),
        "words": ("list_str", []),
        "kind": ("enum", EnumChoice(("a", "b"), 1)),
        "tint": ("color", "#00FF00"),
        "old": ("float", 3),
    }
    described = {p.name: p.description for p in made.parameters if p.description}
    assert described == {"rate": "learning rate", "layers": "sizes", "old": "the old way"}


def test_annotations_and_comments_name_ports() -> None:
    made = operation_from_notebook(
        notebook(
            "rate = 0.5\ndata = 'x.csv'  # input: csv - the samples\n# output: png\nplot = 'plot.png'",
            "parts: Input['csv[]']\nscores: pj.Output['json'] = 'scores.json'\nx = 1 # inputs: no",
            "# output: csv\n\ny = 2",
        )
    )
    assert [(p.name, p.file_type, p.is_array, p.description) for p in made.inputs] == [
        ("data", "csv", False, "the samples"),
        ("parts", "csv", True, ""),
    ]
    assert [(p.name, p.file_type) for p in made.outputs] == [("plot", "image"), ("scores", "json")]
    assert list(params(made)) == ["rate"]


def test_given_ports_and_parameters_win() -> None:
    made = operation_from_notebook(
        notebook("a = None  # input: csv\nb = {}\nc = 1"),
        inputs=[("a", "tsv")],
        params=[("c", "str", "x")],
        outputs=["b"],
    )
    assert [(p.name, p.file_type) for p in made.inputs] == [("a", "tsv")]
    assert [p.name for p in made.outputs] == ["b"]
    assert params(made) == {"c": ("str", "x")}


def test_the_stored_notebook_has_no_traces_of_execution_and_is_stable() -> None:
    nb = json.loads(notebook("x = 1", "print(x)"))
    ran = json.loads(json.dumps(nb))
    ran["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    ran["cells"][1]["execution_count"] = 7
    ran["cells"][1]["metadata"] = {"execution": {"iopub.status.idle": "now"}}
    codes = []
    for version in (nb, ran):
        made = operation_from_notebook(json.dumps(version))
        [code] = [p.value for p in made.parameters if p.name == "_cmd"]
        assert isinstance(code, Code)
        assert code.mode == "ipynb"
        codes.append(code.value)
    assert codes[0] == codes[1]
    assert codes[0].startswith('{\n "cells"')
    assert json.loads(codes[0])["metadata"]["kernelspec"]["name"] == "python3"


def test_cells_without_ids_get_the_same_ids_every_time() -> None:
    nb = json.loads(notebook("x = 1", "2"))
    nb["nbformat_minor"] = 4
    for cell in nb["cells"]:
        del cell["id"]
    texts = {str(operation_from_notebook(json.dumps(nb)).parameters[1].value) for _ in range(2)}
    assert len(texts) == 1


def test_a_path_gives_the_title_and_names_the_file_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "Compare models.ipynb"
    path.write_text(notebook("x = 1"))
    assert operation_from_notebook(path).title == "Compare models"
    path.write_text("{")
    with pytest.raises(OperationInvalidError, match=r"Compare models\.ipynb: .*not JSON"):
        operation_from_notebook(str(path))
    with pytest.raises(OperationInvalidError, match="can't be read"):
        operation_from_notebook(tmp_path / "missing.ipynb")


def test_a_notebook_without_kernel_is_taken_with_a_warning() -> None:
    made = operation_from_notebook(notebook("x = 1", metadata={}))
    assert made.extra["warnings"] == ["notebook names no kernel; it will run with python3"]
    assert "warnings" not in operation_from_notebook(notebook("x = 1")).extra


def test_other_languages_have_ports_by_comment() -> None:
    r = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    made = operation_from_notebook(
        notebook('rate <- 0.5\ndata <- "x.csv"  # input: csv\nplot = "p" # output: png', metadata=r)
    )
    assert [(p.name, p.file_type) for p in made.inputs] == [("data", "csv")]
    assert [(p.name, p.file_type) for p in made.outputs] == [("plot", "image")]
    assert params(made) == {"rate": ("float", 0.5)}


def test_all_problems_are_told_with_cell_and_line() -> None:
    with pytest.raises(OperationInvalidError) as caught:
        operation_from_notebook(
            notebook(
                "'''text'''",
                "a = 1\na = 2\nb = open('x')\nc = None\nd: complex = 1\ne: int = 'x'\nf = {}",
                "g = 1  # input: csv",
                "g = 1  # output: csv",
                parameters=1,
            )
        )
    message = str(caught.value)
    for part in (
        "cell 2, line 2: the parameter 'a' is assigned twice",
        "cell 2, line 3: the default of parameter 'b' isn't a plain value (open('x'))",
        "cell 2, line 4: parameter 'c' is None without a type",
        "cell 2, line 5: the type of parameter 'd' (complex)",
        "cell 2, line 6: the default of parameter 'e' is wrong",
        "cell 2, line 7: parameter 'f' has the default {}",
        "cell 4, line 1: 'g' is already declared in cell 3, line 1",
    ):
        assert part in message
