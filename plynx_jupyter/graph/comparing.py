"""What differs between runs: nodes that only some have, and of the others code, parameters, links and results."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.run import NodeRun, Run

from .document import parameter_to_dict
from .nesting import flatten
from .result_records import resources_to_dict

_MOST_DIFF_LINES = 400


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run with the records of its nodes."""

    run: Run
    node_runs: Mapping[NodeId, NodeRun]


@dataclass(slots=True)
class NodeComparison:
    """One node in several runs. Lists have a value for each run, None where the run has no such node.

    ``parameters`` holds those whose value isn't the same everywhere; ``code`` is a unified diff from each run to
    the next (so one less than there are runs), ``outputs`` those whose content differs, ``links`` inputs that are
    connected differently.
    """

    title: str
    kind: str
    node_ids: list[NodeId | None]
    statuses: list[str | None]
    seconds: list[float | None]
    parameters: dict[str, list[Any]] = field(default_factory=dict)
    code: list[list[str]] = field(default_factory=list)
    links: dict[str, list[Any]] = field(default_factory=dict)
    outputs: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def is_everywhere(self) -> bool:
        """Whether all runs have the node."""
        return None not in self.node_ids

    @property
    def differs(self) -> bool:
        """Whether the node isn't the same, or didn't come to the same, in all runs."""
        return not self.is_everywhere or bool(self.parameters or self.code or self.links or self.outputs)


def compare(runs: Sequence[ComparedRun]) -> list[NodeComparison]:
    """Return a comparison for each node, in the order of the first run, then what only later ones have.

    Nodes belong together by their ids; those whose ids aren't everywhere by title and kind, in order.
    """
    flat = [{node.id: node for node in flatten(compared.run.graph)} for compared in runs]
    return [_compared(runs, row) for row in _matched(flat)]


def _matched(flat: Sequence[Mapping[NodeId, Node]]) -> list[list[Node | None]]:
    rows: list[list[Node | None]] = []
    by_id: dict[NodeId, list[Node | None]] = {}
    by_name: dict[tuple[str, str], list[list[Node | None]]] = {}
    for index, nodes in enumerate(flat):
        strangers = []
        for node in nodes.values():
            row = by_id.get(node.id)
            if row is None:
                strangers.append(node)
            else:
                row[index] = node
        for node in strangers:
            name = (node.title, node.kind)
            row = next((row for row in by_name.get(name, ()) if row[index] is None), None)
            if row is None:
                row = [None] * len(flat)
                rows.append(row)
                by_name.setdefault(name, []).append(row)
            row[index] = node
            by_id[node.id] = row
    return rows


def _compared(runs: Sequence[ComparedRun], row: Sequence[Node | None]) -> NodeComparison:
    nodes = [node for node in row if node is not None]
    records = [
        None if node is None else compared.node_runs.get(node.id)
        for compared, node in zip(runs, row, strict=True)
    ]
    return NodeComparison(
        title=nodes[0].title,
        kind=nodes[0].kind,
        node_ids=[None if node is None else node.id for node in row],
        statuses=[None if record is None else record.status.value for record in records],
        seconds=[None if record is None else _seconds(record) for record in records],
        parameters=_unequal([None if node is None else _parameters(node) for node in row]),
        code=_code(nodes),
        links=_unequal([None if node is None else _links(node) for node in row]),
        outputs=_unequal(
            [None if record is None else resources_to_dict(record.outputs) for record in records]
        ),
    )


def _parameters(node: Node) -> dict[str, Any]:
    return {
        parameter.name: parameter_to_dict(parameter).get("value")
        for parameter in node.parameters
        if not isinstance(parameter.value, Code)
    }


def _links(node: Node) -> dict[str, Any]:
    return {
        port.name: [f"{reference.node_id}.{reference.output_id}" for reference in port.references]
        for port in node.inputs
    }


def _code(nodes: Sequence[Node]) -> list[list[str]]:
    texts = [node.value(CMD) for node in nodes]
    lines = [text.value.splitlines() if isinstance(text, Code) else [] for text in texts]
    if all(text == lines[0] for text in lines):
        return []
    return [
        list(difflib.unified_diff(old, new, lineterm="", n=2))[:_MOST_DIFF_LINES]
        for old, new in pairwise(lines)
    ]


def _unequal(values: Sequence[Mapping[str, Any] | None]) -> dict[str, list[Any]]:
    """Return what differs among those that are there."""
    there = [value for value in values if value is not None]
    differing: Iterable[str] = dict.fromkeys(name for value in there for name in value)
    return {
        name: [None if value is None else value.get(name) for value in values]
        for name in differing
        if any(value.get(name) != there[0].get(name) for value in there)
    }


def _seconds(record: NodeRun) -> float | None:
    if record.computed_seconds is not None:
        return record.computed_seconds
    if record.started_at is None or record.finished_at is None:
        return None
    return (record.finished_at - record.started_at).total_seconds()
