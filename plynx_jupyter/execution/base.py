"""What a backend can do: the contract that every backend passes the same tests for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from plynx_jupyter.model.job import AttemptId, Job, JobReport

ReportListener: TypeAlias = Callable[[Sequence[JobReport]], None]
"""Called on the event loop the backend was started on, with reports in the order they were made per attempt."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker as people ask after it; ``running`` are the attempts it has in hand.

    ``memory_bytes`` is what it may use, 0 if that isn't known; ``used_bytes`` what its process does use, without
    the processes that user code runs in.
    """

    name: str
    address: str
    slots: int
    memory_bytes: int
    running: tuple[str, ...] = ()
    used_bytes: int | None = None


class Backend(Protocol):
    """Where jobs run. All methods are called on one asyncio event loop.

    For each submitted attempt exactly one of ``JobEnded`` or ``JobLost`` is reported, sooner or later, also after
    a cancel and also when the cluster breaks; ``JobStarted``, ``JobProgress`` and ``JobLog`` come before it.
    """

    async def start(self, listener: ReportListener) -> None:
        """Make ready to take jobs; cheap, since the cluster itself may start at the first ``submit``."""

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Take jobs; returns when they are on their way, not when they have run. Raises ``BackendError``."""

    async def cancel(self, attempts: Sequence[AttemptId]) -> None:
        """Ask for attempts to be stopped; their end is reported when nothing of them is left running."""

    async def workers(self) -> Sequence[WorkerState]:
        """Return the workers there are now; empty before the cluster is started."""

    async def close(self) -> None:
        """Stop what still runs, and the cluster if it is our own."""
