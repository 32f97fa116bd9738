"""Validation of graphs against what this installation knows: kinds, file types, and each executor's own checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from plynx_jupyter.errors import GraphInvalidError
from plynx_jupyter.executors.registry import get_executor, known_kinds
from plynx_jupyter.graph.topology import ancestors
from plynx_jupyter.graph.validation import KnownTypes, validate
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId
from plynx_jupyter.resources.registry import known_file_types, raw_file_types


def known_types() -> KnownTypes:
    """Return the kinds and file types of this installation, plug-ins included."""
    kinds = frozenset(known_kinds())
    return KnownTypes(
        kinds=kinds,
        file_types=frozenset(known_file_types()),
        raw_types=frozenset(raw_file_types()),
        checks={kind: get_executor(kind).validate for kind in kinds},
    )


def needed_part(graph: Graph, until: Collection[NodeId]) -> Graph:
    """Return the graph without the nodes that a run ``until`` these has no use for; all of it if there are none.

    What is left may thus be unfinished, or of a kind that isn't installed, without keeping the rest from running.
    """
    if not until:
        return graph
    # A node inside a composite needs what the composite needs.
    outermost = {NodeId(node_id.partition(PATH_SEPARATOR)[0]) for node_id in until}
    known = {node.id for node in graph.nodes}
    if not outermost <= known:
        return graph  # whoever makes the plan says which ids aren't there
    wanted = outermost | ancestors(graph.nodes, outermost)
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in wanted))


def check(graph: Graph) -> None:
    """Raise ``GraphInvalidError`` with all problems of ``graph`` (lines in the message, the tree in ``data``)."""
    violation = validate(graph, known_types())
    if violation is not None:
        raise GraphInvalidError("\n".join(violation.lines()), validation_error=violation.to_dict())
