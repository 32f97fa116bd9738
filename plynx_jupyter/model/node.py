"""A node: an operation at a place in a graph, with its connections and parameter values."""

from __future__ import annotations

from dataclasses import dataclass, field

from .ids import NodeId, OperationId
from .json_value import JsonObject
from .operation import Operation
from .parameter import Parameter, ParameterValue
from .port import Input, Output
from .status import OperationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of a graph. It carries its operation's whole definition, so a graph needs nothing else to run.

    ``original_node_id`` is the operation it was made from, if any. ``source`` is where a ``file`` node's
    content or a notebook came from (``{"path": …}`` relative to the document, or ``{"content": …}``).
    ``x`` and ``y`` are canvas pixels, None when never placed.
    """

    id: NodeId
    title: str
    kind: str
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    code_function_location: str | None = None
    original_node_id: OperationId | None = None
    node_status: OperationStatus = OperationStatus.CREATED
    auto_run: bool = True
    auto_run_enabled: bool = True
    source: JsonObject | None = None
    x: float | None = None
    y: float | None = None
    extra: JsonObject = field(default_factory=dict)

    def input(self, name: str) -> Input | None:
        """Return the input port of that name, or None."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> Output | None:
        """Return the output port of that name, or None."""
        return next((port for port in self.outputs if port.name == name), None)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def value(self, name: str, default: ParameterValue = None) -> ParameterValue:
        """Return the value of the parameter of that name, or ``default`` when there is none."""
        parameter = self.parameter(name)
        return default if parameter is None else parameter.value


def place(operation: Operation, node_id: NodeId, *, x: float | None = None, y: float | None = None) -> Node:
    """Return a node of ``operation`` with nothing connected."""
    return Node(
        id=node_id,
        title=operation.title,
        kind=operation.kind,
        inputs=operation.inputs,
        outputs=operation.outputs,
        parameters=operation.parameters,
        description=operation.description,
        code_function_location=operation.code_function_location,
        original_node_id=operation.id,
        node_status=operation.node_status,
        auto_run_enabled=operation.auto_run_enabled,
        x=x,
        y=y,
    )
