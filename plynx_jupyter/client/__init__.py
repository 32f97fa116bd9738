"""The Python interface: Client, Graph, Operation, File."""

from __future__ import annotations

from .client import Client
from .graph import Graph
from .node import File, Node
from .operation import Operation
from .ports import Input, Output, Param
from .run import Artifact, NodeResult, Run

__all__ = [
    "Artifact",
    "Client",
    "File",
    "Graph",
    "Input",
    "Node",
    "NodeResult",
    "Operation",
    "Output",
    "Param",
    "Run",
]
