"""Bringing the nodes of a graph to the newest versions of their operations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId, OperationId
from plynx_jupyter.model.kind import COMPOSITE
from plynx_jupyter.model.node import Node, place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import CMD, NODES, EnumChoice, Parameter, ParameterValue
from plynx_jupyter.model.port import Input
from plynx_jupyter.model.status import OperationStatus

from .nesting import inner_nodes, with_inner_nodes
from .type_compatibility import RAW_TYPES, types_connect

SuccessorOf: TypeAlias = Callable[[OperationId], "Operation | None"]
"""Returns the operation that replaces one, or None."""

_NEVER_KEPT = frozenset({CMD, NODES})
"""What an operation does comes from its new version, whatever the node had."""


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """The new graph, how many nodes were upgraded, and a sentence for each thing that couldn't be kept."""

    graph: Graph
    upgraded: int
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class _Upgrade:
    """One upgrade of a whole graph under way."""

    successor_of: SuccessorOf
    raw_types: Collection[str]
    newest: dict[OperationId, Operation | None] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    upgraded: int = 0

    def level(self, nodes: Sequence[Node], prefix: str) -> tuple[Node, ...]:
        """Return the nodes of one level upgraded, and what is inside composites that weren't."""
        by_id: dict[NodeId, Node] = {}
        changed: set[NodeId] = set()
        for node in nodes:
            operation = self._newest(node.original_node_id)
            if operation is not None:
                by_id[node.id] = self._transplant(node, operation, _name(node, prefix))
                changed.add(node.id)
            elif node.kind == COMPOSITE:
                inner = inner_nodes(node)
                upgraded = self.level(inner, f"{prefix}{node.id}{PATH_SEPARATOR}")
                by_id[node.id] = node if upgraded == inner else with_inner_nodes(node, upgraded)
            else:
                by_id[node.id] = node
        self.upgraded += len(changed)
        return tuple(self._with_fitting_references(by_id[n.id], by_id, changed, prefix) for n in nodes)

    def _newest(self, operation_id: OperationId | None) -> Operation | None:
        """Return the last READY operation among the successors, or None if there is none."""
        if operation_id is None:
            return None
        if operation_id not in self.newest:
            found = None
            seen = {operation_id}
            following = self.successor_of(operation_id)
            while following is not None and following.id not in seen:
                if following.node_status == OperationStatus.READY:
                    found = following
                seen.add(following.id)
                following = self.successor_of(following.id)
            self.newest[operation_id] = found
        return self.newest[operation_id]

    def _transplant(self, old: Node, operation: Operation, name: str) -> Node:
        """Return a node of ``operation`` with all of ``old`` that fits it."""
        new = place(operation, old.id, x=old.x, y=old.y)
        return replace(
            new,
            description=old.description,
            auto_run=old.auto_run,
            extra=old.extra,
            inputs=self._inputs(old, new, name),
            parameters=self._parameters(old, new, name),
        )

    def _inputs(self, old: Node, new: Node, name: str) -> tuple[Input, ...]:
        for port in old.inputs:
            if port.references and new.input(port.name) is None:
                self.lost.append(f"{name}: the connections of input {port.name!r}, which is no more.")
        ports = []
        for port in new.inputs:
            before = old.input(port.name)
            if before is not None:
                inline = port.primitive_override
                if before.file_type == port.file_type and before.primitive_override is not None:
                    inline = before.primitive_override
                port = replace(port, references=before.references, primitive_override=inline)
            ports.append(port)
        return tuple(ports)

    def _parameters(self, old: Node, new: Node, name: str) -> tuple[Parameter, ...]:
        for parameter in old.parameters:
            public = parameter.widget is not None and not parameter.is_system
            if public and new.parameter(parameter.name) is None:
                self.lost.append(f"{name}: the value of parameter {parameter.name!r}, which is no more.")
        return tuple(self._parameter(old.parameter(p.name), p, name) for p in new.parameters)

    def _parameter(self, before: Parameter | None, parameter: Parameter, name: str) -> Parameter:
        if before is None or before.widget is None or parameter.name in _NEVER_KEPT:
            return parameter
        if before.parameter_type != parameter.parameter_type:
            self.lost.append(
                f"{name}: the value of parameter {parameter.name!r}, which was {before.parameter_type!r} "
                f"and is {parameter.parameter_type!r} now."
            )
            return parameter
        value = _kept_value(before.value, parameter.value)
        if value is None:
            self.lost.append(f"{name}: the choice of parameter {parameter.name!r}, which is no more.")
            return parameter
        return replace(parameter, value=value, reference=before.reference)

    def _with_fitting_references(
        self, node: Node, by_id: Mapping[NodeId, Node], changed: set[NodeId], prefix: str
    ) -> Node:
        """Return the node without connections that an upgrade at either end has broken."""
        touched = node.id in changed
        if not touched and not any(r.node_id in changed for port in node.inputs for r in port.references):
            return node
        ports = []
        for port in node.inputs:
            kept = []
            for reference in port.references:
                source = by_id.get(reference.node_id)
                if source is None or not (touched or source.id in changed):
                    kept.append(reference)
                    continue
                output = source.output(reference.output_id)
                fits = (
                    output is not None
                    and types_connect(output.file_type, port.file_type, self.raw_types)
                    and (port.is_array or not (output.is_array or kept))
                )
                if fits:
                    kept.append(reference)
                else:
                    self.lost.append(
                        f"{_name(node, prefix)}: the connection of input {port.name!r} to output "
                        f"{reference.output_id!r} of {_name(source, prefix)}."
                    )
            ports.append(replace(port, references=tuple(kept)))
        return replace(node, inputs=tuple(ports))


def upgrade_nodes(
    graph: Graph, successor_of: SuccessorOf, raw_types: Collection[str] = RAW_TYPES
) -> UpgradeResult:
    """Replace each node whose operation has a newer READY version by a node of that, in composites too.

    Kept are id, place, description, the connections and inline values of inputs with the same name and a type
    that fits, and the values of visible parameters with the same name and type.
    """
    upgrade = _Upgrade(successor_of, raw_types)
    nodes = upgrade.level(graph.nodes, "")
    return UpgradeResult(replace(graph, nodes=nodes), upgrade.upgraded, tuple(upgrade.lost))


def _kept_value(before: ParameterValue, now: ParameterValue) -> ParameterValue:
    """Return the value to keep; None when an enum doesn't offer the old choice any more."""
    if not isinstance(now, EnumChoice):
        return before
    if not isinstance(before, EnumChoice) or not 0 <= before.index < len(before.values):
        return None
    if before.chosen not in now.values:
        return None
    return EnumChoice(now.values, now.values.index(before.chosen))


def _name(node: Node, prefix: str) -> str:
    return f"Node {node.title!r} ({prefix}{node.id})"
