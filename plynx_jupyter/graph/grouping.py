"""Making a composite of some nodes of a graph, and undoing that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from plynx_jupyter.errors import InvalidInputError, NotFoundError
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId, new_id
from plynx_jupyter.model.kind import COMPOSITE, COMPOSITE_INPUT, COMPOSITE_OUTPUT
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import NODES, Parameter, ParameterType
from plynx_jupyter.model.port import UNLIMITED, Input, Output, OutputReference

from .nesting import expand
from .topology import ancestors, descendants

_INPUT_ID = NodeId("input")
_OUTPUT_ID = NodeId("output")


def group(
    graph: Graph, node_ids: Collection[NodeId], title: str, make_id: Callable[[], str] = new_id
) -> Graph:
    """Return the graph with these nodes inside a new composite, which stands where the first of them was.

    It has an input for each output outside that they use, and an output for each of theirs that is used
    outside or nowhere. Raises ``InvalidInputError`` if a node left outside is between two of them, and
    ``NotFoundError`` for unknown ids.
    """
    wanted = set(node_ids)
    chosen = [node for node in graph.nodes if node.id in wanted]
    ids = {node.id for node in chosen}
    _check_selection(graph, wanted, ids)
    composite_id = NodeId(make_id())
    entries = _entries(graph, chosen, ids)
    exits = _exits(graph, chosen, ids)
    special_input, special_output = _free_id(_INPUT_ID, ids), _free_id(_OUTPUT_ID, ids)
    redirected = {
        source: OutputReference(special_input, port.name) for port in entries for source in port.references
    }
    inside = [_redirect(node, redirected) for node in chosen]
    composite = Node(
        id=composite_id,
        title=title,
        kind=COMPOSITE,
        inputs=entries,
        outputs=tuple(replace(output, name=name, values=()) for name, _, output in exits),
        parameters=(
            Parameter(
                name=NODES,
                parameter_type=ParameterType.LIST_NODE.value,
                widget=None,
                value=(
                    _special_input(special_input, entries),
                    *inside,
                    _special_output(special_output, exits),
                ),
            ),
        ),
        x=_mean([node.x for node in chosen]),
        y=_mean([node.y for node in chosen]),
    )
    outward = {source: OutputReference(composite_id, name) for name, source, _ in exits}
    nodes = []
    for node in graph.nodes:
        if node.id == chosen[0].id:
            nodes.append(composite)
        elif node.id not in ids:
            nodes.append(_redirect(node, outward))
    return replace(graph, nodes=tuple(nodes))


def ungroup(graph: Graph, composite_id: NodeId, make_id: Callable[[], str] = new_id) -> Graph:
    """Return the graph with a composite replaced by the nodes inside it.

    Inner nodes keep their ids unless these are taken. Raises ``NotFoundError`` if there is no such composite,
    ``InvalidInputError`` if a value given inline at one of its ports would have to join a list.
    """
    composite = graph.node(composite_id)
    if composite is None or composite.kind != COMPOSITE:
        raise NotFoundError(f"Graph {graph.title!r} has no composite {composite_id!r}.", node=composite_id)
    expanded = expand(graph.nodes, only={composite_id})
    taken = {node.id for node in graph.nodes} - {composite_id}
    prefix = composite_id + PATH_SEPARATOR
    new_ids: dict[NodeId, NodeId] = {}
    for node in expanded:
        if node.id.startswith(prefix):
            inner = NodeId(node.id[len(prefix) :])
            new_ids[node.id] = inner if inner not in taken else NodeId(make_id())
            taken.add(new_ids[node.id])
    return replace(graph, nodes=tuple(_with_ids(node, new_ids) for node in expanded))


def _check_selection(graph: Graph, wanted: set[NodeId], found: set[NodeId]) -> None:
    if not wanted:
        raise InvalidInputError(f"Graph {graph.title!r}: choose at least one node to group.")
    if wanted - found:
        missing = ", ".join(repr(node_id) for node_id in sorted(wanted - found))
        raise NotFoundError(f"Graph {graph.title!r} has no node {missing}.", nodes=sorted(wanted - found))
    between = (descendants(graph.nodes, found) & ancestors(graph.nodes, found)) - found
    if between:
        names = ", ".join(f"{node.title!r} ({node.id})" for node in graph.nodes if node.id in between)
        raise InvalidInputError(
            f"Graph {graph.title!r}: these nodes can't be grouped without {names}, "
            "which they feed and which feed them; the group would form a cycle.",
            nodes=sorted(between),
        )


def _entries(graph: Graph, chosen: Sequence[Node], ids: set[NodeId]) -> tuple[Input, ...]:
    """Return a port for each output outside that the chosen nodes use."""
    by_id = {node.id: node for node in graph.nodes}
    ports: dict[OutputReference, Input] = {}
    names: set[str] = set()
    for node in chosen:
        for port in node.inputs:
            for reference in port.references:
                if reference.node_id in ids or reference in ports:
                    continue
                source = by_id.get(reference.node_id)
                output = None if source is None else source.output(reference.output_id)
                is_array = output is not None and output.is_array
                ports[reference] = Input(
                    name=_unique(reference.output_id, names),
                    file_type=port.file_type if output is None else output.file_type,
                    is_array=is_array,
                    max_count=UNLIMITED if is_array else 1,
                    references=(reference,),
                )
    return tuple(ports.values())


def _exits(
    graph: Graph, chosen: Sequence[Node], ids: set[NodeId]
) -> list[tuple[str, OutputReference, Output]]:
    """Return a name for each output of the chosen nodes that is used outside or nowhere."""
    inside: set[OutputReference] = set()
    outside: set[OutputReference] = set()
    for node in graph.nodes:
        uses = inside if node.id in ids else outside
        uses.update(reference for port in node.inputs for reference in port.references)
    names: set[str] = set()
    exits = []
    for node in chosen:
        for output in node.outputs:
            reference = OutputReference(node.id, output.name)
            if reference in outside or reference not in inside:
                exits.append((_unique(output.name, names), reference, output))
    return exits


def _special_input(node_id: NodeId, entries: Sequence[Input]) -> Node:
    outputs = (Output(name=port.name, file_type=port.file_type, is_array=port.is_array) for port in entries)
    return Node(id=node_id, title="Input", kind=COMPOSITE_INPUT, outputs=tuple(outputs))


def _special_output(node_id: NodeId, exits: Sequence[tuple[str, OutputReference, Output]]) -> Node:
    inputs = (
        Input(
            name=name,
            file_type=output.file_type,
            is_array=output.is_array,
            max_count=UNLIMITED if output.is_array else 1,
            references=(reference,),
        )
        for name, reference, output in exits
    )
    return Node(id=node_id, title="Output", kind=COMPOSITE_OUTPUT, inputs=tuple(inputs))


def _redirect(node: Node, targets: dict[OutputReference, OutputReference]) -> Node:
    if not any(r in targets for port in node.inputs for r in port.references):
        return node
    inputs = (
        replace(port, references=tuple(targets.get(r, r) for r in port.references)) for port in node.inputs
    )
    return replace(node, inputs=tuple(inputs))


def _with_ids(node: Node, new_ids: dict[NodeId, NodeId]) -> Node:
    inputs = tuple(
        replace(
            port,
            references=tuple(
                OutputReference(new_ids.get(r.node_id, r.node_id), r.output_id) for r in port.references
            ),
        )
        for port in node.inputs
    )
    return replace(node, id=new_ids.get(node.id, node.id), inputs=inputs)


def _unique(name: str, taken: set[str]) -> str:
    """Return the name, or with a number behind it if it is taken, and take it."""
    unique, number = name, 1
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    taken.add(unique)
    return unique


def _free_id(wanted: NodeId, taken: set[NodeId]) -> NodeId:
    return NodeId(_unique(wanted, set(taken)))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
