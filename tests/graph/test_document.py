"""The `.plynx` document: what goes in comes out, and what is wrong is said with its place."""

import json
import math
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plynx_jupyter.errors import DocumentError, NewerDocumentError
from plynx_jupyter.graph.document import (
    dumps,
    from_dict,
    loads,
    node_from_dict,
    node_to_dict,
    operation_from_dict,
    operation_to_dict,
    parameter_from_dict,
    parameter_to_dict,
    to_dict,
)
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.status import OperationStatus

words = st.text(max_size=8)
texts = st.one_of(words, st.text(alphabet="ab\n\"'\\\r", max_size=12))
floats = st.floats(allow_nan=False)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), floats, texts)
keys = st.one_of(words, st.sampled_from(["$float", "$json", "$code", "$enum", "$nodes", "value", "mode"]))
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=2)),
    max_leaves=5,
)
extras = st.dictionaries(words.map("extra_".__add__), json_values, max_size=2)
times = st.none() | st.datetimes(timezones=st.just(timezone.utc))
codes = st.builds(Code, texts, words)
choices = st.builds(EnumChoice, st.lists(words, max_size=3).map(tuple), st.integers())
resources = st.builds(
    Resource, words, words, st.integers(0, 99), st.booleans(), st.one_of(st.none(), json_values)
)
references = st.builds(OutputReference, words, words)
inputs = st.builds(
    Input,
    name=words,
    file_type=st.sampled_from(["file", "csv", "?"]),
    is_array=st.booleans(),
    min_count=st.integers(-1, 3),
    max_count=st.integers(-1, 3),
    primitive_override=json_values,
    references=st.lists(references, max_size=2).map(tuple),
    description=texts,
    extra=extras,
)
outputs = st.builds(
    Output,
    name=words,
    file_type=st.sampled_from(["file", "csv", "?"]),
    is_array=st.booleans(),
    min_count=st.integers(-1, 3),
    values=st.lists(resources, max_size=1).map(tuple),
    description=texts,
    extra=extras,
)


def parameters(nodes):
    return st.builds(
        Parameter,
        name=words,
        parameter_type=st.sampled_from(
            ["str", "text", "code", "enum", "list_node", "list_str", "float", "?"]
        ),
        value=st.one_of(json_values, codes, choices, st.lists(nodes, min_size=1, max_size=2).map(tuple)),
        widget=st.none() | words,
        mutable_type=st.booleans(),
        removable=st.booleans(),
        publicable=st.booleans(),
        reference=st.none() | words,
        description=texts,
        extra=extras,
    )


def nodes_with(inner):
    return st.builds(
        Node,
        id=words,
        title=texts,
        kind=words,
        inputs=st.lists(inputs, max_size=2).map(tuple),
        outputs=st.lists(outputs, max_size=1).map(tuple),
        parameters=st.lists(parameters(inner), max_size=2).map(tuple),
        description=texts,
        code_function_location=st.none() | words,
        original_node_id=st.none() | words,
        node_status=st.sampled_from(OperationStatus),
        auto_run=st.booleans(),
        auto_run_enabled=st.booleans(),
        source=st.none() | st.dictionaries(keys, json_values, max_size=2),
        x=st.none() | floats,
        y=st.none() | floats,
        extra=extras,
    )


plain_nodes = st.builds(Node, id=words, title=words, kind=words)
nodes = nodes_with(plain_nodes)
graphs = st.builds(
    Graph,
    id=words,
    title=texts,
    description=texts,
    kind=words,
    nodes=st.lists(nodes, max_size=2).map(tuple),
    parameters=st.lists(parameters(plain_nodes), max_size=1).map(tuple),
    author=words,
    insertion_date=times,
    update_date=times,
    extra=extras,
)
thorough = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@thorough
@given(graphs)
def test_a_graph_survives_the_way_through_text(graph):
    text = dumps(graph)
    assert loads(text) == graph
    assert dumps(loads(text)) == text
    json.loads(text, parse_constant=pytest.fail)


@thorough
@given(nodes)
def test_a_node_survives_as_a_json_value(node):
    assert node_from_dict(json.loads(json.dumps(node_to_dict(node)))) == node


def test_a_composite_nests_its_nodes():
    inner = Node(id="i", title="Inner", kind="python", parameters=(Parameter(name="_cmd", parameter_type="code",
                 value=Code("a\nb\n")),))  # fmt: skip
    composite = Node(
        id="c",
        title="Outer",
        kind="composite",
        parameters=(
            Parameter(name="_nodes", parameter_type="list_node", value=(inner, replace(inner, id="j"))),
            Parameter(name="empty", parameter_type="list_node", value=()),
        ),
    )
    graph = Graph(id="g", nodes=(composite,))
    assert loads(dumps(graph)) == graph
    written = to_dict(graph)["nodes"][0]["parameters"][0]["value"]
    assert [node["_id"] for node in written] == ["i", "j"]


def test_an_operation_survives_with_its_dates():
    at = datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=timezone.utc)
    operation = Operation(
        id="o",
        title="Op",
        kind="python",
        inputs=(Input(name="a"),),
        node_status=OperationStatus.READY,
        parent_node_id="p",
        successor_node_id="s",
        author="me",
        insertion_date=at,
        update_date=at,
        extra={"starred": True},
    )
    assert operation_from_dict(operation_to_dict(operation)) == operation


def test_what_equals_its_default_is_left_out():
    node = Node(id="n", title="N", kind="python", inputs=(Input(name="a"),), outputs=(Output(name="b"),))
    assert node_to_dict(node) == {
        "_id": "n",
        "title": "N",
        "kind": "python",
        "inputs": [{"name": "a"}],
        "outputs": [{"name": "b"}],
    }


def test_code_is_written_as_lines_and_read_as_lines_or_text():
    parameter = Parameter(name="_cmd", parameter_type="code", value=Code("a\n\nb", "bash"))
    data = parameter_to_dict(parameter)
    assert data["value"] == {"mode": "bash", "value": ["a\n", "\n", "b"]}
    assert parameter_from_dict(data) == parameter
    assert parameter_from_dict({**data, "value": {"mode": "bash", "value": "a\n\nb"}}) == parameter


def test_an_array_takes_any_number_unless_its_maximum_is_written():
    node = node_from_dict({"_id": "n", "kind": "k", "inputs": [{"name": "a", "is_array": True}]})
    assert node.inputs[0].max_count == -1


def test_floats_that_json_lacks_are_tagged():
    value = [math.inf, -math.inf, {"a": math.nan}]
    data = parameter_to_dict(Parameter(name="p", parameter_type="?", value=value))
    assert data["value"] == [{"$float": "inf"}, {"$float": "-inf"}, {"a": {"$float": "nan"}}]
    read = parameter_from_dict(data).value
    assert read[:2] == value[:2]
    assert math.isnan(read[2]["a"])


@pytest.mark.parametrize(
    "value",
    [
        12,
        "text",
        [1],
        {"mode": 3},
        {"values": "a"},
        {"mode": "m", "value": "x", "z": 1},
        [["a"]],
        {"$float": "x"},
    ],
)
@pytest.mark.parametrize("kind", ["code", "enum", "list_node", "unheard_of"])
def test_a_value_of_the_wrong_shape_is_kept(value, kind):
    parameter = parameter_from_dict({"name": "p", "parameter_type": kind, "value": value})
    assert parameter.value == value
    assert parameter_from_dict(parameter_to_dict(parameter)) == parameter


def test_unknown_fields_come_back_at_every_level():
    data = {
        "plynx": 1,
        "_id": "g",
        "title": "",
        "kind": "graph",
        "parameters": [{"name": "p", "parameter_type": "str", "value": "v", "new": 1}],
        "nodes": [
            {
                "_id": "n",
                "title": "",
                "kind": "unheard_of",
                "inputs": [{"name": "i", "file_type": "strange", "new": [None]}],
                "outputs": [{"name": "o", "new": {}}],
                "new": "x",
            }
        ],
        "new": {"deep": [1.5]},
    }
    assert to_dict(from_dict(data)) == data


def test_duplicate_node_ids_are_left_to_validation():
    node = {"_id": "n", "kind": "python"}
    assert len(from_dict({"plynx": 1, "_id": "g", "nodes": [node, node]}).nodes) == 2


def test_unicode_is_readable_and_a_lone_surrogate_can_be_stored():
    graph = Graph(id="g", title="Größe 📈 \ud83d")
    text = dumps(graph)
    assert "Größe 📈" in text
    assert loads(text.encode("utf-8").decode("utf-8")) == graph


def test_text_is_indented_as_the_standard_library_does():
    graph = Graph(
        id="g", nodes=(Node(id="n", title="é", kind="k", x=1.0, extra={"a": [], "b": {}, "c": [[1]]}),)
    )
    assert dumps(graph) == json.dumps(to_dict(graph), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("text", "said", "line", "column"),
    [
        ('{"plynx": 1,\n "_id": "g"', "truncated", 2, 12),
        ("", "truncated", 1, 1),
        ('{"a": 1}\n}', "Extra data", 2, 1),
        ('{"a": "{\\"a",\n "b": {"k": 1, "k": 2}}', '"k" twice', 2, 16),
        ('{"a": "NaN",\n "b": NaN}', '{"$float": "nan"}', 2, 7),
        ('{"b": -Infinity}', '{"$float": "-inf"}', 1, 7),
    ],
)
def test_text_that_is_not_json_is_refused_with_its_place(text, said, line, column):
    with pytest.raises(DocumentError) as caught:
        loads(text, path="x.plynx")
    assert said in str(caught.value)
    assert str(caught.value).startswith("x.plynx, line ")
    assert caught.value.data == {"path": "x.plynx", "line": line, "column": column}


def test_every_truncation_of_a_document_is_refused():
    text = dumps(Graph(id="g", nodes=(Node(id="n", title="N", kind="k", inputs=(Input(name="i"),)),)))
    for end in range(len(text) - 2):
        with pytest.raises(DocumentError):
            loads(text[:end])


@pytest.mark.parametrize("text", ["[]", "null", '"text"', "3"])
def test_a_document_must_be_an_object(text):
    with pytest.raises(DocumentError, match="must be an object"):
        loads(text)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(opening):
    with pytest.raises(DocumentError):
        loads(opening * 200_000)


def test_deeply_nested_composites_are_refused():
    data = {"_id": "n", "title": "", "kind": "composite"}
    for _ in range(400):
        value = [data]
        data = {
            "_id": "n",
            "kind": "composite",
            "parameters": [{"name": "_nodes", "parameter_type": "list_node", "value": value}],
        }
    with pytest.raises(DocumentError, match="too deeply"):
        from_dict({"plynx": 1, "_id": "g", "nodes": [data]})


def test_an_integer_beyond_pythons_limit_is_refused():
    with pytest.raises(DocumentError, match="limit"):
        loads('{"plynx": 1, "_id": "g", "a": ' + "9" * 5000 + "}")


def test_a_newer_document_says_what_to_do():
    with pytest.raises(NewerDocumentError, match=r"format 7.*up to 1.*pip install --upgrade"):
        loads('{"plynx": 7, "_id": "g"}', path="x.plynx")


@pytest.mark.parametrize("version", ["1", True, -1, 1.0, None])
def test_a_version_that_is_no_whole_number_is_refused(version):
    with pytest.raises(DocumentError, match="whole number"):
        from_dict({"plynx": version, "_id": "g"})


def test_all_structural_problems_are_said_at_once():
    good = {"_id": "a", "kind": "python"}
    data = {
        "plynx": 1,
        "title": 3,
        "nodes": [
            good,
            "node",
            {"kind": "python", "inputs": [{"name": 7}], "outputs": {}, "x": "left", "node_status": "GONE"},
            {**good, "inputs": [{"name": "i", "input_references": [["a", "b"], {"node_id": "a"}]}]},
            {**good, "parameters": [{"value": 1}], "outputs": [{"name": "o", "values": ["id"]}]},
            {**good, "parameters": [{"name": "_nodes", "parameter_type": "list_node", "value": [{}]}]},
        ],
        "update_date": "yesterday",
    }
    with pytest.raises(DocumentError) as caught:
        loads(json.dumps(data), path="x.plynx")
    places = sorted(problem.split(" ")[0] for problem in caught.value.data["problems"])
    assert places == [
        "_id",
        "nodes[1]",
        "nodes[2]._id",
        "nodes[2].inputs[0].name",
        "nodes[2].node_status",
        "nodes[2].outputs",
        "nodes[2].x",
        "nodes[3].inputs[0].input_references[0]",
        "nodes[3].inputs[0].input_references[1]",
        "nodes[4].outputs[0].values[0]",
        "nodes[4].parameters[0].name",
        "nodes[5].parameters[0].value[0]._id",
        "nodes[5].parameters[0].value[0].kind",
        "title",
        "update_date",
    ]
    assert all(place in str(caught.value) for place in places)


def test_the_example_of_the_documentation_loads():
    page = Path(__file__).parents[2] / "docs" / "document-format.md"
    text = page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    graph = loads(text)
    assert [node.kind for node in graph.nodes] == ["file", "python"]
    assert dumps(graph) == text


def test_thousands_of_nodes_take_a_small_multiple_of_parsing_their_text():
    node = Node(
        id="n",
        title="Node",
        kind="python",
        inputs=(
            Input(name="a", references=(OutputReference("m", "out"),)),
            Input(name="b", file_type="csv", references=(OutputReference("m", "out"),)),
        ),
        outputs=(Output(name="out", file_type="csv"),),
        parameters=(
            Parameter(name="_cmd", parameter_type="code", value=Code("import os\nprint(1)\n")),
            Parameter(name="n", parameter_type="int", value=1),
            Parameter(name="rate", parameter_type="float", value=0.5),
        ),
    )
    graph = Graph(id="g", nodes=tuple(replace(node, id=f"{i:024x}") for i in range(3_000)))
    text = dumps(graph)
    parsing = min(_seconds(json.loads, text) for _ in range(3))
    assert min(_seconds(loads, text) for _ in range(3)) < 12 * parsing
    assert min(_seconds(dumps, graph) for _ in range(3)) < 12 * parsing


def _seconds(function, argument):
    # processor time: other work on the machine doesn't count
    before = time.process_time()
    function(argument)
    return time.process_time() - before
