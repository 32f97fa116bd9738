from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.topology import (
    ancestors,
    consumers,
    dependencies,
    descendants,
    find_cycle,
    topological_order,
)
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.port import Input, Output, OutputReference


def node(node_id: str, *needs: str) -> Node:
    references = tuple(OutputReference(NodeId(n), "out") for n in needs)
    port = Input(name="x", is_array=True, min_count=0, max_count=-1, references=references)
    return Node(
        id=NodeId(node_id), title=node_id, kind="python", inputs=(port,), outputs=(Output(name="out"),)
    )


def chain(length: int) -> list[Node]:
    return [node(f"n{i}", *([f"n{i - 1}"] if i else [])) for i in range(length)]


DIAMOND = [node("d", "b", "c"), node("c", "a"), node("b", "a"), node("a")]


@st.composite
def dags(draw: st.DrawFn) -> list[Node]:
    """Random acyclic graphs, in a document order of their own."""
    size = draw(st.integers(0, 15))
    nodes = []
    for index in range(size):
        needs = draw(st.lists(st.integers(0, index - 1), max_size=4)) if index else []
        nodes.append(node(str(index), *(str(n) for n in needs)))
    return draw(st.permutations(nodes))


def test_a_diamond_is_traversed_parents_first_each_node_once():
    assert topological_order(DIAMOND) == ["a", "c", "b", "d"]


def test_document_order_decides_among_equals():
    assert topological_order([node("z"), node("y"), node("x")]) == ["z", "y", "x"]


def test_an_empty_graph_has_an_empty_order():
    assert topological_order([]) == []
    assert find_cycle([]) is None


def test_a_chain_of_ten_thousand_nodes_does_not_recurse():
    nodes = chain(10_000)
    assert topological_order(nodes[::-1]) == [n.id for n in nodes]
    assert len(ancestors(nodes, ["n9999"])) == 9_999
    assert len(descendants(nodes, ["n0"])) == 9_999


def test_a_cycle_of_ten_thousand_nodes_is_found():
    nodes = chain(10_000)
    nodes[0] = node("n0", "n9999")
    assert find_cycle(nodes) == tuple(n.id for n in nodes)


def test_a_cycle_is_given_in_the_direction_of_the_data_from_its_first_node():
    nodes = [node("before"), node("a", "before", "c"), node("b", "a"), node("c", "b"), node("after", "c")]
    assert find_cycle(nodes) == ("a", "b", "c")
    with pytest.raises(InvalidInputError, match="a → b → c → a"):
        topological_order(nodes)


def test_a_self_loop_is_a_cycle_of_one():
    assert find_cycle([node("a", "a")]) == ("a",)


def test_dangling_references_are_ignored():
    nodes = [node("a", "nowhere"), node("b", "a")]
    assert topological_order(nodes) == ["a", "b"]
    assert dependencies(nodes) == {"a": (), "b": ("a",)}


def test_dependencies_and_consumers_have_no_doubles_and_keep_order():
    nodes = [node("a"), node("b"), node("c", "b", "a", "b")]
    assert dependencies(nodes)["c"] == ("b", "a")
    assert consumers(nodes) == {"a": ("c",), "b": ("c",), "c": ()}


def test_ancestors_and_descendants_of_a_diamond():
    assert ancestors(DIAMOND, ["d"]) == {"a", "b", "c"}
    assert ancestors(DIAMOND, ["a"]) == set()
    assert descendants(DIAMOND, ["b", "c"]) == {"d"}
    assert descendants(DIAMOND, ["unknown"]) == set()


def test_a_node_of_a_cycle_is_its_own_ancestor():
    assert ancestors([node("a", "b"), node("b", "a")], ["a"]) == {"a", "b"}


@given(dags())
def test_every_node_comes_once_and_after_what_it_needs(nodes: list[Node]):
    order = topological_order(nodes)
    assert sorted(order) == sorted(n.id for n in nodes)
    place = {node_id: index for index, node_id in enumerate(order)}
    for node_id, needs in dependencies(nodes).items():
        assert all(place[need] < place[node_id] for need in needs)
    assert find_cycle(nodes) is None


@given(dags())
def test_ancestors_and_descendants_mirror_each_other(nodes: list[Node]):
    for one in nodes:
        for other in ancestors(nodes, [one.id]):
            assert one.id in descendants(nodes, [other])


@settings(max_examples=200)
@given(dags(), st.data())
def test_an_edge_back_to_an_ancestor_makes_a_cycle_that_is_one(nodes: list[Node], data: st.DataObject):
    pairs = [(a, d.id) for d in nodes for a in sorted(ancestors(nodes, [d.id]))]
    if not pairs:
        return
    upper, lower = data.draw(st.sampled_from(pairs))
    needs = dependencies(nodes)
    closed = [node(n.id, *needs[n.id], *([lower] if n.id == upper else [])) for n in nodes]
    cycle = find_cycle(closed)
    assert cycle is not None
    needs = dependencies(closed)
    assert all(before in needs[after] for before, after in zip(cycle, cycle[1:] + cycle[:1], strict=True))
    assert len(set(cycle)) == len(cycle)
