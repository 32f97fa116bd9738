"""Edits of a graph: each takes a graph and returns a new one, or raises and changes nothing.

All of them take time in proportion to the size of the graph. None of them asks whether the graph is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from plynx_jupyter.errors import InvalidInputError, NotFoundError, ParameterValueError
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId, new_id
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter, ParameterValue
from plynx_jupyter.model.port import Input, OutputReference

from .parameter_values import check_value
from .system_parameters import check_system_value
from .topology import ancestors
from .type_compatibility import RAW_TYPES, types_connect

PASTE_OFFSET = 20.0
"""How far, in pixels, copies of nodes are moved right and down."""


def add_node(graph: Graph, node: Node) -> Graph:
    """Return the graph with ``node`` at the end; raises ``InvalidInputError`` if its id is taken."""
    if graph.node(node.id) is not None:
        raise InvalidInputError(f"{_place(graph)} already has a node {node.id!r}.", node=node.id)
    return replace(graph, nodes=(*graph.nodes, node))


def remove_nodes(graph: Graph, node_ids: Collection[NodeId]) -> Graph:
    """Return the graph without these nodes and without the connections to them."""
    gone = _known(graph, node_ids)
    left = (node for node in graph.nodes if node.id not in gone)
    return replace(
        graph, nodes=tuple(_without_references(node, lambda r: r.node_id in gone) for node in left)
    )


def replace_node(graph: Graph, node: Node) -> Graph:
    """Return the graph with ``node`` in the place of the one with its id.

    Connections to outputs that it doesn't have any more are dropped.
    """
    _node(graph, node.id)
    names = {output.name for output in node.outputs}
    nodes = (node if old.id == node.id else old for old in graph.nodes)
    return replace(
        graph,
        nodes=tuple(
            _without_references(n, lambda r: r.node_id == node.id and r.output_id not in names) for n in nodes
        ),
    )


def rename(graph: Graph, node_id: NodeId, title: str) -> Graph:
    """Return the graph with another title on a node; raises ``InvalidInputError`` for an empty one."""
    if not title.strip():
        raise InvalidInputError(
            f"{_place(graph)}: the title of node {node_id!r} must not be empty.", node=node_id
        )
    return _with_node(graph, replace(_node(graph, node_id), title=title))


def move_nodes(graph: Graph, positions: Mapping[NodeId, tuple[float, float]]) -> Graph:
    """Return the graph with nodes at other places (x, y in pixels)."""
    _known(graph, positions)
    return replace(
        graph,
        nodes=tuple(
            replace(node, x=positions[node.id][0], y=positions[node.id][1]) if node.id in positions else node
            for node in graph.nodes
        ),
    )


def connect(
    graph: Graph,
    source_id: NodeId,
    output_name: str,
    target_id: NodeId,
    input_name: str,
    *,
    raw_types: Collection[str] = RAW_TYPES,
) -> Graph:
    """Return the graph with an output connected to an input, as the last of those it has.

    Raises ``InvalidInputError`` with the reason if that can't be: no such port, types that don't fit, already
    connected, no room, or a cycle. Raises ``NotFoundError`` for an unknown node.
    """
    source, target = _node(graph, source_id), _node(graph, target_id)
    output, port = source.output(output_name), target.input(input_name)
    reference = OutputReference(source_id, output_name)

    def refuse(reason: str) -> InvalidInputError:
        return InvalidInputError(
            f"{_place(graph)}: output {output_name!r} of {_name(source)} can't be connected to input "
            f"{input_name!r} of {_name(target)}: {reason}.",
            node=target_id,
            input=input_name,
        )

    if output is None:
        raise refuse(f"there is no such output, only {_names(o.name for o in source.outputs)}")
    if port is None:
        raise refuse(f"there is no such input, only {_names(i.name for i in target.inputs)}")
    if not types_connect(output.file_type, port.file_type, raw_types):
        raise refuse(f"{output.file_type!r} doesn't fit {port.file_type!r}")
    if output.is_array and not port.is_array:
        raise refuse("a list doesn't fit an input that takes one")
    if reference in port.references:
        raise refuse("they are connected already")
    most = port.max_count if port.is_array else 1
    if 0 <= most <= len(port.references):
        raise refuse(f"the input takes at most {most}; disconnect one first")
    if source_id == target_id or target_id in ancestors(graph.nodes, (source_id,)):
        raise refuse("that would form a cycle")
    return _with_input(graph, target, replace(port, references=(*port.references, reference)))


def disconnect(
    graph: Graph, source_id: NodeId, output_name: str, target_id: NodeId, input_name: str
) -> Graph:
    """Return the graph without this connection; raises ``NotFoundError`` if there is none."""
    target = _node(graph, target_id)
    port = _input(graph, target, input_name)
    reference = OutputReference(source_id, output_name)
    if reference not in port.references:
        raise NotFoundError(
            f"{_place(graph)}: input {input_name!r} of {_name(target)} isn't connected to output "
            f"{output_name!r} of node {source_id!r}.",
            node=target_id,
            input=input_name,
        )
    left = tuple(r for r in port.references if r != reference)
    return _with_input(graph, target, replace(port, references=left))


def reorder_references(
    graph: Graph, node_id: NodeId, input_name: str, references: Sequence[OutputReference]
) -> Graph:
    """Return the graph with what an input is connected to in another order (the same references)."""
    node = _node(graph, node_id)
    port = _input(graph, node, input_name)
    key = _sort_key
    if sorted(port.references, key=key) != sorted(references, key=key):
        raise InvalidInputError(
            f"{_place(graph)}: the new order of input {input_name!r} of {_name(node)} must have the same "
            f"{len(port.references)} connections as the old one.",
            node=node_id,
            input=input_name,
        )
    return _with_input(graph, node, replace(port, references=tuple(references)))


def set_parameter(graph: Graph, node_id: NodeId, name: str, value: ParameterValue) -> Graph:
    """Return the graph with another value of a node's parameter, no longer linked.

    Raises ``ParameterValueError`` if the value doesn't fit the parameter's type.
    """
    node = _node(graph, node_id)
    changed = replace(_parameter(graph, node, name), value=value, reference=None)
    what = (changed.is_system and check_system_value(changed)) or check_value(changed)
    if what:
        raise ParameterValueError(
            f"{_place(graph)}, {_name(node)}: parameter {name!r} {what}.", node=node_id, parameter=name
        )
    return _with_parameter(graph, node, changed)


def link_parameter(graph: Graph, node_id: NodeId, name: str, reference: str | None) -> Graph:
    """Return the graph with a node's parameter linked to a graph parameter, or (None) to none.

    Raises ``InvalidInputError`` if there is no such graph parameter, or its type is another.
    """
    node = _node(graph, node_id)
    parameter = _parameter(graph, node, name)
    if reference is not None:
        linked = next((p for p in graph.parameters if p.name == reference), None)
        there = _names(p.name for p in graph.parameters)
        reason = None
        if linked is None:
            reason = f"there is no such graph parameter, only {there}"
        elif linked.parameter_type != parameter.parameter_type:
            reason = f"{linked.parameter_type!r} isn't {parameter.parameter_type!r}"
        if reason:
            raise InvalidInputError(
                f"{_place(graph)}, {_name(node)}: parameter {name!r} can't be linked to {reference!r}: {reason}.",
                node=node_id,
                parameter=name,
            )
    return _with_parameter(graph, node, replace(parameter, reference=reference))


def duplicate_nodes(
    graph: Graph, node_ids: Collection[NodeId], make_id: Callable[[], str] = new_id
) -> tuple[Graph, dict[NodeId, NodeId]]:
    """Return the graph with copies of these nodes at its end, and the new ids by the old ones.

    Copies refer to each other as the originals do, and to other nodes as the originals do.
    """
    wanted = _known(graph, node_ids)
    copied = {node.id: NodeId(make_id()) for node in graph.nodes if node.id in wanted}
    copies = tuple(_copy(node, copied) for node in graph.nodes if node.id in wanted)
    return replace(graph, nodes=(*graph.nodes, *copies)), copied


def _copy(node: Node, copied: Mapping[NodeId, NodeId]) -> Node:
    inputs = tuple(
        replace(
            port,
            references=tuple(
                OutputReference(copied.get(r.node_id, r.node_id), r.output_id) for r in port.references
            ),
        )
        for port in node.inputs
    )
    return replace(
        node,
        id=copied[node.id],
        inputs=inputs,
        x=None if node.x is None else node.x + PASTE_OFFSET,
        y=None if node.y is None else node.y + PASTE_OFFSET,
    )


def _without_references(node: Node, unwanted: Callable[[OutputReference], bool]) -> Node:
    if not any(unwanted(r) for port in node.inputs for r in port.references):
        return node
    inputs = (
        replace(port, references=tuple(r for r in port.references if not unwanted(r))) for port in node.inputs
    )
    return replace(node, inputs=tuple(inputs))


def _with_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes=tuple(node if old.id == node.id else old for old in graph.nodes))


def _with_input(graph: Graph, node: Node, port: Input) -> Graph:
    inputs = tuple(port if old.name == port.name else old for old in node.inputs)
    return _with_node(graph, replace(node, inputs=inputs))


def _with_parameter(graph: Graph, node: Node, parameter: Parameter) -> Graph:
    parameters = tuple(parameter if old.name == parameter.name else old for old in node.parameters)
    return _with_node(graph, replace(node, parameters=parameters))


def _node(graph: Graph, node_id: NodeId) -> Node:
    node = graph.node(node_id)
    if node is None:
        raise NotFoundError(f"{_place(graph)} has no node {node_id!r}.", node=node_id)
    return node


def _input(graph: Graph, node: Node, name: str) -> Input:
    port = node.input(name)
    if port is None:
        there = _names(i.name for i in node.inputs)
        raise NotFoundError(
            f"{_place(graph)}: {_name(node)} has no input {name!r}, only {there}.", node=node.id, input=name
        )
    return port


def _parameter(graph: Graph, node: Node, name: str) -> Parameter:
    parameter = node.parameter(name)
    if parameter is None:
        there = _names(p.name for p in node.parameters)
        raise NotFoundError(
            f"{_place(graph)}: {_name(node)} has no parameter {name!r}, only {there}.",
            node=node.id,
            parameter=name,
        )
    return parameter


def _known(graph: Graph, node_ids: Iterable[NodeId]) -> set[NodeId]:
    """Return the ids as a set; raises ``NotFoundError`` listing those that aren't in the graph."""
    wanted = set(node_ids)
    missing = sorted(wanted.difference(node.id for node in graph.nodes))
    if missing:
        raise NotFoundError(f"{_place(graph)} has no node {_names(missing)}.", nodes=missing)
    return wanted


def _sort_key(reference: OutputReference) -> tuple[str, str]:
    return reference.node_id, reference.output_id


def _place(graph: Graph) -> str:
    return f"Graph {graph.title!r}"


def _name(node: Node) -> str:
    return f"node {node.title!r} ({node.id})"


def _names(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"
