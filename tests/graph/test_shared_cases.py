"""The cases that the editor's TypeScript is held to as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plynx_jupyter.graph.document import dumps, from_dict, loads, to_dict
from plynx_jupyter.graph.grouping import group, ungroup
from plynx_jupyter.graph.type_compatibility import types_connect

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(("output", "input_", "fits"), json.loads((CASES / "types.json").read_text()))
def test_types_connect(output, input_, fits):
    assert types_connect(output, input_) is fits


@pytest.mark.parametrize("path", sorted((CASES / "documents").iterdir()), ids=lambda path: path.name)
def test_documents_are_the_same_after_reading_and_writing_them(path):
    assert dumps(loads(path.read_text())) == path.read_text()


@pytest.mark.parametrize(
    "case", json.loads((CASES / "grouping.json").read_text()), ids=lambda case: case["name"]
)
def test_nodes_are_grouped_and_ungrouped(case):
    graph = from_dict({"plynx": 1, "_id": "g", "title": "G", "kind": "graph", "nodes": case["nodes"]})
    grouped = group(graph, case["group"], "Both", make_id=lambda: "new")
    assert to_dict(grouped)["nodes"] == case["grouped"]
    assert to_dict(ungroup(grouped, "new", make_id=lambda: "other"))["nodes"] == case["ungrouped"]
