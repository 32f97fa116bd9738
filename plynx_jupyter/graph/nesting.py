"""Composite nodes: what a graph is without them, and how one is seen as a whole.

A composite holds its nodes in the parameter ``_nodes``. Two special nodes stand for its ports inside: the
outputs of ``composite_input`` are named like the composite's inputs, the inputs of ``composite_output``
like its outputs. ``group`` and ``ungroup`` are in ``grouping``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.kind import COMPOSITE, COMPOSITE_INPUT, COMPOSITE_OUTPUT, SPECIAL
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import NODES, Parameter
from plynx_jupyter.model.port import Input, OutputReference
from plynx_jupyter.model.status import NodeRunStatus

MAX_DEPTH = 100
"""How deep composites may be nested; deeper ones are a mistake, and would exhaust Python's stack."""


def flatten(graph: Graph) -> tuple[Node, ...]:
    """Return the nodes that run, with composites replaced by what is inside them, in document order.

    Inner nodes get path ids (``outer/inner``), references lead from node to node through any number of
    special nodes, and parameters linked by ``reference`` hold the value they are linked to. The graph must
    have passed validation; references to nothing are kept as they are, links to nothing as well.
    """
    return expand(graph.nodes, graph.parameters)


def inner_nodes(composite: Node) -> tuple[Node, ...]:
    """Return the nodes inside a composite, special ones included; none if ``_nodes`` isn't well formed."""
    value = composite.value(NODES)
    if isinstance(value, (tuple, list)) and all(isinstance(item, Node) for item in value):
        return tuple(item for item in value if isinstance(item, Node))
    return ()


def with_inner_nodes(composite: Node, nodes: Sequence[Node]) -> Node:
    """Return the composite with other nodes inside; it must have the parameter ``_nodes``."""
    return replace(
        composite,
        parameters=tuple(
            replace(parameter, value=tuple(nodes)) if parameter.name == NODES else parameter
            for parameter in composite.parameters
        ),
    )


def composites(graph: Graph) -> dict[NodeId, Node]:
    """Map the path ids of all composites, nested ones too, to the nodes; outer ones come first."""
    return dict(_composites(graph.nodes, ""))


def parent_path(node_id: NodeId) -> NodeId | None:
    """Return the path id of the composite a node is in, or None at the top.

    >>> parent_path(NodeId("outer/middle/inner"))
    'outer/middle'
    """
    head, separator, _ = node_id.rpartition(PATH_SEPARATOR)
    return NodeId(head) if separator else None


def aggregate_status(statuses: Iterable[NodeRunStatus]) -> NodeRunStatus:
    """Return the status to show for a composite with nodes of these statuses inside.

    RUNNING from the first node's start to the last one's end, then the worst that happened; RESTORED only if
    nothing ran. Files inside don't count unless there is nothing else.
    """
    seen = set(statuses) - {NodeRunStatus.SPECIAL}
    if not seen - {NodeRunStatus.STATIC}:
        return NodeRunStatus.STATIC if seen else NodeRunStatus.SUCCESS
    seen.discard(NodeRunStatus.STATIC)
    still_open = {status for status in seen if not status.is_final}
    if still_open:
        begun = seen - still_open or NodeRunStatus.RUNNING in seen
        queued = NodeRunStatus.IN_QUEUE in seen
        return NodeRunStatus.RUNNING if begun else NodeRunStatus.IN_QUEUE if queued else NodeRunStatus.CREATED
    worst_first = (
        NodeRunStatus.FAILED,
        NodeRunStatus.CANCELED,
        NodeRunStatus.SUCCESS,
        NodeRunStatus.RESTORED,
    )
    return next(status for status in worst_first if status in seen)


def expand(
    nodes: Sequence[Node],
    parameters: Iterable[Parameter] = (),
    *,
    only: Collection[NodeId] | None = None,
) -> tuple[Node, ...]:
    """Return ``nodes`` with composites replaced by their inner nodes, and links to ``parameters`` resolved.

    With ``only``, just these (path) ids are replaced, and other composites stay.
    """
    scope = _open_scope(nodes, {parameter.name: parameter for parameter in parameters}, only)
    return tuple(_Expansion().nodes(scope))


@dataclass(slots=True, eq=False)
class _Scope:
    """The nodes of one level, with their parameters resolved; ``inner`` are the composites to replace."""

    nodes: Sequence[Node]
    prefix: str = ""
    composite: Node | None = None
    parent: _Scope | None = None
    by_id: dict[NodeId, Node] = field(default_factory=dict)
    inner: dict[NodeId, _Scope] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Constant:
    """A value given inline at a composite's port."""

    value: JsonValue


_Wire: TypeAlias = "tuple[_Scope, OutputReference]"
_Source: TypeAlias = "OutputReference | _Constant"


def _open_scope(
    nodes: Sequence[Node],
    parameters: Mapping[str, Parameter],
    only: Collection[NodeId] | None,
    *,
    composite: Node | None = None,
    prefix: str = "",
    parent: _Scope | None = None,
    depth: int = 0,
) -> _Scope:
    if depth > MAX_DEPTH:
        raise InvalidInputError(f"Composite {prefix!r} is nested more than {MAX_DEPTH} deep.", node=prefix)
    if parameters:
        nodes = [_with_links_resolved(node, parameters) for node in nodes]
    scope = _Scope(nodes, prefix, composite, parent, {node.id: node for node in nodes})
    for node in nodes:
        if node.kind == COMPOSITE and (only is None or prefix + node.id in only):
            own = {p.name: p for p in node.parameters if not p.is_system}
            scope.inner[node.id] = _open_scope(
                inner_nodes(node),
                {**parameters, **own},
                only,
                composite=node,
                prefix=f"{prefix}{node.id}{PATH_SEPARATOR}",
                parent=scope,
                depth=depth + 1,
            )
    return scope


def _with_links_resolved(node: Node, parameters: Mapping[str, Parameter]) -> Node:
    """Return the node, and what is inside it, with every link to one of ``parameters`` resolved."""
    linking = any(p.reference is not None and p.reference in parameters for p in node.parameters)
    if not linking and node.kind != COMPOSITE:
        return node
    resolved = []
    for parameter in node.parameters:
        linked = None if parameter.reference is None else parameters.get(parameter.reference)
        if linked is not None:
            # What is linked may itself be linked further out, where nothing has been resolved (yet).
            parameter = replace(parameter, value=linked.value, reference=linked.reference)
        resolved.append(parameter)
    node = replace(node, parameters=tuple(resolved))
    if node.kind != COMPOSITE:
        return node
    hidden = {parameter.name for parameter in node.parameters}
    visible = {name: parameter for name, parameter in parameters.items() if name not in hidden}
    return with_inner_nodes(node, [_with_links_resolved(inner, visible) for inner in inner_nodes(node)])


class _Expansion:
    """One walk over the scopes; remembers where each wire through a special node ends."""

    def __init__(self) -> None:
        self._ends: dict[_Wire, tuple[_Source, ...]] = {}

    def nodes(self, scope: _Scope) -> Iterator[Node]:
        for node in scope.nodes:
            if node.id in scope.inner:
                yield from self.nodes(scope.inner[node.id])
            elif scope.composite is None or node.kind not in SPECIAL:
                yield self._node(scope, node)

    def _node(self, scope: _Scope, node: Node) -> Node:
        if not scope.prefix and not scope.inner:
            return node
        inputs = tuple(self._input(scope, node, port) for port in node.inputs)
        return replace(node, id=NodeId(scope.prefix + node.id), inputs=inputs)

    def _input(self, scope: _Scope, node: Node, port: Input) -> Input:
        if not port.references:
            return port
        sources = [end for reference in port.references for end in self._follow((scope, reference))]
        references = tuple(source for source in sources if isinstance(source, OutputReference))
        constants = [source.value for source in sources if isinstance(source, _Constant)]
        if not constants:
            return replace(port, references=references)
        if references or len(constants) > 1:
            raise InvalidInputError(
                f"Input {port.name!r} of node {node.title!r} ({scope.prefix}{node.id}) would get a value "
                "given inline at a composite's port together with others; connect a node to that port.",
                node=scope.prefix + node.id,
                input=port.name,
            )
        return replace(port, references=(), primitive_override=constants[0])

    def _follow(self, wire: _Wire) -> tuple[_Source, ...]:
        """Return the ends of a wire, in order."""
        # A stack of our own, since pass-through composites may form long chains.
        stack = [wire]
        under_way: set[_Wire] = set()
        while stack:
            current = stack[-1]
            if current in self._ends:
                stack.pop()
                continue
            onward = _next(current)
            if not isinstance(onward, list):
                self._ends[current] = onward
                continue
            missing = [step for step in onward if step not in self._ends]
            if not missing:
                self._ends[current] = tuple(end for step in onward for end in self._ends[step])
                under_way.discard(current)
            elif under_way.isdisjoint(missing):
                under_way.add(current)
                stack.extend(missing)
            else:
                scope, reference = current
                raise InvalidInputError(
                    f"Composite {scope.prefix}{reference.node_id} is connected to itself in a cycle.",
                    node=scope.prefix + reference.node_id,
                )
        return self._ends[wire]


def _next(wire: _Wire) -> list[_Wire] | tuple[_Source, ...]:
    """Return where a wire leads on to, or (a tuple) its ends, if it leads no further."""
    scope, reference = wire
    node = scope.by_id.get(reference.node_id)
    if node is not None and node.kind == COMPOSITE_INPUT and scope.composite and scope.parent:
        return _onward(scope.parent, scope.composite.input(reference.output_id))
    if node is not None and node.id in scope.inner:
        inner = scope.inner[node.id]
        ports = (n.input(reference.output_id) for n in inner.nodes if n.kind == COMPOSITE_OUTPUT)
        return _onward(inner, next((port for port in ports if port is not None), None))
    return (OutputReference(NodeId(scope.prefix + reference.node_id), reference.output_id),)


def _onward(scope: _Scope, port: Input | None) -> list[_Wire] | tuple[_Source, ...]:
    if port is None:
        return ()
    if port.references:
        return [(scope, reference) for reference in port.references]
    return () if port.primitive_override is None else (_Constant(port.primitive_override),)


def _composites(nodes: Iterable[Node], prefix: str) -> Iterator[tuple[NodeId, Node]]:
    for node in nodes:
        if node.kind == COMPOSITE:
            yield NodeId(prefix + node.id), node
            yield from _composites(inner_nodes(node), f"{prefix}{node.id}{PATH_SEPARATOR}")
