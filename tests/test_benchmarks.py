"""The benchmarks run; how fast things are is not a matter for tests."""

from __future__ import annotations

from benchmarks import graphs, harness


def test_graphs_are_measured_and_told():
    rows = graphs.measure(sizes=(20,), times=2)[:1]
    text = harness.table(rows)
    assert "20-node graph, everything cached" in text
    assert "first run" in text


def test_layers_are_wired_to_the_layer_before():
    graph = graphs.layered(300).model
    assert graphs.layered(300).validate() == []
    assert {reference.node_id for reference in graph.nodes[150].inputs[0].references} == {
        graph.nodes[50].id,
        graph.nodes[51].id,
    }
