from __future__ import annotations

import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.graph.layout import COLUMN_WIDTH, arrange, arrange_nodes, node_height
from plynx_jupyter.graph.topology import dependencies
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.port import Input, Output, OutputReference


def node(node_id: str, *sources: str, outputs: int = 1, kind: str = "python") -> Node:
    references = tuple(OutputReference(NodeId(s), "o0") for s in sources)
    return Node(
        id=NodeId(node_id),
        title=node_id,
        kind=kind,
        inputs=(Input(name="x", is_array=True, min_count=0, max_count=-1, references=references),),
        outputs=tuple(Output(name=f"o{i}") for i in range(outputs)),
    )


def graph(*nodes: Node) -> Graph:
    return Graph(id=GraphId("g"), nodes=nodes)


def assert_well_laid_out(nodes: tuple[Node, ...]) -> None:
    places = {}
    for n in nodes:
        assert n.x is not None
        assert n.y is not None
        assert n.x >= 0
        assert n.y >= 0
        places[n.id] = (n.x, n.y)
    for node_id, needs in dependencies(nodes).items():
        assert all(places[need][0] < places[node_id][0] for need in needs)
    assert_no_overlap(nodes)


def assert_no_overlap(nodes: tuple[Node, ...]) -> None:
    columns: dict[float, list[tuple[float, float]]] = {}
    for n in nodes:
        assert n.x is not None
        assert n.y is not None
        assert n.x % COLUMN_WIDTH == 0
        columns.setdefault(n.x, []).append((n.y, n.y + node_height(n)))
    for spans in columns.values():
        spans.sort()
        assert all(upper[1] < lower[0] for upper, lower in pairwise(spans))


def test_a_diamond_is_drawn_from_left_to_right():
    found = arrange(graph(node("d", "b", "c"), node("c", "a"), node("b", "a"), node("a")))
    assert_well_laid_out(found.nodes)
    x = {n.id: n.x for n in found.nodes}
    assert x == {"a": 0, "b": COLUMN_WIDTH, "c": COLUMN_WIDTH, "d": 2 * COLUMN_WIDTH}


def test_nodes_with_many_ports_get_more_room():
    assert_well_laid_out(arrange_nodes([node("a", outputs=40), node("b"), node("c", "a")]))


def test_an_empty_graph_is_arranged():
    assert arrange(graph()) == graph()


def test_straight_lines_do_not_cross():
    sources = [node(f"a{i}") for i in range(5)]
    sinks = [node(f"b{i}", f"a{i}") for i in (3, 1, 4, 0, 2)]
    found = {n.id: n for n in arrange_nodes([*sources, *sinks])}
    for i in range(5):
        assert found[NodeId(f"a{i}")].y == found[NodeId(f"b{i}")].y


def test_special_nodes_are_outermost():
    nodes = [
        node("out", "n", kind="composite_output"),
        node("free"),
        node("n", "in"),
        node("m", "n"),
        node("in", kind="composite_input"),
    ]
    x = {n.id: n.x for n in arrange_nodes(nodes)}
    assert x["in"] == 0
    assert all(x["in"] < x[NodeId(i)] < x["out"] for i in ("free", "n", "m"))


def test_lone_special_nodes_are_arranged():
    assert_no_overlap(
        arrange_nodes([node("out", kind="composite_output"), node("in", kind="composite_input")])
    )
    assert_no_overlap(arrange_nodes([node("out", kind="composite_output")]))


def test_cycles_are_arranged_too():
    found = arrange_nodes([node("a", "c"), node("b", "a"), node("c", "b"), node("d", "c"), node("s", "s")])
    assert_no_overlap(found)
    x = {n.id: n.x or 0 for n in found}
    assert x["a"] < x["b"] < x["c"] < x["d"]


def test_ten_thousand_nodes_are_arranged_fast():
    nodes = [node(f"n{i}", *(f"n{j}" for j in {i // 2, i // 3} if j < i)) for i in range(10_000)]
    before = time.process_time()
    found = arrange_nodes(nodes)
    assert time.process_time() - before < 2
    assert_well_laid_out(found)


def test_a_chain_of_ten_thousand_does_not_recurse():
    nodes = [node(f"n{i}", *([f"n{i - 1}"] if i else [])) for i in range(10_000)]
    assert arrange_nodes(nodes)[-1].x == 9_999 * COLUMN_WIDTH


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_acyclic_graph_is_laid_out_well_and_always_the_same(data: st.DataObject):
    nodes = []
    for i in range(data.draw(st.integers(0, 12))):
        needs = data.draw(st.lists(st.integers(0, i - 1), max_size=3)) if i else []
        nodes.append(node(str(i), *(str(n) for n in needs), outputs=data.draw(st.integers(1, 5))))
    nodes = data.draw(st.permutations(nodes))
    found = arrange_nodes(nodes)
    assert_well_laid_out(found)
    assert [n.id for n in found] == [n.id for n in nodes]
    assert arrange_nodes(found) == found
