"""Where validation is: a level of a graph, with what can be seen from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter

from .known_types import KnownTypes
from .violation import Target, ValidationCode, Violation

Count: TypeAlias = "tuple[int, float]"
"""The least and the most resources that can arrive."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The nodes of a graph, or of the inside of a composite.

    ``links`` are the parameters that can be linked to by name. ``supplied`` says how many resources
    arrive at each input of the enclosing ``composite`` (None at the top).
    """

    graph: Graph
    known: KnownTypes
    nodes: Sequence[Node]
    by_id: Mapping[NodeId, Node]
    links: Mapping[str, Parameter]
    prefix: str = ""
    composite: Node | None = None
    supplied: Mapping[str, Count] = field(default_factory=dict)
    depth: int = 0

    def path(self, node: Node) -> str:
        """Return the path id of a node of this level."""
        return self.prefix + node.id

    def place(self, node: Node) -> str:
        """Return how messages name a node of this level."""
        return f"Graph {self.graph.title!r}, node {node.title!r} ({self.path(node)})"


def problem(target: Target, object_id: str, code: ValidationCode, message: str) -> Violation:
    """Return a violation without children."""
    return Violation(target=target, object_id=object_id, validation_code=code, message=message)
