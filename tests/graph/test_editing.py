from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.errors import InvalidInputError, NotFoundError, ParameterValueError
from plynx_jupyter.graph.editing import (
    add_node,
    connect,
    disconnect,
    duplicate_nodes,
    link_parameter,
    move_nodes,
    remove_nodes,
    rename,
    reorder_references,
    replace_node,
    set_parameter,
)
from plynx_jupyter.graph.topology import find_cycle
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference

A, B, C = NodeId("a"), NodeId("b"), NodeId("c")


def reference(node_id: str, output: str = "out") -> OutputReference:
    return OutputReference(NodeId(node_id), output)


def node(node_id: str, *sources: str, file_type: str = "csv") -> Node:
    """A node with a list input ``many``, a plain one ``one``, and a parameter ``p``."""
    return Node(
        id=NodeId(node_id),
        title=node_id.upper(),
        kind="python",
        inputs=(
            Input(
                name="many",
                file_type=file_type,
                is_array=True,
                min_count=0,
                max_count=-1,
                references=tuple(reference(s) for s in sources),
            ),
            Input(name="one", file_type=file_type),
        ),
        outputs=(Output(name="out", file_type=file_type),),
        parameters=(
            Parameter(name="p", parameter_type="int", value=1),
            Parameter(name="_retries", value=None),
        ),
    )


def graph(*nodes: Node) -> Graph:
    return Graph(
        id=GraphId("g"),
        title="G",
        nodes=nodes,
        parameters=(
            Parameter(name="alpha", parameter_type="int", value=3),
            Parameter(name="name", parameter_type="str", value=""),
        ),
    )


def sources(whole: Graph, node_id: NodeId, name: str = "many") -> list[str]:
    found = whole.node(node_id)
    assert found is not None
    port = found.input(name)
    assert port is not None
    return [r.node_id for r in port.references]


def test_nodes_are_added_at_the_end_and_ids_are_taken_once():
    assert [n.id for n in add_node(graph(node("a")), node("b")).nodes] == ["a", "b"]
    with pytest.raises(InvalidInputError, match="already has a node 'a'"):
        add_node(graph(node("a")), node("a"))


def test_removing_nodes_drops_the_references_to_them():
    before = graph(node("a"), node("b", "a"), node("c", "a", "b", "a"))
    after = remove_nodes(before, [A])
    assert [n.id for n in after.nodes] == ["b", "c"]
    assert sources(after, B) == []
    assert sources(after, C) == ["b"]
    assert sources(before, C) == ["a", "b", "a"]


def test_unknown_nodes_are_named():
    whole = graph(node("a"))
    with pytest.raises(NotFoundError, match="no node 'y', 'z'"):
        remove_nodes(whole, [NodeId("z"), A, NodeId("y")])
    with pytest.raises(NotFoundError, match="no node 'z'"):
        rename(whole, NodeId("z"), "Z")
    with pytest.raises(NotFoundError, match="no node 'z'"):
        move_nodes(whole, {NodeId("z"): (0, 0)})
    with pytest.raises(NotFoundError, match="no node 'z'"):
        connect(whole, NodeId("z"), "out", A, "many")


def test_a_node_is_renamed_but_never_to_nothing():
    renamed = rename(graph(node("a")), A, "New").node(A)
    assert renamed is not None
    assert renamed.title == "New"
    with pytest.raises(InvalidInputError, match="must not be empty"):
        rename(graph(node("a")), A, " ")


def test_nodes_are_moved():
    moved = move_nodes(graph(node("a"), node("b")), {B: (10, 20)})
    assert [(n.x, n.y) for n in moved.nodes] == [(None, None), (10, 20)]


def test_a_connection_is_added_as_the_last():
    whole = connect(graph(node("a"), node("b"), node("c", "a")), B, "out", C, "many")
    assert sources(whole, C) == ["a", "b"]
    assert sources(connect(whole, A, "out", C, "one"), C, "one") == ["a"]


@pytest.mark.parametrize(
    ("source", "output", "target", "port", "reason"),
    [
        ("a", "nothing", "c", "many", "there is no such output, only 'out'"),
        ("a", "out", "c", "nothing", "there is no such input, only 'many', 'one'"),
        ("j", "out", "c", "many", "'json' doesn't fit 'csv'"),
        ("a", "out", "b", "many", "they are connected already"),
        ("c", "out", "a", "many", "that would form a cycle"),
        ("a", "out", "a", "many", "that would form a cycle"),
        ("l", "out", "c", "one", "a list doesn't fit an input that takes one"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_with_the_reason(
    source: str, output: str, target: str, port: str, reason: str
):
    listing = Node(
        id=NodeId("l"),
        title="L",
        kind="python",
        outputs=(Output(name="out", file_type="csv", is_array=True),),
    )
    whole = graph(node("a"), node("b", "a"), node("c", "b"), node("j", file_type="json"), listing)
    with pytest.raises(InvalidInputError) as caught:
        connect(whole, NodeId(source), output, NodeId(target), port)
    assert reason in str(caught.value)
    assert caught.value.data == {"node": target, "input": port}


def test_an_input_that_is_taken_or_full_refuses_more():
    whole = connect(graph(node("a"), node("b"), node("c")), A, "out", C, "one")
    with pytest.raises(InvalidInputError, match="takes at most 1; disconnect one first"):
        connect(whole, B, "out", C, "one")


def test_a_connection_is_removed():
    whole = graph(node("a"), node("b", "a"))
    assert sources(disconnect(whole, A, "out", B, "many"), B) == []
    with pytest.raises(NotFoundError, match="isn't connected"):
        disconnect(whole, A, "out", B, "one")
    with pytest.raises(NotFoundError, match="has no input 'x', only 'many', 'one'"):
        disconnect(whole, A, "out", B, "x")


def test_references_are_reordered_but_not_changed():
    whole = graph(node("a"), node("b"), node("c", "a", "b"))
    assert sources(reorder_references(whole, C, "many", [reference("b"), reference("a")]), C) == ["b", "a"]
    for wrong in ([reference("a")], [reference("a"), reference("a")]):
        with pytest.raises(InvalidInputError, match="must have the same 2 connections"):
            reorder_references(whole, C, "many", wrong)


def test_parameters_are_set_if_the_value_fits():
    whole = graph(node("a"))
    changed = set_parameter(link_parameter(whole, A, "p", "alpha"), A, "p", 5).node(A)
    assert changed is not None
    parameter = changed.parameter("p")
    assert parameter is not None
    assert (parameter.value, parameter.reference) == (5, None)
    with pytest.raises(ParameterValueError, match=r"node 'A' \(a\): parameter 'p' must be an integer"):
        set_parameter(whole, A, "p", "5")
    with pytest.raises(ParameterValueError, match="'_retries' must be a whole number"):
        set_parameter(whole, A, "_retries", -1)
    with pytest.raises(NotFoundError, match="no parameter 'q', only 'p', '_retries'"):
        set_parameter(whole, A, "q", 1)


def test_parameters_are_linked_to_graph_parameters_of_their_type():
    whole = link_parameter(graph(node("a")), A, "p", "alpha")
    linked = whole.nodes[0].parameter("p")
    assert linked is not None
    assert linked.reference == "alpha"
    freed = link_parameter(whole, A, "p", None).nodes[0].parameter("p")
    assert freed is not None
    assert freed.reference is None
    with pytest.raises(InvalidInputError, match="no such graph parameter, only 'alpha', 'name'"):
        link_parameter(whole, A, "p", "beta")
    with pytest.raises(InvalidInputError, match="'str' isn't 'int'"):
        link_parameter(whole, A, "p", "name")


def test_replacing_a_node_drops_connections_to_outputs_it_lacks():
    bare = Node(id=A, title="New", kind="python", outputs=(Output(name="other"),))
    after = replace_node(graph(node("a"), node("b", "a"), node("c", "b")), bare)
    assert after.nodes[0] == bare
    assert sources(after, B) == []
    assert sources(after, C) == ["b"]


def test_copies_refer_to_each_other_and_to_the_outside_as_the_originals_do():
    numbers = count()
    whole = move_nodes(graph(node("a"), node("b", "a"), node("c", "b", "a")), {C: (5, 6)})
    after, copied = duplicate_nodes(whole, [C, B], make_id=lambda: f"new{next(numbers)}")
    assert copied == {"b": "new0", "c": "new1"}
    assert after.nodes[:3] == whole.nodes
    assert sources(after, NodeId("new0")) == ["a"]
    assert sources(after, NodeId("new1")) == ["new0", "a"]
    assert (after.nodes[4].x, after.nodes[4].y) == (25, 26)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["many", "one"]))), st.data())
def test_no_sequence_of_edits_makes_a_cycle_a_double_or_a_dangling_reference(
    wires: list[tuple[int, int, str]], data: st.DataObject
):
    whole = graph(*(node(str(i)) for i in range(7)))
    for source, target, port in wires:
        try:
            whole = connect(whole, NodeId(str(source)), "out", NodeId(str(target)), port)
        except InvalidInputError:
            continue
    ids = [n.id for n in whole.nodes]
    whole, _ = duplicate_nodes(whole, data.draw(st.sets(st.sampled_from(ids))))
    whole = remove_nodes(whole, data.draw(st.sets(st.sampled_from(ids))))
    known = {n.id for n in whole.nodes}
    assert find_cycle(whole.nodes) is None
    for n in whole.nodes:
        for port_found in n.inputs:
            assert all(r.node_id in known for r in port_found.references)
            assert len(set(port_found.references)) == len(port_found.references)
