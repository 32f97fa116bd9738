"""The actions of the REST contract on a graph: a sequence of them, applied in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import InvalidInputError, NotAllowedError, NotFoundError
from plynx_jupyter.graph import editing
from plynx_jupyter.graph.codegen import generate_code
from plynx_jupyter.graph.document import parameter_from_dict, parameter_to_dict
from plynx_jupyter.graph.layout import arrange
from plynx_jupyter.graph.nesting import inner_nodes
from plynx_jupyter.graph.result_records import time_from_text
from plynx_jupyter.graph.upgrading import upgrade_nodes
from plynx_jupyter.graph.validation import validate
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId, new_id
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice
from plynx_jupyter.model.run import RunOptions

from .session import UserGraphs, UserOperations, UserRuns
from .validating import known_types, needed_part


@dataclass(slots=True)
class Outcome:
    """The graph after a sequence of actions, and what they add to the reply."""

    graph: Graph
    validation_error: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    expected_update_date: datetime | None = None
    """Which version the next one to be stored replaces."""
    folder: Path | None = None


class GraphActions:
    """Applies actions for one user."""

    def __init__(self, graphs: UserGraphs, runs: UserRuns, operations: UserOperations) -> None:
        self._graphs = graphs
        self._runs = runs
        self._operations = operations

    async def apply(
        self,
        graph: Graph,
        names: Sequence[str],
        options: RunOptions | None = None,
        *,
        expected_update_date: datetime | None = None,
        folder: Path | None = None,
    ) -> Outcome:
        """Apply the actions in order; a validation that fails ends the sequence.

        What is stored must be the version of ``expected_update_date``, if given: ``ConflictError`` otherwise. Relative
        paths of the graph's files are looked for in ``folder``.
        """
        outcome = Outcome(graph, expected_update_date=expected_update_date, folder=folder)
        for name in names:
            await self._apply(outcome, name, options or RunOptions())
            if outcome.validation_error is not None:
                outcome.extra["validation_error"] = outcome.validation_error
                break
        return outcome

    async def update(
        self, graph_id: GraphId, title: str | None, description: str | None, update_date: str | None
    ) -> Graph:
        """Change a stored graph's title or description (None leaves it)."""
        graph = await self._graphs.load(graph_id)
        changed = replace(
            graph,
            title=graph.title if title is None else title,
            description=graph.description if description is None else description,
        )
        expected = None if update_date is None else time_from_text(update_date)
        return await self._graphs.save(changed, expected_update_date=expected)

    def with_parameter(self, graph: Graph, node_id: NodeId, name: str, value: Any) -> Graph:
        """Return the graph with a parameter set to a value as JSON has it."""
        node = graph.node(node_id)
        parameter = None if node is None else node.parameter(name)
        if parameter is None:
            raise NotFoundError(f"There is no parameter {name!r} of a node {node_id} in the graph.")
        held = parameter.value
        if isinstance(held, Code) and isinstance(value, str):
            return editing.set_parameter(graph, node_id, name, Code(value, held.mode))
        if isinstance(held, EnumChoice) and isinstance(value, str):
            if value not in held.values:
                raise InvalidInputError(f"{name!r} is one of {', '.join(held.values)}, not {value!r}.")
            return editing.set_parameter(graph, node_id, name, replace(held, index=held.values.index(value)))
        read = parameter_from_dict({**parameter_to_dict(parameter), "value": value})
        return editing.set_parameter(graph, node_id, name, read.value)

    async def _apply(self, outcome: Outcome, name: str, options: RunOptions) -> None:
        graph = outcome.graph
        if name == "SAVE":
            await self._save(outcome)
        elif name == "VALIDATE":
            outcome.validation_error = _problems(graph)
        elif name in ("APPROVE", "CREATE_RUN", "CREATE_RUN_FROM_SCRATCH"):
            outcome.validation_error = _problems(needed_part(graph, options.until))
            if outcome.validation_error is None:
                await self._save(outcome)
                if name == "CREATE_RUN_FROM_SCRATCH":
                    options = replace(options, use_cache=False)
                run = await self._runs.start(outcome.graph, options=options, folder=outcome.folder)
                outcome.extra["run_id"] = run.id
        elif name in ("REARRANGE", "REARRANGE_NODES"):
            outcome.graph = arrange(graph)
        elif name == "UPGRADE_NODES":
            successors = await self._successors(graph)
            upgraded = upgrade_nodes(graph, successors.get)
            outcome.graph = upgraded.graph
            outcome.extra["upgraded_nodes_count"] = upgraded.upgraded
            outcome.extra["lost"] = list(upgraded.lost)
        elif name == "CANCEL":
            outcome.extra["canceled_runs"] = await self._cancel(graph.id)
        elif name == "GENERATE_CODE":
            outcome.extra["code"] = generate_code(graph)
        elif name == "CLONE":
            clone = replace(graph, id=GraphId(new_id()), insertion_date=None, update_date=None)
            outcome.graph = await self._graphs.save(clone)
            outcome.expected_update_date = outcome.graph.update_date
            outcome.extra["new_graph_id"] = clone.id
        else:
            raise InvalidInputError(f"There is no action {name}.")

    async def _save(self, outcome: Outcome) -> None:
        expected = outcome.expected_update_date
        outcome.graph = await self._graphs.save(outcome.graph, expected_update_date=expected)
        outcome.expected_update_date = outcome.graph.update_date

    async def _cancel(self, graph_id: GraphId) -> list[str]:
        """Ask for all unfinished runs of a graph to be stopped."""
        found, _ = await self._runs.list(Query(graph_id=graph_id, per_page=100))
        stopped: list[str] = []
        for run in found:
            if not run.status.is_final:
                try:
                    await self._runs.cancel(run.id)
                    stopped.append(run.id)
                except NotAllowedError:
                    continue
        return stopped

    async def _successors(self, graph: Graph) -> dict[OperationId, Operation]:
        """Return what replaces each operation of the graph, and each of those in turn."""
        found: dict[OperationId, Operation] = {}
        waiting = {node.original_node_id for node in _all_nodes(graph.nodes)}
        while waiting:
            operation_id = waiting.pop()
            if operation_id is None or operation_id in found:
                continue
            try:
                successor_id = (await self._operations.load(operation_id)).successor_node_id
                if successor_id is not None:
                    found[operation_id] = await self._operations.load(successor_id)
                    waiting.add(successor_id)
            except NotFoundError:
                continue
        return found


def _all_nodes(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all_nodes(inner_nodes(node))


def _problems(graph: Graph) -> dict[str, Any] | None:
    violation = validate(graph, known_types())
    return None if violation is None else violation.to_dict()
