"""What is being worked at: the nodes of the runs in hand, and why one that could run waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from plynx_jupyter.execution.base import WorkerState
from plynx_jupyter.model.job import AttemptId, ResourceRequest
from plynx_jupyter.scheduling.state import Phase

WaitingReason: TypeAlias = Literal["looked_up", "no_worker", "too_large", "no_free_slot", "handed_over"]
"""Why a node whose inputs are there doesn't run yet.

``looked_up``: in the cache, or the same result is being computed by another node or server and is waited for.
``no_worker``: there are none yet. ``too_large``: no worker there is has as many cores or as much memory as it asks for.
``no_free_slot``: all slots are taken. ``handed_over``: it is on its way to a worker, or shares one with jobs before it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUnderWay:
    """A node whose inputs are there and that hasn't come to an end; ``author`` is that of its run."""

    id: AttemptId
    title: str
    author: str
    phase: Phase
    request: ResourceRequest
    worker: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """The workers there are, the nodes that run (``worker`` is the address of theirs), and those that wait for it."""

    workers: Sequence[WorkerState]
    running: Sequence[NodeUnderWay]
    waiting: Sequence[tuple[NodeUnderWay, WaitingReason]]


def workload(workers: Sequence[WorkerState], nodes: Iterable[NodeUnderWay]) -> Workload:
    """Sort out who runs and who waits, and why."""
    running: list[NodeUnderWay] = []
    idle: list[NodeUnderWay] = []
    for node in nodes:
        (running if node.phase is Phase.RUNNING else idle).append(node)
    return Workload(workers, running, [(node, _reason(node, workers, len(running))) for node in idle])


def _reason(node: NodeUnderWay, workers: Sequence[WorkerState], running: int) -> WaitingReason:
    if node.phase is Phase.RESOLVING:
        return "looked_up"
    if not workers:
        return "no_worker"
    if not any(_could_take(worker, node.request) for worker in workers):
        return "too_large"
    return "no_free_slot" if running >= sum(worker.slots for worker in workers) else "handed_over"


def _could_take(worker: WorkerState, request: ResourceRequest) -> bool:
    """Tell whether a worker without any work could; one that doesn't say how much memory it has is trusted."""
    memory_fits = not (request.memory_bytes and worker.memory_bytes) or (
        request.memory_bytes <= worker.memory_bytes
    )
    return request.cpu <= worker.slots and memory_fits
