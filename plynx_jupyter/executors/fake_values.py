"""Made-up paths and the node's own parameter values, to show what a script would look like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from plynx_jupyter.graph.parameter_values import plain_value
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.node import Node
from plynx_jupyter.resources.base import NodeResources
from plynx_jupyter.resources.registry import get_resource

from .base import PathOrPaths

_FOLDER = PurePosixPath("/tmp/plynx")  # noqa: S108 - nothing is written there


@dataclass(frozen=True, slots=True)
class FakeValues:
    """What a context would offer; a list input has ``min_count`` paths, one at least."""

    inputs: dict[str, PathOrPaths]
    outputs: dict[str, str]
    params: dict[str, JsonValue]
    cloud_inputs: dict[str, PathOrPaths]
    cloud_outputs: dict[str, str]


def fake_values(node: Node) -> FakeValues:
    """Return made-up values for a node."""
    values = FakeValues({}, {}, {}, {}, {})
    for port in node.inputs:
        kind = get_resource(port.file_type)
        count = max(port.min_count, 1) if port.is_array else 1
        names = [_FOLDER / "inputs" / port.name / str(n) for n in range(count)] if port.is_array else []
        made = [kind.prepare_input(str(n), preview=True) for n in names or [_FOLDER / "inputs" / port.name]]
        for key, into in (
            (NodeResources.INPUT, values.inputs),
            (NodeResources.CLOUD_INPUT, values.cloud_inputs),
        ):
            paths = [one[key] for one in made if key in one]
            if paths:
                into[port.name] = paths if port.is_array else paths[0]
    for output in node.outputs:
        ready = get_resource(output.file_type).prepare_output(
            str(_FOLDER / "outputs" / output.name), preview=True
        )
        values.outputs[output.name] = ready[NodeResources.OUTPUT]
        if NodeResources.CLOUD_OUTPUT in ready:
            values.cloud_outputs[output.name] = ready[NodeResources.CLOUD_OUTPUT]
    values.params.update({p.name: plain_value(p) for p in node.parameters if not p.is_system})
    return values
