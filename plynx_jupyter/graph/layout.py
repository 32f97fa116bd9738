"""Where nodes are drawn: in columns from left to right, each to the right of what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.kind import COMPOSITE_INPUT, COMPOSITE_OUTPUT
from plynx_jupyter.model.node import Node

from .topology import dependencies, reversed_edges

COLUMN_WIDTH: Final = 300.0
"""From the left edge of a column to that of the next, in pixels; a node is 210 wide."""
_HEADER_HEIGHT: Final = 64.0
_PORT_HEIGHT: Final = 30.0
_GAP: Final = 50.0
_SWEEPS: Final = 4
"""How often the order in the columns is improved, from the left and from the right in turn."""


def arrange(graph: Graph) -> Graph:
    """Return the graph with new places for all its nodes; what is inside composites isn't touched."""
    return replace(graph, nodes=arrange_nodes(graph.nodes))


def arrange_nodes(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with new ``x`` and ``y``, both 0 or more; equal graphs get equal places.

    A node is in the column after the last of those it needs, so with special nodes the input is leftmost and the
    output rightmost. In a column, nodes are near the middle of their neighbours and don't overlap. Cycles
    are laid out too, as if the connections that close them weren't there.
    """
    needs = _without_cycles(dependencies(nodes))
    columns = _columns(nodes, needs)
    _sort_columns(columns, needs, reversed_edges(needs))
    heights = {node.id: node_height(node) for node in nodes}
    totals = [sum(heights[node_id] + _GAP for node_id in column) - _GAP for column in columns]
    tallest = max(totals, default=0.0)
    places: dict[NodeId, tuple[float, float]] = {}
    for index, (column, total) in enumerate(zip(columns, totals, strict=True)):
        y = (tallest - total) / 2
        for node_id in column:
            places[node_id] = (index * COLUMN_WIDTH, y)
            y += heights[node_id] + _GAP
    return tuple(replace(node, x=places[node.id][0], y=places[node.id][1]) for node in nodes)


def node_height(node: Node) -> float:
    """Return how high a node is drawn, in pixels: its header, and a row for each port."""
    return _HEADER_HEIGHT + _PORT_HEIGHT * (len(node.inputs) + len(node.outputs))


def _without_cycles(needs: Mapping[NodeId, Sequence[NodeId]]) -> dict[NodeId, list[NodeId]]:
    """Return the dependencies in topological order, without those that close a cycle."""
    feeds = reversed_edges(needs)
    waiting = {node_id: len(sources) for node_id, sources in needs.items()}
    acyclic: dict[NodeId, list[NodeId]] = {}
    for start in (*(node_id for node_id, count in waiting.items() if not count), *needs):
        # The second round starts only nodes on, or behind, a cycle: the first of them as if it needed nothing.
        front = [start] if start not in acyclic else []
        while front:
            node_id = front.pop()
            if node_id in acyclic:
                continue
            acyclic[node_id] = [source for source in needs[node_id] if source in acyclic]
            for consumer in feeds[node_id]:
                waiting[consumer] -= 1
                if waiting[consumer] == 0:
                    front.append(consumer)
    return acyclic


def _columns(nodes: Sequence[Node], needs: Mapping[NodeId, Sequence[NodeId]]) -> list[list[NodeId]]:
    special = {node.id: node.kind for node in nodes if node.kind in (COMPOSITE_INPUT, COMPOSITE_OUTPUT)}
    offset = 1 if COMPOSITE_INPUT in special.values() else 0
    level: dict[NodeId, int] = {}
    for node_id, sources in needs.items():
        first = 0 if special.get(node_id) == COMPOSITE_INPUT else offset
        level[node_id] = max((level[source] + 1 for source in sources), default=first)
    outputs = {node_id for node_id, kind in special.items() if kind == COMPOSITE_OUTPUT}
    last = max((number for node_id, number in level.items() if node_id not in outputs), default=-1)
    if outputs:
        last += 1
        level.update(dict.fromkeys(outputs, last))
    columns: list[list[NodeId]] = [[] for _ in range(last + 1)]
    for node_id in dict.fromkeys(node.id for node in nodes):
        columns[level[node_id]].append(node_id)
    return [column for column in columns if column]


def _sort_columns(
    columns: list[list[NodeId]],
    needs: Mapping[NodeId, Sequence[NodeId]],
    feeds: Mapping[NodeId, Sequence[NodeId]],
) -> None:
    """Order each column by the mean place of each node's neighbours, to have fewer crossings."""
    place: dict[NodeId, float] = {}
    for column in columns:
        _note_places(column, place)
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        neighbours = needs if rightwards else feeds
        for column in columns if rightwards else reversed(columns):
            middle = {
                node_id: sum(place[other] for other in neighbours[node_id]) / len(neighbours[node_id])
                if neighbours[node_id]
                else place[node_id]
                for node_id in column
            }
            column.sort(key=middle.__getitem__)  # stable, so equal ones keep their order
            _note_places(column, place)


def _note_places(column: Sequence[NodeId], place: dict[NodeId, float]) -> None:
    """Note where nodes are in their column, from 0 to 1, so that columns of any length compare."""
    for index, node_id in enumerate(column):
        place[node_id] = (index + 0.5) / len(column)
