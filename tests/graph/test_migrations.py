"""Documents of older versions, PLynx's own among them."""

import pytest

from plynx_jupyter.errors import NewerDocumentError
from plynx_jupyter.graph.document import from_dict, node_from_dict, to_dict
from plynx_jupyter.graph.migrations.migrate import STEPS, migrate
from plynx_jupyter.model.parameter import Code
from plynx_jupyter.model.port import OutputReference

EARLY = {
    "_id": "5d1b8469705c1865e288a664",
    "title": "Early",
    "graph_running_status": "CREATED",
    "nodes": [
        {
            "_id": "n1",
            "title": "Train",
            "base_node_name": "bash_jinja2",
            "node_running_status": "CREATED",
            "inputs": [
                {
                    "name": "data",
                    "file_types": ["csv"],
                    "min_count": 1,
                    "max_count": 1,
                    "values": [{"node_id": "n0", "output_id": "out", "resource_id": None}],
                },
                {"name": "many", "file_types": ["csv", "tsv"], "min_count": 0, "max_count": -1, "values": []},
            ],
            "parameters": [
                {
                    "name": "cmd",
                    "parameter_type": "code",
                    "value": {"mode": "sh", "value": "ls"},
                    "widget": None,
                },
                {"name": "cacheable", "parameter_type": "bool", "value": True},
                {"name": "timeout", "parameter_type": "int", "value": 3},
                {"name": "rate", "parameter_type": "float", "value": 0.7, "widget": {"alias": "Rate"}},
            ],
            "outputs": [{"name": "model", "file_type": "file", "resource_id": None}],
        }
    ],
}


def test_a_document_of_plynxs_first_releases_is_understood():
    graph = from_dict(EARLY)
    (node,) = graph.nodes
    assert node.kind == "bash_jinja2"
    assert node.inputs[0].file_type == "csv"
    assert node.inputs[0].references == (OutputReference("n0", "out"),)
    assert not node.inputs[0].is_array
    assert node.inputs[1].is_array
    assert node.inputs[1].max_count == -1
    assert node.inputs[1].extra["file_types"] == ["csv", "tsv"]
    assert [parameter.name for parameter in node.parameters] == ["_cmd", "_cacheable", "_timeout", "rate"]
    assert node.value("_cmd") == Code("ls", "sh")
    assert node.parameters[3].widget == "Rate"
    assert graph.extra == {"graph_running_status": "CREATED"}
    assert node.extra == {"node_running_status": "CREATED"}
    assert from_dict(to_dict(graph)) == graph


def test_a_document_of_a_later_plynx_is_understood():
    special = {"_id": "i", "original_node_id": "2419f9500000000000000000", "kind": "dummy"}
    data = {
        "_id": {"$oid": "5d1b8469705c1865e288a664"},
        "kind": "basic-dag-workflow",
        "parameters": [
            {"name": "rate", "parameter_type": "float", "value": 0.5},
            {
                "name": "_nodes",
                "parameter_type": "list_node",
                "value": [
                    {
                        "_id": {"$oid": "n1"},
                        "kind": "basic-dag-operation",
                        "inputs": [
                            {"name": "a", "values": ["resource"], "is_array": True, "input_references": []}
                        ],
                        "outputs": [{"name": "o", "values": ["resource"]}],
                        "parameters": [{"name": "_nodes", "parameter_type": "list_node", "value": [special]}],
                    },
                ],
            },
        ],
    }
    graph = from_dict(data)
    assert graph.id == "5d1b8469705c1865e288a664"
    assert graph.kind == "graph"
    assert [parameter.name for parameter in graph.parameters] == ["rate"]
    (node,) = graph.nodes
    assert (node.id, node.kind) == ("n1", "composite")
    assert node.inputs[0].max_count == -1
    assert node.inputs[0].extra == {"values": ["resource"]}
    assert node.outputs[0].extra == {"resource_ids": ["resource"]}
    assert node.value("_nodes")[0].kind == "composite_input"


def test_an_ordinary_parameter_named_timeout_keeps_its_name():
    node = node_from_dict(
        {
            "_id": "n",
            "kind": "python",
            "parameters": [{"name": "timeout"}, {"name": "cmd", "parameter_type": "code"}],
        }
    )
    assert [parameter.name for parameter in node.parameters] == ["timeout", "_cmd"]


def test_migrating_leaves_what_it_was_given_unchanged():
    before = repr(EARLY)
    migrate(EARLY)
    assert repr(EARLY) == before


def test_a_current_document_comes_back_itself():
    data = {"plynx": 1, "_id": "g"}
    assert migrate(data) is data


def test_there_is_a_step_for_every_older_version():
    assert sorted(STEPS) == list(range(max(STEPS) + 1))
    assert to_dict(from_dict({"_id": "g"}))["plynx"] == max(STEPS) + 1


def test_a_step_is_added_by_its_version():
    def from_version_1(document):
        return {**document, "name": document["title"]}

    steps = {**STEPS, 1: from_version_1}
    assert migrate({"_id": "g", "title": "t"}, steps=steps) == {
        "plynx": 2,
        "_id": "g",
        "title": "t",
        "name": "t",
    }
    assert migrate({"plynx": 1, "title": "t"}, steps=steps)["plynx"] == 2
    with pytest.raises(NewerDocumentError):
        migrate({"plynx": 3}, steps=steps)
