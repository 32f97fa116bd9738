"""Which resources arrive at a node's inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from plynx_jupyter.model.ids import Digest, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.port import Input
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources.registry import get_resource

Outputs = Mapping[NodeId, Mapping[str, tuple[Resource, ...]]]


def collect_inputs(node: Node, outputs: Outputs) -> dict[str, tuple[Resource, ...]]:
    """Return the resources of each input, in order; ``outputs`` holds all nodes that are referred to.

    An input of a raw value type with nothing connected gets its ``primitive_override``, if it has one.
    """
    return {port.name: _of_port(port, outputs) for port in node.inputs}


def _of_port(port: Input, outputs: Outputs) -> tuple[Resource, ...]:
    if port.references:
        return tuple(
            resource
            for reference in port.references
            for resource in outputs[reference.node_id].get(reference.output_id, ())
        )
    if port.primitive_override is not None and get_resource(port.file_type).is_raw:
        return (inline_resource(port.file_type, port.primitive_override),)
    return ()


def inline_resource(file_type: str, value: object) -> Resource:
    """Return the resource of a raw value; raises ``ParameterValueError`` when it isn't of that type."""
    kind = get_resource(file_type)
    data = kind.encode(value)
    return Resource(
        file_type=file_type,
        digest=Digest(hashlib.sha256(data).hexdigest()),
        size_bytes=len(data),
        inline=True,
        value=kind.to_inline(data),
    )
