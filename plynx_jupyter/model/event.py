"""The events of a run: what happened, in order. The log of them is the run's only truth.

Each is written once by the run driver with a sequence number, and is all the scheduler needs to rebuild
its state after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from .ids import CacheKey, NodeId, RunId
from .job import JobResult
from .resource import Resource
from .status import RunStatus


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run was taken up; file nodes are known from here on."""


@dataclass(frozen=True, slots=True)
class NodeRestored:
    """A stored result stands for the node; it will not run."""

    node_id: NodeId
    key: CacheKey
    outputs: Mapping[str, tuple[Resource, ...]]
    logs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    restored_from: RunId | None = None
    computed_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class NodeMissed:
    """No stored result can stand for the node: it has to run. ``key`` is None when it isn't cacheable."""

    node_id: NodeId
    key: CacheKey | None


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A worker has begun an attempt of the node."""

    node_id: NodeId
    attempt: int
    worker: str = ""


@dataclass(frozen=True, slots=True)
class NodeEnded:
    """An attempt of the node is over; ``result.error`` tells whether it succeeded."""

    node_id: NodeId
    attempt: int
    result: JobResult


@dataclass(frozen=True, slots=True)
class NodeLost:
    """An attempt of the node vanished with its worker."""

    node_id: NodeId
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class NodeRefused:
    """The node can't even be tried: its inputs, code or key can't be made."""

    node_id: NodeId
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Somebody asked to stop these nodes, or (when empty) the whole run."""

    node_ids: tuple[NodeId, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeSkipped:
    """The node will not run in this run; ``reason`` is ``upstream_failed``,
    ``upstream_canceled``, ``canceled``, ``stopped`` or ``manual``."""

    node_id: NodeId
    reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Every node has come to an end."""

    status: RunStatus


RunEvent: TypeAlias = (
    RunStarted
    | NodeRestored
    | NodeMissed
    | NodeStarted
    | NodeEnded
    | NodeLost
    | NodeRefused
    | CancelRequested
    | NodeSkipped
    | RunFinished
)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event with its place in the run's log: ``sequence`` counts from 1 without gaps; ``at`` is aware UTC."""

    run_id: RunId
    sequence: int
    at: datetime
    event: RunEvent
