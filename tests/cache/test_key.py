from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plynx_jupyter.cache.fingerprint import CodeFingerprints, fingerprint_code
from plynx_jupyter.cache.key import EXPLANATION, cache_key, key_components, operation_digest
from plynx_jupyter.cache.policy import environment_components
from plynx_jupyter.errors import NotCanonicalError
from plynx_jupyter.model.ids import CacheKey, Digest, NodeId, OperationId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.resource import Resource

ENVIRONMENT = environment_components("python")


def resource(content: str, file_type: str = "csv") -> Resource:
    return Resource(file_type, Digest(content * 64), 10)


def parameter(name: str, value: Any, parameter_type: str = "str") -> Parameter:
    return Parameter(name=name, parameter_type=parameter_type, value=value)


NODE = Node(
    id=NodeId("one"),
    title="Train",
    kind="python",
    inputs=(
        Input(name="data", file_type="csv"),
        Input(name="more", file_type="csv", is_array=True, min_count=0, max_count=-1),
    ),
    outputs=(Output(name="model", file_type="json"),),
    parameters=(
        parameter("_cmd", Code("x = 1"), "code"),
        parameter("_cacheable", True, "bool"),
        parameter("_timeout", 600, "int"),
        parameter("layers", "100 8"),
        parameter("rate", 0.5, "float"),
    ),
)
INPUTS: Mapping[str, Sequence[Resource]] = {"data": [resource("a")], "more": [resource("b"), resource("c")]}


def key_of(
    node: Node = NODE,
    inputs: Mapping[str, Sequence[Resource]] = INPUTS,
    environment: Mapping[str, Any] = ENVIRONMENT,
) -> CacheKey:
    code = CodeFingerprints().of_node(node)
    return cache_key(key_components(node=node, inputs=inputs, code=code, environment=environment))


def with_value(name: str, value: Any, parameter_type: str | None = None) -> Node:
    """NODE with a parameter set, or added when there is none of that name."""
    old = NODE.parameter(name) or parameter(name, None)
    new = replace(old, value=value, parameter_type=parameter_type or old.parameter_type)
    others = tuple(item for item in NODE.parameters if item.name != name)
    return replace(NODE, parameters=(*others, new))


@pytest.mark.parametrize(
    "same",
    [
        replace(NODE, title="Another title"),
        replace(NODE, description="Described", x=10.0, y=-3.5, extra={"colour": "red"}),
        replace(NODE, id=NodeId("outer/two"), original_node_id=OperationId("5" * 24)),
        replace(NODE, auto_run=False, source={"path": "train.py"}),
        replace(NODE, kind="basic-python-node-operation"),
        replace(NODE, parameters=NODE.parameters[::-1], inputs=NODE.inputs[::-1]),
        replace(
            NODE,
            inputs=(
                replace(NODE.inputs[0], references=(OutputReference(NodeId("z"), "out"),), description="d"),
                NODE.inputs[1],
            ),
        ),
        with_value("_timeout", 1.5, "float"),
        with_value("_retries", 3, "int"),
        with_value("_cpu", 4.0, "float"),
        with_value("_memory", "2 GiB"),
        with_value("_gpu", 1, "int"),
        with_value("_cmd", Code("# one\nx = 1\n")),
    ],
)
def test_what_does_not_shape_the_result_keeps_the_key(same: Node) -> None:
    assert key_of(same) == key_of()


@pytest.mark.parametrize(
    "other",
    [
        with_value("_cmd", Code("x = 2")),
        with_value("layers", "100 9"),
        with_value("layers", 100),
        with_value("layers", None),
        with_value("layers", ["100 8"], "list_str"),
        with_value("rate", 1, "float"),
        with_value("rate", 1.0, "float"),
        with_value("rate", True, "float"),
        with_value("rate", "1", "float"),
        with_value("rate", 0.0, "float"),
        with_value("rate", -0.0, "float"),
        with_value("rate", math.nan, "float"),
        with_value("rate", math.inf, "float"),
        with_value("rate", -math.inf, "float"),
        with_value("rate", "nan", "float"),
        with_value("rate", {"$float": "nan"}, "float"),
        with_value("rate", [math.nan, {"$float": "nan"}], "float"),
        with_value("rate", [{"$float": "nan"}, math.nan], "float"),
        with_value("rate", {"$$float": "nan"}, "float"),
        with_value("seed", 1, "int"),
        with_value("_image", "debian"),
        replace(NODE, parameters=NODE.parameters[:-1]),
        replace(NODE, kind="function"),
        replace(NODE, outputs=(*NODE.outputs, Output(name="scores", file_type="csv"))),
        replace(NODE, outputs=(Output(name="model", file_type="text"),)),
        replace(NODE, outputs=(Output(name="model", file_type="json", is_array=True),)),
        replace(NODE, inputs=(Input(name="data", file_type="csv", is_array=True), NODE.inputs[1])),
        replace(NODE, inputs=(Input(name="data", file_type="text"), NODE.inputs[1])),
        replace(NODE, inputs=NODE.inputs[:1]),
    ],
)
def test_what_shapes_the_result_changes_the_key(other: Node) -> None:
    assert key_of(other) != key_of()


def test_all_keys_of_different_parameters_differ() -> None:
    values: list[Any] = [1, 1.0, True, "1", [1], [[1]], {"a": 1}, None, math.nan, "nan", ["nan"], 0.0, -0.0]
    values += [math.inf, -math.inf, {"$float": "nan"}, {"$$float": "nan"}, [math.nan], [1, 2], [2, 1]]
    assert len({key_of(with_value("rate", value)) for value in values}) == len(values)


@pytest.mark.parametrize(
    "inputs",
    [
        {"data": [resource("x")], "more": [resource("b"), resource("c")]},
        {"data": [resource("a")], "more": [resource("c"), resource("b")]},
        {"data": [resource("a")], "more": [resource("b")]},
        {"data": [resource("a")], "more": []},
        {"data": [resource("a")], "more": [resource("b"), resource("c"), resource("c")]},
        {"data": [resource("a", "text")], "more": [resource("b"), resource("c")]},
        {"data": [resource("b")], "more": [resource("a"), resource("c")]},
    ],
)
def test_contents_and_order_of_inputs_count(inputs: Mapping[str, Sequence[Resource]]) -> None:
    assert key_of(inputs=inputs) != key_of()


def test_equal_contents_count_as_equal_wherever_they_come_from() -> None:
    inline = replace(resource("a"), inline=True, value=1)
    assert key_of(inputs={**INPUTS, "data": [inline]}) == key_of()


def test_a_value_written_into_an_unconnected_port_counts() -> None:
    nodes = [
        replace(NODE, inputs=(Input(name="data", file_type="int", primitive_override=value),))
        for value in (None, 0, 1, 1.0, "1", True)
    ]
    assert len({key_of(node, {}) for node in nodes}) == len(nodes)


def test_an_enum_counts_by_its_choice() -> None:
    fewer, more = EnumChoice(("a", "b"), 1), EnumChoice(("c", "d", "b"), 2)
    assert key_of(with_value("mode", fewer, "enum")) == key_of(with_value("mode", more, "enum"))
    assert key_of(with_value("mode", fewer, "enum")) != key_of(
        with_value("mode", EnumChoice(("a", "b")), "enum")
    )


def test_an_enum_without_a_choice_is_refused() -> None:
    with pytest.raises(NotCanonicalError, match=r"parameters\.mode"):
        key_of(with_value("mode", EnumChoice(("a",), 3), "enum"))


def test_code_in_a_parameter_counts_letter_by_letter() -> None:
    values = [Code("x"), Code("x "), Code("x", "sql")]
    assert len({key_of(with_value("query", value, "code")) for value in values}) == len(values)


def test_the_environment_counts() -> None:
    environments = [
        environment_components("none"),
        environment_components("python"),
        environment_components("python", interpreter="cpython 3.9"),
        environment_components("declared", ["cloudpickle"]),
        environment_components("declared", ["no-such-thing"]),
    ]
    assert len({key_of(environment=environment) for environment in environments}) == len(environments)


def test_a_value_that_is_no_json_is_named_by_its_parameter() -> None:
    with pytest.raises(NotCanonicalError) as caught:
        key_of(with_value("rate", {"x": [0, {1, 2}]}))
    assert caught.value.data["path"] == "key.parameters.rate[1].x[1]"
    with pytest.raises(NotCanonicalError, match=r"parameters\.inner\[1\]\[0\] is of type Node"):
        key_of(with_value("inner", (NODE,), "list_node"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_stored_components_give_the_same_key(value: Any) -> None:
    code = fingerprint_code("python", Code("x = 1"))
    node = with_value("rate", value)
    components = key_components(node=node, inputs=INPUTS, code=code, environment=ENVIRONMENT)
    stored = json.loads(json.dumps(components, allow_nan=False))
    assert cache_key(stored) == cache_key(components)


def test_the_explanation_does_not_count() -> None:
    code = fingerprint_code("python", Code("x = 1"))
    components = key_components(node=NODE, inputs=INPUTS, code=code, environment=ENVIRONMENT)
    assert components[EXPLANATION] == {"parts": dict(code.parts), "text": "x = 1"}
    assert cache_key({**components, EXPLANATION: None}) == cache_key(components)


def test_an_operation_is_the_same_after_edits() -> None:
    edited = replace(with_value("_cmd", Code("y = 3")), title="Other", id=NodeId("two"), x=3.0)
    assert operation_digest(edited) == operation_digest(NODE)
    in_catalogue = replace(NODE, original_node_id=OperationId("5" * 24))
    assert operation_digest(replace(in_catalogue, outputs=())) == operation_digest(in_catalogue)
    located = replace(NODE, kind="function", code_function_location="m:f", original_node_id=OperationId("1"))
    assert operation_digest(replace(located, original_node_id=None)) == operation_digest(located)


def test_different_operations_are_told_apart() -> None:
    located = replace(NODE, kind="function", code_function_location="m:f")
    nodes = [
        NODE,
        replace(NODE, kind="bash_jinja2"),
        replace(NODE, outputs=()),
        replace(NODE, original_node_id=OperationId("5" * 24)),
        replace(NODE, original_node_id=OperationId("6" * 24)),
        located,
        replace(located, code_function_location="m:g"),
    ]
    assert len({operation_digest(node) for node in nodes}) == len(nodes)


def test_ten_thousand_keys_take_a_moment() -> None:
    nodes = [with_value("rate", index) for index in range(10_000)]
    look = CodeFingerprints()
    start = time.perf_counter()
    for node in nodes:
        code = look.of_node(node)
        cache_key(key_components(node=node, inputs=INPUTS, code=code, environment=ENVIRONMENT))
    # Measured 0.25 s on two cores; the bound leaves room for a busy machine.
    assert time.perf_counter() - start < 2.5


def test_keys_stay_the_same_from_release_to_release() -> None:
    environment = environment_components("python", interpreter="cpython 3.11")
    # Different here means that all stored results are lost: raise KEY_VERSION and say so in the changelog.
    assert (
        key_of(environment=environment) == "138dbb4e64b0bae6d3494c1cc40b78065c002b102eac4ab72625631fdde83eb2"
    )
