"""Which stored artifacts a record speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.graph.nesting import inner_nodes
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import Digest, NodeId
from plynx_jupyter.model.kind import COMPOSITE
from plynx_jupyter.model.node import Node, place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun

Outputs = dict[str, list[Digest]]


def graph_digests(graph: Graph) -> set[Digest]:
    """Return the artifacts of a graph's file nodes, those inside composites included."""
    return {digest for node in graph.nodes for digest in _node_digests(node)}


def operation_digests(operation: Operation) -> set[Digest]:
    """Return the artifacts of an operation's own files: of a file operation, or inside a composite one."""
    return set(_node_digests(place(operation, NodeId(operation.id))))


def node_run_digests(node_run: NodeRun) -> set[Digest]:
    """Return the artifacts among a node's outputs and logs."""
    return {*stored(node_run.outputs), *stored(node_run.logs)}


def entry_digests(entry: CacheEntry) -> Outputs:
    """Return the digests of an entry's outputs: what makes two results for one key the same."""
    return {name: [resource.digest for resource in values] for name, values in entry.outputs.items()}


def stored(resources: Mapping[str, tuple[Resource, ...]]) -> Iterator[Digest]:
    """Yield the digests of those that are in the storage rather than inline."""
    return (resource.digest for values in resources.values() for resource in values if not resource.inline)


def _node_digests(node: Node) -> Iterator[Digest]:
    for port in node.outputs:
        yield from (resource.digest for resource in port.values if not resource.inline)
    if node.kind == COMPOSITE:
        for inner in inner_nodes(node):
            yield from _node_digests(inner)
