"""A graph: nodes whose inputs refer to each other's outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .ids import GraphId, NodeId
from .json_value import JsonObject
from .kind import GRAPH
from .node import Node
from .parameter import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph as a value; every edit makes a new one.

    ``parameters`` are graph-level values that node parameters may link to by ``reference``. Node ids are
    unique within one graph (validation says so; reading a document doesn't require it). Times are aware
    UTC, None before storing.
    """

    id: GraphId
    title: str = ""
    description: str = ""
    kind: str = GRAPH
    nodes: tuple[Node, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    author: str = ""
    insertion_date: datetime | None = None
    update_date: datetime | None = None
    extra: JsonObject = field(default_factory=dict)

    def node(self, node_id: NodeId) -> Node | None:
        """Return the node of that id (a linear search), or None."""
        return next((node for node in self.nodes if node.id == node_id), None)
