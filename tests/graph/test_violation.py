from __future__ import annotations

import json

from plynx_jupyter.graph.violation import Target, ValidationCode, Violation, combine
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId

GRAPH = Graph(id=GraphId("g1"), title="G")


def leaf(message: str) -> Violation:
    return Violation(
        target=Target.INPUT, object_id="x", validation_code=ValidationCode.MISSING_INPUT, message=message
    )


def inside(*children: Violation) -> Violation:
    return Violation(
        target=Target.NODE,
        object_id="n",
        validation_code=ValidationCode.IN_DEPENDENTS,
        message="heading",
        children=children,
    )


def test_the_tree_as_json_has_the_documented_fields():
    tree = combine(GRAPH, [inside(leaf("missing"))]).to_dict()
    assert json.loads(json.dumps(tree)) == {
        "target": "GRAPH",
        "object_id": "g1",
        "validation_code": "IN_DEPENDENTS",
        "message": "Graph 'G' (g1) has 1 problem.",
        "children": [
            {
                "target": "NODE",
                "object_id": "n",
                "validation_code": "IN_DEPENDENTS",
                "message": "heading",
                "children": [
                    {
                        "target": "INPUT",
                        "object_id": "x",
                        "validation_code": "MISSING_INPUT",
                        "message": "missing",
                        "children": [],
                    }
                ],
            }
        ],
    }


def test_lines_are_the_problems_without_the_headings_in_order():
    tree = combine(GRAPH, [leaf("one"), inside(leaf("two"), inside(leaf("three")))])
    assert tree.lines() == ["one", "two", "three"]
    assert tree.message == "Graph 'G' (g1) has 3 problems."


def test_a_problem_by_itself_is_one_line():
    assert leaf("alone").lines() == ["alone"]
