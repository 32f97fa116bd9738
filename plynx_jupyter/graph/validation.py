"""Everything that keeps a graph from running, found at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import PATH_SEPARATOR
from plynx_jupyter.model.kind import COMPOSITE, COMPOSITE_INPUT, COMPOSITE_OUTPUT
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import NODES

from .known_types import KnownTypes
from .nesting import MAX_DEPTH, flatten, inner_nodes
from .node_validation import node_problems
from .parameter_validation import parameter_problems
from .port_validation import count_problems, supplied
from .topology import find_cycle
from .type_compatibility import types_connect
from .validation_scope import Scope, problem
from .violation import Target, ValidationCode, Violation, combine

__all__ = ["KnownTypes", "validate"]

_MOST_CYCLES = 10
_MOST_NAMES = 20
"""How many cycles, and how many nodes of each, are told of; a longer list would help nobody."""


def validate(graph: Graph, known: KnownTypes) -> Violation | None:
    """Return all problems of ``graph`` as a tree, or None if it can run.

    The tree is ``GRAPH`` / ``IN_DEPENDENTS`` at the top, then a node (``IN_DEPENDENTS``) for each node with
    problems, then the problems of its inputs, parameters and properties. Time and memory grow linearly.
    """
    scope = Scope(
        graph,
        known,
        graph.nodes,
        {node.id: node for node in graph.nodes},
        {parameter.name: parameter for parameter in graph.parameters},
    )
    found = [*parameter_problems(f"Graph {graph.title!r}", graph.parameters, {}), *_scope_problems(scope)]
    if not graph.nodes:
        found.append(
            problem(
                Target.GRAPH,
                graph.id,
                ValidationCode.EMPTY_GRAPH,
                f"Graph {graph.title!r} ({graph.id}) has no nodes; add at least one.",
            )
        )
    elif not found and any(node.kind == COMPOSITE for node in graph.nodes):
        found.extend(_flattened_problems(scope))
    return combine(graph, found) if found else None


def _scope_problems(scope: Scope) -> Iterator[Violation]:
    yield from _duplicate_ids(scope)
    for node in scope.nodes:
        found = node_problems(scope, node)
        if node.kind == COMPOSITE:
            found += _composite_problems(scope, node)
        if found:
            yield _in_node(scope, node, found)
    yield from _cycles(scope)


def _in_node(scope: Scope, node: Node, found: Sequence[Violation]) -> Violation:
    count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
    return Violation(
        target=Target.NODE,
        object_id=scope.path(node),
        validation_code=ValidationCode.IN_DEPENDENTS,
        message=f"{scope.place(node)}: {count}.",
        children=tuple(found),
    )


def _flattened_problems(scope: Scope) -> Iterator[Violation]:
    """Yield what can be seen only when all that passes through composites has been followed to its source."""
    graph = scope.graph
    try:
        nodes = flatten(graph)
    except InvalidInputError as error:
        node_id = str(error.data.get("node", graph.id))
        message = f"Graph {graph.title!r}: {error}"
        yield problem(Target.NODE, node_id, ValidationCode.INVALID_VALUE, message)
        return
    flat = Scope(graph, scope.known, nodes, {node.id: node for node in nodes}, {})
    for node in nodes:
        found = count_problems(flat, node)
        if found:
            yield _in_node(flat, node, found)


def _duplicate_ids(scope: Scope) -> Iterator[Violation]:
    if len(scope.by_id) == len(scope.nodes):
        return
    for node_id, count in Counter(node.id for node in scope.nodes).items():
        if count > 1:
            titles = ", ".join(repr(node.title) for node in scope.nodes if node.id == node_id)
            path = scope.prefix + node_id
            yield problem(
                Target.NODE,
                path,
                ValidationCode.DUPLICATE_ID,
                f"Graph {scope.graph.title!r}: {count} nodes ({titles}) have the id {path!r}; "
                "give each an id of its own.",
            )


def _cycles(scope: Scope) -> Iterator[Violation]:
    """Yield a violation for each of several cycles that have no node in common."""
    nodes: Sequence[Node] = scope.nodes
    for _ in range(_MOST_CYCLES):
        cycle = find_cycle(nodes)
        if cycle is None:
            return
        names = [f"{scope.by_id[node_id].title!r} ({scope.prefix}{node_id})" for node_id in cycle]
        if len(names) > _MOST_NAMES:
            names[_MOST_NAMES // 2 : -_MOST_NAMES // 2] = [f"({len(names) - _MOST_NAMES} more)"]
        yield problem(
            Target.GRAPH,
            scope.prefix.rstrip(PATH_SEPARATOR) or scope.graph.id,
            ValidationCode.CYCLE,
            f"Graph {scope.graph.title!r}: the nodes {' → '.join((*names, names[0]))} form a cycle; "
            "remove one of these connections.",
        )
        found = set(cycle)
        nodes = [node for node in nodes if node.id not in found]


def _composite_problems(scope: Scope, composite: Node) -> Iterator[Violation]:
    path, place = scope.path(composite), scope.place(composite)
    nodes = inner_nodes(composite)
    if scope.depth >= MAX_DEPTH:
        what = f"{place}: composites are nested more than {MAX_DEPTH} deep."
        yield problem(Target.NODE, path, ValidationCode.INVALID_VALUE, what)
        return
    if composite.value(NODES) is None:
        what = f"{place}: a composite needs nodes inside; set its parameter {NODES!r}."
        yield problem(Target.PARAMETER, NODES, ValidationCode.MISSING_PARAMETER, what)
        return
    if not nodes:
        if composite.value(NODES) in ((), []):
            what = f"{place}: there are no nodes inside; add at least one."
            yield problem(Target.NODE, path, ValidationCode.EMPTY_GRAPH, what)
        return
    own = {parameter.name: parameter for parameter in composite.parameters if not parameter.is_system}
    inside = Scope(
        scope.graph,
        scope.known,
        nodes,
        {node.id: node for node in nodes},
        {**scope.links, **own},
        path + PATH_SEPARATOR,
        composite,
        {port.name: supplied(scope, port) for port in composite.inputs},
        scope.depth + 1,
    )
    yield from _special_port_problems(inside, composite, place)
    yield from _scope_problems(inside)


def _special_port_problems(inside: Scope, composite: Node, place: str) -> Iterator[Violation]:
    """Yield where the special nodes don't mirror the composite's ports."""
    raw = inside.known.raw_types
    for node in inside.nodes:
        for output in node.outputs if node.kind == COMPOSITE_INPUT else ():
            outer = composite.input(output.name)
            if outer is None:
                what = f"{place}: the inside takes from an input {output.name!r}, which the composite lacks."
                yield problem(Target.INPUT, output.name, ValidationCode.UNKNOWN_REFERENCE, what)
            elif not types_connect(outer.file_type, output.file_type, raw):
                what = (
                    f"{place}: input {output.name!r} is of type {outer.file_type!r}, but of type "
                    f"{output.file_type!r} inside."
                )
                yield problem(Target.INPUT, output.name, ValidationCode.TYPE_MISMATCH, what)
    mirrored = {port.name: port for n in inside.nodes if n.kind == COMPOSITE_OUTPUT for port in n.inputs}
    for output in composite.outputs:
        port = mirrored.get(output.name)
        if port is None:
            what = f"{place}: nothing inside is named as the source of output {output.name!r}."
            yield problem(Target.PROPERTY, output.name, ValidationCode.UNKNOWN_REFERENCE, what)
        elif not types_connect(port.file_type, output.file_type, raw):
            what = (
                f"{place}: output {output.name!r} is of type {output.file_type!r}, but of type "
                f"{port.file_type!r} inside."
            )
            yield problem(Target.PROPERTY, output.name, ValidationCode.TYPE_MISMATCH, what)
