"""The plan of a run: which nodes take part, and who waits for whom. It never changes while the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.topology import ancestors
from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.run import OnFailure, RunOptions


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """What scheduling needs to know of a node.

    ``dependencies`` has no doubles; ``retries`` is how often an attempt that failed is tried again.
    A node that ``is_manual`` is restored if it can be, but never computed by this run.
    """

    id: NodeId
    dependencies: tuple[NodeId, ...] = ()
    is_static: bool = False
    retries: int = 0
    is_manual: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The nodes that take part, in the order of the graph, and who consumes whose outputs."""

    nodes: Mapping[NodeId, PlannedNode]
    consumers: Mapping[NodeId, tuple[NodeId, ...]]
    on_failure: OnFailure = OnFailure.CONTINUE


def make_plan(
    nodes: Sequence[Node], options: RunOptions, retries: Callable[[Node], int] = lambda node: 0
) -> Plan:
    """Plan the run of flattened ``nodes`` (see ``graph.nesting.flatten``), which must have passed validation.

    A composite named in ``options.until`` stands for all that is inside it. Raises ``InvalidInputError``
    naming the ids in ``options`` that aren't in the graph.
    """
    wanted = named_nodes(nodes, options.until)
    named_nodes(nodes, options.from_nodes)
    if options.until:
        wanted |= ancestors(nodes, wanted)
        nodes = [node for node in nodes if node.id in wanted]
    return plan_of(
        (
            PlannedNode(
                id=node.id,
                dependencies=tuple(dict.fromkeys(r.node_id for port in node.inputs for r in port.references)),
                is_static=node.kind == FILE,
                retries=retries(node),
                is_manual=options.automatic and not (node.auto_run and node.auto_run_enabled),
            )
            for node in nodes
        ),
        options.on_failure,
    )


def plan_of(nodes: Iterable[PlannedNode], on_failure: OnFailure = OnFailure.CONTINUE) -> Plan:
    """Return the plan of already planned nodes, every dependency of which must be among them."""
    by_id = {node.id: node for node in nodes}
    consumers: dict[NodeId, list[NodeId]] = {node_id: [] for node_id in by_id}
    for node in by_id.values():
        for dependency in node.dependencies:
            consumers[dependency].append(node.id)
    return Plan(by_id, {key: tuple(value) for key, value in consumers.items()}, on_failure)


def named_nodes(nodes: Sequence[Node], names: Iterable[NodeId]) -> set[NodeId]:
    """Return the ids that ``names`` stand for: a node itself, or all that is inside a composite.

    Raises ``InvalidInputError`` listing every name that stands for nothing.
    """
    known = {node.id for node in nodes}
    found: set[NodeId] = set()
    missing: list[str] = []
    for name in names:
        inside = {name} & known or {n for n in known if n.startswith(name + PATH_SEPARATOR)}
        if not inside:
            missing.append(name)
        found |= inside
    if missing:
        listed = ", ".join(repr(name) for name in missing)
        raise InvalidInputError(
            f"No such node in the graph: {listed}. The nodes are: {', '.join(sorted(known)) or 'none'}.",
            nodes=missing,
        )
    return found
