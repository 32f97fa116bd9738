"""Notebooks as people have them: each becomes an operation, or it is said plainly why not; none is changed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.operations.notebook import operation_from_notebook
from plynx_jupyter.operations.notebook_source import read_notebook, text_of_file
from plynx_jupyter.operations.suggesting import suggest_parameters

COLLECTION = Path(__file__).parents[1] / "notebooks"
GOOD: dict[str, tuple[dict[str, str], dict[str, str], dict[str, tuple[str, Any]]]] = {
    "annotated": (
        {"data": "csv"},
        {"plot": "image"},
        {"test_share": ("float", 0.25), "trees": ("int", 100), "kind": ("enum", "gini")},
    ),
    "comments": ({"DATA": "csv"}, {"CLEAN": "parquet"}, {"WINDOW": ("int", 5)}),
    "untagged": ({}, {}, {}),
    "metadata": (
        {"raw-data.csv": "csv", "more": "csv[]"},
        {"report.html": "html"},
        {"colour": ("color", "#00FF00"), "limit": ("int", 10)},
    ),
    "widgets": ({}, {}, {"steps": ("int", 3)}),
    "no_kernelspec": ({}, {}, {"rate": ("float", 0.1)}),
    "half_kernelspec": ({}, {}, {"rate": ("float", 0.1)}),
    "colab": ({}, {}, {}),
    "nbformat3": ({}, {}, {"steps": ("int", 1000), "speed": ("float", 0.5)}),
    "r": (
        {"data": "csv"},
        {"figure": "image"},
        {
            "span": ("float", 0.75),
            "degree": ("int", 2),
            "method": ("str", "loess"),
            "wanted": ("list_str", ["mpg", "wt"]),
            "robust": ("bool", True),
            "already_there": ("str", ""),
        },
    ),
    "julia": (
        {"samples": "csv"},
        {},
        {
            "tolerance": ("float", 1e-6),
            "maximum_steps": ("int", 10_000),
            "verbose": ("bool", False),
            "name": ("str", "costs 5"),
            "levels": ("list_int", [1, 2, 3]),
        },
    ),
    "bash": (
        {"WORDS": "text"},
        {"RESULT": "text"},
        {"MOST": ("int", 10), "LABEL": ("str", "the most frequent"), "LANGUAGES": ("list_str", ["en", "de"])},
    ),
    "scala": (
        {"path": "parquet"},
        {},
        {"threshold": ("float", 0.9), "retries": ("int", 3), "columns": ("list_str", ["id", "score"])},
    ),
    "csharp": (
        {"path": "csv"},
        {},
        {"discount": ("float", 0.2), "most": ("int", 10), "label": ("str", "July"), "on": ("bool", True)},
    ),
    "fsharp": (
        {"path": "csv"},
        {},
        {
            "most": ("int", 10),
            "share": ("float", 0.5),
            "names": ("list_str", ["a", "b"]),
            "on": ("bool", True),
        },
    ),
    "matlab": (
        {"signal": "csv"},
        {},
        {"rate": ("int", 44100), "bands": ("list_int", [1, 2, 3]), "window": ("str", "hann")},
    ),
    "powershell": (
        {"Source": "csv"},
        {},
        {"Most": ("int", 5), "Label": ("str", "it's"), "Strict": ("bool", True)},
    ),
    "prolog": ({}, {}, {}),
}
WARNED = {
    "no_kernelspec": "names no kernel; it will run with python3",
    "nbformat3": "names no kernel; it will run with python3",
    "bash": r"cell 1, line 7: 'TODAY' isn't set to a plain value \(\$\(date\)\), so it is no parameter",
    "scala": r"cell 1, line 5: 'spark' isn't set to a plain value",
    "matlab": r"cell 1, line 5: 'spectrum' isn't set to a plain value",
    "prolog": "no values can be passed to notebooks in prolog; it runs as it is",
}


def ports(found: Any) -> dict[str, str]:
    return {port.name: port.file_type + "[]" * port.is_array for port in found}


def params(made: Operation) -> dict[str, tuple[str, Any]]:
    return {
        p.name: (p.parameter_type, getattr(p.value, "chosen", p.value))
        for p in made.parameters
        if not p.is_system
    }


@pytest.mark.parametrize("name", GOOD)
def test_a_notebook_becomes_an_operation_and_stays_as_it_is(name: str) -> None:
    path = COLLECTION / f"{name}.ipynb"
    before = path.read_bytes()
    made = operation_from_notebook(path)
    assert (ports(made.inputs), ports(made.outputs), params(made)) == GOOD[name]
    warnings: Any = made.extra.get("warnings", [])
    if name in WARNED:
        [warning] = warnings
        assert re.search(WARNED[name], warning)
    else:
        assert warnings == []
    assert path.read_bytes() == before
    [code] = [json.loads(p.value.value) for p in made.parameters if p.name == "_cmd"]  # type: ignore[union-attr]
    assert code["nbformat"] == 4
    assert all(cell.get("outputs", []) == [] for cell in code["cells"])
    assert "widgets" not in code["metadata"]


def test_the_collection_is_whole() -> None:
    wrong = {"wrong", "not_python", "r_without_kernelspec"}
    assert {path.stem for path in COLLECTION.iterdir()} == {*GOOD, *wrong}


def test_comments_and_metadata_are_the_help() -> None:
    described = {}
    for name in ("annotated", "comments", "r", "metadata"):
        made = operation_from_notebook(COLLECTION / f"{name}.ipynb")
        items = (*made.inputs, *made.outputs, *made.parameters)
        described |= {item.name: item.description for item in items if item.description}
    assert described == {
        "data": "the cars",  # of the last of the two
        "test_share": "share of the rows to test with",
        "trees": "how many trees to grow",
        "DATA": "as the logger writes it",
        "WINDOW": "minutes",
        "span": "of the smoother",
        "raw-data.csv": "as delivered",
    }
    made = operation_from_notebook(COLLECTION / "metadata.ipynb")
    assert (made.title, made.description) == ("Report", "Writes a page.")


def test_suggestions_come_from_notebooks_of_every_front_end() -> None:
    found = {}
    for name in ("untagged", "colab"):
        for one in suggest_parameters(read_notebook(text_of_file(COLLECTION / f"{name}.ipynb"))):
            found[one.name] = (one.value, one.port, one.description)
    assert found == {
        "source": ("logs/access.csv", "input", ""),
        "report": ("report.html", "output", ""),
        "n_clusters": (8, "", ""),
        "seed": (42, "", "so that it is the same every time"),
        "epochs": (10, "", ""),
        "optimizer": ("adam", "", ""),
    }


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "wrong",
            [
                "metadata plynx, inputs, number 3: it needs a name, of printable characters, not None",
                "metadata plynx, outputs: it has to be a list, not text",
                "metadata plynx, title: it has to be text, not a number",
                "cell 2, line 1: 'data' has no file type 'two words'",
                "cell 3, line 1: 'plot' is already declared in cell 2, line 2",
                "cells 1, 3 are all tagged 'parameters'; only one may be",
                "cell 1, line 2: the parameter 'rate' is assigned twice",
                "cell 1, line 3: no value can be passed to 'größe': rename it",
                "cell 1, line 4: 'inputs' is the name of what every notebook gets",
                "cell 1, line 5: the default of parameter 'table' isn't a plain value (pd.read_csv('a.csv'))",
                "cell 1, line 6: parameter 'nothing' is None without a type",
                "cell 1, line 7: the type of parameter 'wide' (complex) is no parameter type",
                "cell 1, line 8: the default of parameter 'count' is wrong",
                "input or parameter 'a.csv' and 'a-csv' are both spelled a_csv in programs",
            ],
        ),
        ("not_python", ["cell 1, line 2: the parameters cell isn't Python that can be read"]),
        ("r_without_kernelspec", ["it is written in r, but names no kernel: choose one in Jupyter"]),
    ],
)
def test_all_that_is_wrong_is_told_at_once(name: str, parts: list[str]) -> None:
    with pytest.raises(OperationInvalidError) as caught:
        operation_from_notebook(COLLECTION / f"{name}.ipynb")
    told = caught.value.data["problems"]
    assert len(told) == len(parts)
    assert all(any(part in problem for problem in told) for part in parts), told
    assert str(caught.value).startswith(f"{name}.ipynb can't become an operation:\n- ")


CELL = {
    "cell_type": "code",
    "metadata": {},
    "outputs": [],
    "execution_count": None,
    "source": "x = 1",
    "id": "a",
}


def book(**changes: Any) -> str:
    return json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes})


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "can't be read"),
        (b"version https://git-lfs.github.com/spec/v1\n", "not JSON"),
        (b'{\n<<<<<<< HEAD\n "cells": []\n}', "conflict of a merge"),
        (b"[1, 2]", "no nbformat number"),
        (b'{"cells": []}', "no nbformat number"),
        (b"[" * 100_000, "nested too deeply"),
        (book(nbformat=5).encode(), "nbformat 5 is too new"),
        (book(cells=None).encode(), "not a valid notebook"),
        (book(cells=[1]).encode(), "not a valid notebook"),
        (book(cells=[CELL, {**CELL, "id": "b", "source": 3}]).encode(), "cell 2 of all: 3 is not valid"),
        (book(cells=[{**CELL, "metadata": {"tags": "parameters"}}]).encode(), "cell 1 of all: 'parameters'"),
        (book(metadata={"kernelspec": 3}).encode(), "not a valid notebook"),
        (book(metadata=[]).encode(), "not a valid notebook"),
        (json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": 3}).encode(), "not a valid notebook"),
        (json.dumps({"nbformat": 1, "cells": [{}]}).encode(), "not a valid notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_name(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "odd one.ipynb"
    path.write_bytes(content)
    with pytest.raises(OperationInvalidError) as caught:
        operation_from_notebook(path)
    assert part in str(caught.value)
    assert "odd one.ipynb" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_language_without_parameters_has_no_ports() -> None:
    metadata = {"kernelspec": {"name": "jswipl"}, "language_info": {"name": "prolog"}}
    declared = {**metadata, "plynx": {"outputs": [{"name": "out"}]}}
    assert operation_from_notebook(book(metadata=metadata)).outputs == ()
    with pytest.raises(OperationInvalidError, match=r"no values can be passed to notebooks in prolog.*'out'"):
        operation_from_notebook(book(metadata=declared))


@pytest.mark.parametrize(
    "text",
    [
        book(metadata={"kernelspec": None}),
        book(metadata={"kernelspec": {}, "language_info": {}}),
        book(cells=[{**CELL, "outputs": [{"output_type": "new kind"}, 3]}]),
        book(cells=[CELL, CELL], nbformat_minor=12),
        book(cells=[{**CELL, "source": "x = '\ud800'"}]),
        "\ufeff" + book(),
    ],
)
def test_what_is_only_odd_is_taken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.ipynb"
    for encoding in ("utf-8", "utf-16-le"):
        path.write_bytes(text.encode(encoding, "surrogatepass"))
        made = operation_from_notebook(path)
        [code] = [p.value for p in made.parameters if p.name == "_cmd"]
        code.value.encode("utf-8")  # type: ignore[union-attr]


def test_very_large_outputs_are_left_behind(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (1 << 20)}}
    many = {"output_type": "stream", "name": "stdout", "text": ["0123456789\n"] * 200_000}
    path = tmp_path / "large.ipynb"
    path.write_text(book(cells=[{**CELL, "outputs": [picture] * 20 + [many]}]))
    assert path.stat().st_size > 20 << 20
    made = operation_from_notebook(path)
    [code] = [p.value for p in made.parameters if p.name == "_cmd"]
    assert len(code.value) < 1000  # type: ignore[union-attr]
