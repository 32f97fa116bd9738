"""Runs side by side: what differs between their nodes, and what of it made other cache keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from plynx_jupyter.cache.difference import Difference, differences
from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.graph.comparing import ComparedRun, NodeComparison, compare
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.ids import CacheKey, RunId


@dataclass(frozen=True, slots=True)
class ComparedNode:
    """A node in several runs, and why its result was another one.

    ``key_differences`` has what the results of each run and the next depend on that differs: code with the modules and
    packages it uses, parameters, contents of inputs, environment. None where that isn't known: the node isn't there,
    has no key, or its result isn't kept (it failed, or was cleaned away).
    """

    node: NodeComparison
    key_differences: Sequence[Sequence[Difference] | None]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Runs, and their nodes side by side."""

    runs: Sequence[ComparedRun]
    nodes: Sequence[ComparedNode]


def compare_runs(metadata: MetadataStore, run_ids: Sequence[RunId]) -> RunComparison:
    """Return what differs between runs, in the order of ``run_ids``; blocks."""
    runs = [
        ComparedRun(metadata.load_run(run_id), metadata.load_node_runs(run_id)) for run_id in run_ids
    ]  # fmt: skip
    nodes = compare(runs)
    entries = metadata.find_entries({key for node in nodes for key in node.keys if _differ(node) and key})
    return RunComparison(runs, [ComparedNode(node, _key_differences(node, entries)) for node in nodes])


def _differ(node: NodeComparison) -> bool:
    return len(set(node.keys)) > 1


def _key_differences(
    node: NodeComparison, entries: Mapping[CacheKey, CacheEntry]
) -> list[Sequence[Difference] | None]:
    return [_step(old, new, entries) for old, new in pairwise(node.keys)]


def _step(
    old: CacheKey | None, new: CacheKey | None, entries: Mapping[CacheKey, CacheEntry]
) -> Sequence[Difference] | None:
    if old is None or new is None:
        return None
    if old == new:
        return []
    before, after = entries.get(old), entries.get(new)
    return None if before is None or after is None else differences(before.components, after.components)
