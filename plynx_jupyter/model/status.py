"""The status words of runs, node runs and operations, as PLynx spells them."""

from __future__ import annotations

from enum import Enum


class RunStatus(str, Enum):
    """Status of the execution of a graph."""

    CREATED = "CREATED"
    READY = "READY"
    IN_QUEUE = "IN_QUEUE"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILED_WAITING = "FAILED_WAITING"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def is_final(self) -> bool:
        """Whether nothing can change any more."""
        return self in _FINAL_RUN


_FINAL_RUN = frozenset({RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.CANCELED})


class NodeRunStatus(str, Enum):
    """Status of one node in an execution."""

    STATIC = "STATIC"
    SPECIAL = "SPECIAL"
    CREATED = "CREATED"
    IN_QUEUE = "IN_QUEUE"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    RESTORED = "RESTORED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def is_final(self) -> bool:
        """Whether nothing can change any more."""
        return self not in _OPEN_NODE

    @property
    def has_outputs(self) -> bool:
        """Whether the outputs are known and may be used by others."""
        return self in _DONE_NODE


_OPEN_NODE = frozenset({NodeRunStatus.CREATED, NodeRunStatus.IN_QUEUE, NodeRunStatus.RUNNING})
_DONE_NODE = frozenset({NodeRunStatus.STATIC, NodeRunStatus.SUCCESS, NodeRunStatus.RESTORED})


class OperationStatus(str, Enum):
    """Status of an operation in the catalogue."""

    CREATED = "CREATED"
    READY = "READY"
    DEPRECATED = "DEPRECATED"
    MANDATORY_DEPRECATED = "MANDATORY_DEPRECATED"
