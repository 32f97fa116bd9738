"""A run: one execution of a graph, and of each of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from .graph import Graph
from .ids import CacheKey, GraphId, NodeId, RunId
from .job import JobError
from .resource import Resource
from .status import NodeRunStatus, RunStatus


class OnFailure(str, Enum):
    """What happens to branches that don't depend on a node that failed."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run differs from the plain "run the whole graph".

    ``use_cache`` False ignores stored results (new ones are still stored). ``until`` limits the run to these
    nodes and what they need. ``from_nodes`` are run again, and all that follows from them is looked up anew.
    ``automatic`` runs were not asked for by a person: nodes whose ``auto_run`` or ``auto_run_enabled`` is off are
    restored if they can be, and otherwise left alone with all that follows from them.
    ``import_paths`` are folders from which this run's functions and Python scripts may import.
    """

    use_cache: bool = True
    on_failure: OnFailure = OnFailure.CONTINUE
    until: tuple[NodeId, ...] = ()
    from_nodes: tuple[NodeId, ...] = ()
    import_paths: tuple[str, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRun:
    """The state of one node in a run; ``node_id`` is a path such as ``outer/inner`` inside composites.

    ``key`` is its cache key once the inputs are known. For RESTORED nodes ``restored_from`` is the run that
    computed the result and ``computed_seconds`` how long that took. ``status_reason`` says why a node ended as
    it did when that isn't plain (``upstream_failed``, ``canceled``, ``timeout``, ``not_selected``, …).
    """

    node_id: NodeId
    status: NodeRunStatus = NodeRunStatus.CREATED
    status_reason: str | None = None
    attempt: int = 0
    key: CacheKey | None = None
    outputs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    logs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    error: JobError | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    worker: str = ""
    restored_from: RunId | None = None
    computed_seconds: float | None = None

    @property
    def duration_seconds(self) -> float | None:
        """Seconds from start to end in this run; None when it did not run here."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an immutable snapshot of a graph (composites still nested)."""

    id: RunId
    graph: Graph
    graph_id: GraphId
    status: RunStatus = RunStatus.CREATED
    options: RunOptions = RunOptions()
    author: str = ""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def duration_seconds(self) -> float | None:
        """Seconds from start to end; None before both are known."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
