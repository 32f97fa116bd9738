from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.nesting import MAX_DEPTH, aggregate_status, composites, flatten, parent_path
from plynx_jupyter.graph.topology import topological_order
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter, ParameterValue
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.status import NodeRunStatus as S


def refs(*names: str) -> tuple[OutputReference, ...]:
    return tuple(OutputReference(NodeId(n.split(".")[0]), n.split(".")[1]) for n in names)


def node(node_id: str, *sources: str, **fields: Any) -> Node:
    inputs = (Input(name="x", is_array=True, min_count=0, max_count=-1, references=refs(*sources)),)
    return Node(
        id=NodeId(node_id),
        title=node_id,
        kind="python",
        inputs=inputs,
        outputs=(Output(name="out"),),
        **fields,
    )


def entry(*names: str) -> Node:
    outputs = tuple(Output(name=name) for name in names)
    return Node(id=NodeId("in"), title="Input", kind="composite_input", outputs=outputs)


def leave(**sources: str) -> Node:
    inputs = tuple(
        Input(name=name, is_array=True, max_count=-1, references=refs(*source.split()))
        for name, source in sources.items()
    )
    return Node(id=NodeId("leave"), title="Output", kind="composite_output", inputs=inputs)


def composite(node_id: str, *inner: Node, parameters: tuple[Parameter, ...] = (), **wires: str) -> Node:
    """``wires`` are what its inputs are connected to."""
    nodes = Parameter(name="_nodes", parameter_type="list_node", value=inner)
    names = [port.name for n in inner if n.kind == "composite_output" for port in n.inputs]
    return Node(
        id=NodeId(node_id),
        title=node_id,
        kind="composite",
        parameters=(nodes, *parameters),
        inputs=tuple(
            Input(name=name, is_array=True, min_count=0, max_count=-1, references=refs(*wire.split()))
            for name, wire in wires.items()
        ),
        outputs=tuple(Output(name=name) for name in names),
    )


def graph(*nodes: Node, **fields: Any) -> Graph:
    return Graph(id=GraphId("g"), nodes=nodes, **fields)


def flat(*nodes: Node, **fields: Any) -> dict[str, list[str]]:
    """What each node of the flattened graph takes."""
    return {
        n.id: [f"{r.node_id}.{r.output_id}" for port in n.inputs for r in port.references]
        for n in flatten(graph(*nodes, **fields))
    }


def test_a_graph_without_composites_stays_as_it_is():
    nodes = (node("a"), node("b", "a.out"))
    assert flatten(graph(*nodes)) == nodes


def test_a_composite_is_replaced_by_what_is_inside_under_path_ids():
    wrapped = composite("c", entry("i"), node("n", "in.i"), node("m", "n.out"), leave(o="m.out"), i="a.out")
    assert flat(node("a"), wrapped, node("z", "c.o")) == {
        "a": [],
        "c/n": ["a.out"],
        "c/m": ["c/n.out"],
        "z": ["c/m.out"],
    }


def test_lists_keep_their_order_through_composites():
    wrapped = composite(
        "c",
        entry("i"),
        node("n", "m.out", "in.i", "m.out"),
        node("m"),
        leave(o="n.out in.i m.out"),
        i="b.out a.out",
    )
    found = flat(node("a"), node("b"), wrapped, node("z", "a.out", "c.o", "b.out"))
    assert found["c/n"] == ["c/m.out", "b.out", "a.out", "c/m.out"]
    assert found["z"] == ["a.out", "c/n.out", "b.out", "a.out", "c/m.out", "b.out"]


def test_composites_within_composites_are_flattened_too():
    inner = composite("d", entry("j"), node("n", "in.j"), leave(p="n.out"), j="in.i")
    outer = composite("c", entry("i"), inner, node("m", "d.p"), leave(o="d.p"), i="a.out")
    assert flat(node("a"), outer, node("z", "c.o")) == {
        "a": [],
        "c/d/n": ["a.out"],
        "c/m": ["c/d/n.out"],
        "z": ["c/d/n.out"],
    }


def test_a_pass_through_composite_vanishes():
    through = composite("c", entry("i"), leave(o="in.i"), i="a.out")
    assert flat(node("a"), through, node("z", "c.o")) == {"a": [], "z": ["a.out"]}


def test_a_chain_of_ten_thousand_pass_through_composites_does_not_recurse():
    chain = [
        composite(f"c{i}", entry("i"), leave(o="in.i"), i="a.out" if i == 0 else f"c{i - 1}.o")
        for i in range(10_000)
    ]
    assert flat(node("a"), *chain, node("z", "c9999.o")) == {"a": [], "z": ["a.out"]}


def test_a_missing_optional_input_vanishes_inside():
    wrapped = composite("c", entry("i"), node("n", "in.i"), leave(o="in.i"), i="")
    assert flat(wrapped, node("z", "c.o")) == {"c/n": [], "z": []}


def test_an_inline_value_flows_inside_and_through():
    wrapped = composite("c", entry("i"), node("n", "in.i"), leave(o="in.i"))
    wrapped = Node(
        id=wrapped.id,
        title="c",
        kind="composite",
        parameters=wrapped.parameters,
        outputs=wrapped.outputs,
        inputs=(Input(name="i", file_type="int", primitive_override=0),),
    )
    found = {n.id: n.inputs[0] for n in flatten(graph(wrapped, node("z", "c.o")))}
    for node_id in ("c/n", "z"):
        assert found[NodeId(node_id)].primitive_override == 0
        assert found[NodeId(node_id)].references == ()
    with pytest.raises(InvalidInputError, match=r"'x' of node 'z' \(z\) would get a value given inline"):
        flatten(graph(wrapped, node("a"), node("z", "a.out", "c.o")))


def test_unconnected_composites_still_run():
    assert flat(composite("c", node("n"))) == {"c/n": []}


def test_an_unknown_port_of_a_composite_gives_nothing():
    assert flat(composite("c", node("n")), node("z", "c.nothing")) == {"c/n": [], "z": []}


def test_composites_connected_in_a_cycle_are_refused_and_do_not_hang():
    one = composite("c", entry("i"), leave(o="in.i"), i="d.o")
    other = composite("d", entry("i"), leave(o="in.i"), i="c.o")
    with pytest.raises(InvalidInputError, match="connected to itself in a cycle"):
        flatten(graph(one, other, node("z", "c.o")))


def test_composites_can_be_nested_a_hundred_deep_and_no_deeper():
    nested = node("n")
    for _ in range(MAX_DEPTH):
        nested = composite("c", nested)
    assert list(flat(nested)) == ["c/" * MAX_DEPTH + "n"]
    with pytest.raises(InvalidInputError, match="nested more than 100 deep"):
        flatten(graph(composite("c", nested)))


def linked(name: str, reference: str) -> Parameter:
    return Parameter(name=name, parameter_type="int", value=-1, reference=reference)


def number(name: str, value: ParameterValue) -> Parameter:
    return Parameter(name=name, parameter_type="int", value=value)


def test_links_to_graph_parameters_become_values():
    (found,) = flatten(
        graph(node("a", parameters=(linked("p", "g"), number("q", 2))), parameters=(number("g", 7),))
    )
    assert found.value("p") == 7
    assert found.value("q") == 2
    assert found.parameters[0].reference is None


def test_the_innermost_parameter_of_a_name_counts():
    inner = composite("d", node("n", parameters=(linked("p", "v"), linked("q", "w"), linked("r", "u"))))
    inner = Node(
        id=inner.id,
        title="d",
        kind="composite",
        parameters=(*inner.parameters, linked("v", "far"), number("w", 3)),
    )
    outer = composite("c", inner, node("m", parameters=(linked("p", "v"),)), parameters=(number("v", 2),))
    graph_parameters = (number("v", 1), number("far", 9), number("u", 4))
    found = {n.id: n for n in flatten(graph(outer, parameters=graph_parameters))}
    assert found[NodeId("c/m")].value("p") == 2
    assert found[NodeId("c/d/n")].value("p") == 9
    assert found[NodeId("c/d/n")].value("q") == 3
    assert found[NodeId("c/d/n")].value("r") == 4


def test_all_composites_are_listed_by_path_outer_ones_first():
    inner = composite("d", node("n"))
    outer = composite("c", inner)
    assert composites(graph(node("a"), outer, composite("e"))) == {
        "c": outer,
        "c/d": inner,
        "e": composite("e"),
    }


def test_the_parent_of_a_path():
    assert parent_path(NodeId("a/b/c")) == "a/b"
    assert parent_path(NodeId("a")) is None


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ([], S.SUCCESS),
        ([S.STATIC], S.STATIC),
        ([S.STATIC, S.CREATED], S.CREATED),
        ([S.CREATED, S.CREATED], S.CREATED),
        ([S.CREATED, S.IN_QUEUE], S.IN_QUEUE),
        ([S.CREATED, S.RUNNING], S.RUNNING),
        ([S.CREATED, S.SUCCESS], S.RUNNING),
        ([S.FAILED, S.RUNNING], S.RUNNING),
        ([S.FAILED, S.CANCELED, S.SUCCESS], S.FAILED),
        ([S.CANCELED, S.SUCCESS], S.CANCELED),
        ([S.SUCCESS, S.RESTORED, S.STATIC], S.SUCCESS),
        ([S.RESTORED, S.RESTORED, S.SPECIAL], S.RESTORED),
    ],
)
def test_a_composites_status_tells_of_what_is_inside(inside: list[S], shown: S):
    assert aggregate_status(inside) == shown


@st.composite
def levels(draw: st.DrawFn, entries: int = 0, depth: int = 3) -> list[Node]:
    """The nodes of one level: each takes from those before it, and from ``entries`` inputs of the level."""
    nodes: list[Node] = []
    sources = [f"in.i{i}" for i in range(entries)]
    if entries:
        nodes.append(entry(*(f"i{i}" for i in range(entries))))
    for index in range(draw(st.integers(1, 4))):
        taken = draw(st.lists(st.sampled_from(sources), max_size=3)) if sources else []
        if depth and draw(st.booleans()):
            wires = {f"i{i}": name for i, name in enumerate(taken)}
            nodes.append(composite(f"c{index}", *draw(levels(len(wires), depth - 1)), **wires))
            sources.append(f"c{index}.o")
        else:
            nodes.append(node(f"n{index}", *taken))
            sources.append(f"n{index}.out")
    if depth < 3:
        nodes.append(leave(o=" ".join(draw(st.lists(st.sampled_from(sources), max_size=3)))))
    return nodes


@settings(max_examples=60, deadline=None)
@given(levels())
def test_whatever_is_nested_flattens_to_known_plain_nodes_in_an_order(nodes: list[Node]):
    whole = graph(*nodes)
    found = flatten(whole)
    ids = {n.id for n in found}
    assert len(ids) == len(found)
    assert all(n.kind == "python" for n in found)
    assert all(r.node_id in ids for n in found for port in n.inputs for r in port.references)
    assert len(topological_order(found)) == len(found)
    paths = composites(whole)
    assert all(parent_path(n.id) is None or parent_path(n.id) in paths for n in found)
    assert flatten(graph(*found)) == found
