"""Which stored artifacts a record speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plynx_jupyter.graph.nesting import inner_nodes
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.kind import COMPOSITE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun


def graph_digests(graph: Graph) -> set[Digest]:
    """Return the artifacts of a graph's file nodes, those inside composites included."""
    return {digest for node in graph.nodes for digest in _node_digests(node)}


def node_run_digests(node_run: NodeRun) -> set[Digest]:
    """Return the artifacts among a node's outputs and logs."""
    return {*stored(node_run.outputs), *stored(node_run.logs)}


def stored(resources: Mapping[str, tuple[Resource, ...]]) -> Iterator[Digest]:
    """Yield the digests of those that are in the storage rather than inline."""
    return (resource.digest for values in resources.values() for resource in values if not resource.inline)


def _node_digests(node: Node) -> Iterator[Digest]:
    for port in node.outputs:
        yield from (resource.digest for resource in port.values if not resource.inline)
    if node.kind == COMPOSITE:
        for inner in inner_nodes(node):
            yield from _node_digests(inner)
