"""Ports of nodes and operations, and the references that connect them."""

from __future__ import annotations

from dataclasses import dataclass, field

from .ids import NodeId
from .json_value import JsonObject, JsonValue
from .resource import Resource

UNLIMITED = -1
"""A ``max_count`` below zero: any number of resources."""


@dataclass(frozen=True, slots=True)
class OutputReference:
    """Where an input gets a resource from: an output port of another node of the same graph."""

    node_id: NodeId
    output_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input port.

    ``is_array`` says what the code sees: a list of resources in the order of ``references``, or just one.
    ``min_count`` 0 makes the port optional; ``max_count`` below 0 takes any number (arrays only).
    ``primitive_override`` is the value used when nothing is connected (raw value types only).
    ``references`` is empty on an operation; on a node it is what the port is connected to, in order.
    """

    name: str
    file_type: str = "file"
    is_array: bool = False
    min_count: int = 1
    max_count: int = 1
    primitive_override: JsonValue = None
    references: tuple[OutputReference, ...] = ()
    description: str = ""
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output port. ``values`` is known beforehand only on ``file`` nodes, else empty in a graph."""

    name: str
    file_type: str = "file"
    is_array: bool = False
    min_count: int = 1
    values: tuple[Resource, ...] = ()
    description: str = ""
    extra: JsonObject = field(default_factory=dict)
