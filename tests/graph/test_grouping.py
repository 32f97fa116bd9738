from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.errors import InvalidInputError, NotFoundError
from plynx_jupyter.graph.grouping import group, ungroup
from plynx_jupyter.graph.nesting import flatten, inner_nodes
from plynx_jupyter.graph.topology import ancestors, descendants
from plynx_jupyter.graph.validation import KnownTypes, validate
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference

KNOWN = KnownTypes(kinds={"python"}, file_types={"file"})


def node(node_id: str, *sources: str, parameters: tuple[Parameter, ...] = ()) -> Node:
    references = tuple(OutputReference(NodeId(s), "out") for s in sources)
    code = Parameter(name="_cmd", parameter_type="code", value=Code("pass"))
    return Node(
        id=NodeId(node_id),
        title=node_id,
        kind="python",
        inputs=(Input(name="x", is_array=True, min_count=0, max_count=-1, references=references),),
        outputs=(Output(name="out"),),
        parameters=(code, *parameters),
    )


def graph(*nodes: Node, parameters: tuple[Parameter, ...] = ()) -> Graph:
    return Graph(id=GraphId("g"), title="G", nodes=nodes, parameters=parameters)


def wires(nodes: tuple[Node, ...]) -> dict[str, list[str]]:
    """What each node takes, by title, since grouping gives path ids."""
    titles = {n.id: n.title for n in nodes}
    return {n.title: [titles[r.node_id] for port in n.inputs for r in port.references] for n in nodes}


CHAIN = graph(node("a"), node("b", "a"), node("c", "b", "a"), node("d", "c", "b"))


def test_a_group_has_the_ports_its_nodes_need_and_offer():
    grouped = group(CHAIN, [NodeId("b"), NodeId("c")], "Both", make_id=lambda: "new")
    assert [n.id for n in grouped.nodes] == ["a", "new", "d"]
    both = grouped.nodes[1]
    assert both.title == "Both"
    assert [(p.name, p.references) for p in both.inputs] == [("out", (OutputReference(NodeId("a"), "out"),))]
    assert [p.name for p in both.outputs] == ["out", "out_2"]
    assert [n.kind for n in inner_nodes(both)] == [
        "composite_input",
        "python",
        "python",
        "composite_output",
    ]
    assert validate(grouped, KNOWN) is None
    assert wires(flatten(grouped)) == wires(CHAIN.nodes)


def test_a_group_around_an_outside_node_would_be_a_cycle():
    with pytest.raises(InvalidInputError, match=r"without 'b' \(b\)"):
        group(graph(node("a"), node("b", "a"), node("c", "b")), [NodeId("a"), NodeId("c")], "G")


def test_a_group_needs_nodes_that_are_there():
    with pytest.raises(InvalidInputError, match="at least one"):
        group(CHAIN, [], "G")
    with pytest.raises(NotFoundError, match="no node 'y', 'z'"):
        group(CHAIN, [NodeId("a"), NodeId("z"), NodeId("y")], "G")


def test_ungrouping_undoes_grouping():
    grouped = group(CHAIN, [NodeId("b"), NodeId("c")], "Both", make_id=lambda: "new")
    assert ungroup(grouped, NodeId("new")) == CHAIN


def test_ungrouping_gives_new_ids_only_where_the_old_are_taken():
    grouped = group(graph(node("a"), node("b", "a")), [NodeId("b")], "G", make_id=lambda: "new")
    twice = Graph(id=GraphId("g"), nodes=(*grouped.nodes, node("b", "new")))
    found = ungroup(twice, NodeId("new"), make_id=lambda: "fresh")
    assert [n.id for n in found.nodes] == ["a", "fresh", "b"]


def test_ungrouping_keeps_values_of_the_composites_parameters_also_further_inside():
    linked = Parameter(name="p", parameter_type="int", reference="v")
    inner = group(graph(node("n", parameters=(linked,))), [NodeId("n")], "Inner", make_id=lambda: "inner")
    outer = group(inner, [NodeId("inner")], "Outer", make_id=lambda: "outer").nodes[0]
    value = Parameter(name="v", parameter_type="int", value=5)
    outer = Node(
        id=outer.id,
        title="Outer",
        kind="composite",
        inputs=outer.inputs,
        outputs=outer.outputs,
        parameters=(*outer.parameters, value),
    )
    whole = graph(outer)
    assert [n.value("p") for n in flatten(whole)] == [5]
    assert [n.value("p") for n in flatten(ungroup(whole, NodeId("outer")))] == [5]


def test_ungrouping_keeps_links_to_the_graphs_parameters():
    linked = Parameter(name="p", parameter_type="int", reference="g")
    whole = graph(node("n", parameters=(linked,)))
    grouped = group(whole, [NodeId("n")], "C", make_id=lambda: "c")
    assert ungroup(grouped, NodeId("c")) == whole


def test_only_composites_can_be_ungrouped():
    with pytest.raises(NotFoundError, match="no composite 'a'"):
        ungroup(CHAIN, NodeId("a"))


@st.composite
def dags(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 8))
    return graph(
        *(
            node(str(i), *(str(s) for s in draw(st.lists(st.integers(0, i - 1), max_size=3))) if i else ())
            for i in range(size)
        )
    )


@settings(max_examples=100, deadline=None)
@given(dags(), st.data())
def test_grouping_again_and_again_changes_nothing_of_what_runs(whole: Graph, data: st.DataObject):
    numbers = count()
    grouped = whole
    for _ in range(data.draw(st.integers(1, 3))):
        ids = [n.id for n in grouped.nodes]
        chosen = set(data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)))
        # Whatever lies between the chosen has to come along.
        chosen |= descendants(grouped.nodes, chosen) & ancestors(grouped.nodes, chosen)
        grouped = group(grouped, chosen, "G", make_id=lambda: f"c{next(numbers)}")
        assert validate(grouped, KNOWN) is None
    assert wires(flatten(grouped)) == wires(whole.nodes)
    outermost = [n.id for n in grouped.nodes if n.kind == "composite"]
    for composite_id in outermost:
        grouped = ungroup(grouped, composite_id)
    assert wires(flatten(grouped)) == wires(whole.nodes)
