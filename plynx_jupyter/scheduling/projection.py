"""The record of each node as it follows from the events of its run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from plynx_jupyter.errors import BackendError, JobTimeoutError
from plynx_jupyter.model.event import (
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RunEvent,
)
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.job import JobError
from plynx_jupyter.model.run import NodeRun
from plynx_jupyter.model.status import NodeRunStatus

from .state import MANUAL, NODE_STATUS, Phase


def project(record: NodeRun, event: RunEvent, phase: Phase, attempt: int, at: datetime) -> NodeRun:
    """Return ``record`` after ``event``, which was accepted and left the node in ``phase``.

    ``attempt`` is the node's attempt after the event. Pure: called again with the same arguments it gives
    the same record, which is how records are rebuilt from the log.
    """
    status = NODE_STATUS[phase]
    if isinstance(event, NodeRestored):
        return replace(
            record,
            status=NodeRunStatus.RESTORED,
            key=event.key,
            outputs=event.outputs,
            logs=event.logs,
            restored_from=event.restored_from,
            computed_seconds=event.computed_seconds,
            finished_at=at,
        )
    if isinstance(event, NodeMissed):
        return replace(record, status=status, key=event.key, attempt=attempt)
    if isinstance(event, NodeStarted):
        return replace(record, status=status, started_at=at, worker=event.worker)
    if isinstance(event, NodeEnded):
        result = event.result
        ended = replace(
            record,
            status=status,
            attempt=attempt,
            logs=result.logs,
            error=result.error,
            worker=result.worker or record.worker,
            started_at=result.started_at,
            finished_at=None if phase is Phase.SUBMITTED else result.finished_at,
        )
        if phase is Phase.DONE:
            return replace(ended, outputs=result.outputs)
        if phase is Phase.CANCELED:
            return replace(ended, status_reason="canceled")
        timed_out = result.error is not None and result.error.code == JobTimeoutError.code
        return replace(ended, status_reason="timeout" if timed_out else None)
    if isinstance(event, NodeLost):
        lost = replace(record, status=status, attempt=attempt, worker="", started_at=None)
        if phase is Phase.FAILED:
            message = f"The worker was lost {attempt} times while it ran this node: {event.reason}"
            error = JobError(code=BackendError.code, message=message)
            return replace(lost, error=error, status_reason="lost", finished_at=at)
        if phase is Phase.CANCELED:
            return replace(lost, status_reason="canceled", finished_at=at)
        return lost
    if isinstance(event, NodeRefused):
        error = JobError(code=event.code, message=event.message)
        return replace(record, status=status, error=error, finished_at=at)
    if isinstance(event, NodeSkipped) and event.reason == MANUAL:
        return replace(record, status=NodeRunStatus.CREATED, status_reason=event.reason)
    if isinstance(event, NodeSkipped):
        return replace(record, status=status, status_reason=event.reason, finished_at=at)
    return record


def node_of(event: RunEvent) -> NodeId | None:
    """Return the node that an event is about, or None when it is about the whole run."""
    return getattr(event, "node_id", None)
