"""What differs between runs: nodes that only some have, and of the others code, parameters, inputs and results."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from plynx_jupyter.model.ids import CacheKey, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.port import Input
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, Run

from .document import parameter_to_dict
from .nesting import flatten
from .records import run_options_to_dict
from .result_records import resource_to_dict, resources_to_dict

_MOST_DIFF_LINES = 400
_MOST_LINES = 20_000
"""Longer code isn't compared line by line: that takes minutes."""


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
    connected differently and ``inputs`` those to which other contents came. ``keys`` are the cache keys: where they
    are the same, so is all that the result depends on. ``errors`` say why a node failed.
    """

    title: str
    kind: str
    node_ids: list[NodeId | None]
    statuses: list[str | None]
    seconds: list[float | None]
    keys: list[CacheKey | None]
    errors: list[str | None]
    parameters: dict[str, list[Any]] = field(default_factory=dict)
    code: list[list[str]] = field(default_factory=list)
    links: dict[str, list[Any]] = field(default_factory=dict)
    inputs: dict[str, list[Any]] = field(default_factory=dict)
    outputs: dict[str, list[Any]] = field(default_factory=dict)
    ended_alike: bool = True

    @property
    def is_everywhere(self) -> bool:
        """Whether all runs have the node."""
        return None not in self.node_ids

    @property
    def differs(self) -> bool:
        """Whether the node isn't the same, or didn't come to the same, in all runs."""
        return (
            not self.is_everywhere
            or not self.ended_alike
            or bool(self.parameters or self.code or self.links or self.inputs or self.outputs)
        )


def compare(runs: Sequence[ComparedRun]) -> list[NodeComparison]:
    """Return a comparison for each node, in the order of the first run, then what only later ones have.

    Nodes belong together by their ids; those whose ids aren't everywhere by title and kind, in order.
    """
    flat = [{node.id: node for node in flatten(compared.run.graph)} for compared in runs]
    return [_compared(runs, row) for row in _matched(flat)]


def differing_options(runs: Sequence[ComparedRun]) -> dict[str, list[Any]]:
    """Return the options that aren't the same for all runs, each with a value for each run."""
    return _unequal([run_options_to_dict(compared.run.options) for compared in runs])


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
        keys=[None if record is None else record.key for record in records],
        errors=[
            None if record is None or record.error is None else record.error.message for record in records
        ],
        parameters=_unequal([None if node is None else _parameters(node) for node in row]),
        code=_code(nodes),
        links=_unequal([None if node is None else _links(node) for node in row]),
        inputs=_unequal(
            [None if node is None else _arrived(node, run) for node, run in zip(row, runs, strict=True)]
        ),
        outputs=_unequal(
            [None if record is None else resources_to_dict(record.outputs) for record in records]
        ),
        ended_alike=len({_outcome(record) for record in records if record is not None}) <= 1,
    )


def _outcome(record: NodeRun) -> str:
    """Return how it ended; whether a result was computed or was there before makes no difference."""
    return "done" if record.status.has_outputs else record.status.value


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


def _arrived(node: Node, compared: ComparedRun) -> dict[str, Any]:
    return {port.name: [resource_to_dict(one) for one in _resources(port, compared)] for port in node.inputs}


def _resources(port: Input, compared: ComparedRun) -> Iterator[Resource]:
    for reference in port.references:
        record = compared.node_runs.get(reference.node_id)
        if record is not None:
            yield from record.outputs.get(reference.output_id, ())


def _code(nodes: Sequence[Node]) -> list[list[str]]:
    texts = [node.value(CMD) for node in nodes]
    lines = [text.value.splitlines() if isinstance(text, Code) else [] for text in texts]
    if all(text == lines[0] for text in lines):
        return []
    return [_diff(old, new) for old, new in pairwise(lines)]


def _diff(old: Sequence[str], new: Sequence[str]) -> list[str]:
    if old == new:
        return []
    if max(len(old), len(new)) > _MOST_LINES:
        return [f"… {len(old)} lines became {len(new)}, too many to be compared"]
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))
    if len(lines) > _MOST_DIFF_LINES:
        lines[_MOST_DIFF_LINES:] = [f"… {len(lines) - _MOST_DIFF_LINES} more lines"]
    return lines


def _unequal(values: Sequence[Mapping[str, Any] | None]) -> dict[str, list[Any]]:
    """Return what differs among those that are there."""
    there = [value for value in values if value is not None]
    differing: Iterable[str] = dict.fromkeys(name for value in there for name in value)
    return {
        name: [None if value is None else value.get(name) for value in values]
        for name in differing
        if len({_as_text(value.get(name)) for value in there}) > 1
    }


def _as_text(value: Any) -> str:
    """Return what tells values apart as cache keys do: 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True, default=repr)


def _seconds(record: NodeRun) -> float | None:
    if record.computed_seconds is not None:
        return record.computed_seconds
    if record.started_at is None or record.finished_at is None:
        return None
    return (record.finished_at - record.started_at).total_seconds()
