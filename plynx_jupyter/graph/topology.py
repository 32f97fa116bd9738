"""Who needs whom in a set of nodes: order, cycles, ancestors and descendants.

References to nodes that aren't there, and to unknown outputs, are ignored here; validation reports them.
Nothing recurses, so long chains are as good as short ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node


def dependencies(nodes: Iterable[Node]) -> dict[NodeId, tuple[NodeId, ...]]:
    """Map each node to the nodes it takes inputs from, without doubles, in the order of its ports."""
    nodes = tuple(nodes)
    known = {node.id for node in nodes}
    found: dict[NodeId, tuple[NodeId, ...]] = {}
    for node in nodes:
        ids = dict.fromkeys(
            reference.node_id
            for port in node.inputs
            for reference in port.references
            if reference.node_id in known
        )
        # Nodes that wrongly share an id count as one that needs all that either needs.
        found[node.id] = tuple(ids) if node.id not in found else tuple(dict.fromkeys((*found[node.id], *ids)))
    return found


def consumers(nodes: Iterable[Node]) -> dict[NodeId, tuple[NodeId, ...]]:
    """Map each node to the nodes that take inputs from it, without doubles, in document order."""
    return reversed_edges(dependencies(nodes))


def reversed_edges(edges: Mapping[NodeId, Sequence[NodeId]]) -> dict[NodeId, tuple[NodeId, ...]]:
    """Return the mapping that leads back; every target of ``edges`` must be one of its keys."""
    back: dict[NodeId, list[NodeId]] = {node_id: [] for node_id in edges}
    for node_id, targets in edges.items():
        for target in targets:
            back[target].append(node_id)
    return {node_id: tuple(sources) for node_id, sources in back.items()}


def topological_order(nodes: Sequence[Node]) -> list[NodeId]:
    """Return all ids, each after those it needs; where that leaves a choice, document order decides.

    Raises ``InvalidInputError`` naming the nodes of a cycle if there is one.
    """
    needs = dependencies(nodes)
    order = _order(needs)
    if len(order) < len(needs):
        cycle = _a_cycle(needs, set(needs).difference(order))
        raise InvalidInputError(
            f"The nodes {' → '.join((*cycle, cycle[0]))} form a cycle; remove one of these connections.",
            nodes=list(cycle),
        )
    return order


def find_cycle(nodes: Sequence[Node]) -> tuple[NodeId, ...] | None:
    """Return the ids of one cycle in the direction the data would flow, or None if there is none."""
    needs = dependencies(nodes)
    left = set(needs).difference(_order(needs))
    return _a_cycle(needs, left) if left else None


def ancestors(nodes: Iterable[Node], ids: Collection[NodeId]) -> set[NodeId]:
    """Return all that ``ids`` need, directly or not; an id itself is in it only if another needs it."""
    return reachable(dependencies(nodes), ids)


def descendants(nodes: Iterable[Node], ids: Collection[NodeId]) -> set[NodeId]:
    """Return all that needs ``ids``, directly or not; an id itself is in it only if it needs another."""
    return reachable(consumers(nodes), ids)


def reachable(edges: Mapping[NodeId, Sequence[NodeId]], start: Iterable[NodeId]) -> set[NodeId]:
    """Return all that can be reached from ``start`` in one step or more."""
    found: set[NodeId] = set()
    front = list(start)
    while front:
        for target in edges.get(front.pop(), ()):
            if target not in found:
                found.add(target)
                front.append(target)
    return found


def _order(needs: Mapping[NodeId, Sequence[NodeId]]) -> list[NodeId]:
    """Return the ids in order as far as cycles allow."""
    ids = list(needs)
    position = {node_id: index for index, node_id in enumerate(ids)}
    feeds = reversed_edges(needs)
    waiting = {node_id: len(sources) for node_id, sources in needs.items()}
    ready = [position[node_id] for node_id, count in waiting.items() if not count]
    heapify(ready)
    order: list[NodeId] = []
    while ready:
        node_id = ids[heappop(ready)]
        order.append(node_id)
        for consumer in feeds[node_id]:
            waiting[consumer] -= 1
            if not waiting[consumer]:
                heappush(ready, position[consumer])
    return order


def _a_cycle(needs: Mapping[NodeId, Sequence[NodeId]], left: set[NodeId]) -> tuple[NodeId, ...]:
    """Return one cycle among ``left``, the nodes that no order exists for."""
    # Each of them needs another of them, so going upstream must come back to a node seen before.
    current = next(node_id for node_id in needs if node_id in left)
    seen: dict[NodeId, int] = {}
    path: list[NodeId] = []
    while current not in seen:
        seen[current] = len(path)
        path.append(current)
        current = next(source for source in needs[current] if source in left)
    cycle = path[seen[current] :][::-1]
    members = set(cycle)
    first = cycle.index(next(node_id for node_id in needs if node_id in members))
    return tuple(cycle[first:] + cycle[:first])
