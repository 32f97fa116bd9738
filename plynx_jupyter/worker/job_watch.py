"""Watching over one job: whether it has to stop, why, and which signal is due next."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from .cancel import CancelToken
from .logs import JobLogs
from .memory_watch import SAMPLE_SECONDS, MemoryWatch
from .process_end import StopReason

CANCELED = StopReason("job.canceled", "The job was stopped because somebody asked for it.")


@dataclass(frozen=True, slots=True)
class StopGrace:
    """How many seconds after the first signal the next ones follow; both bounds of what code gets to clean up."""

    terminate_after_seconds: float = 0.6
    kill_after_seconds: float = 1.2
    give_up_after_seconds: float = 10.0


class JobWatch:
    """The limits of one job, and the state of stopping it. Used by the one thread that waits for the job."""

    def __init__(
        self,
        logs: JobLogs,
        cancel: CancelToken,
        *,
        timeout_seconds: float | None = None,
        memory_bytes: int | None = None,
        grace: StopGrace | None = None,
    ) -> None:
        self.logs = logs
        self.cancel = cancel
        self.memory = MemoryWatch(memory_bytes)
        self.stop: StopReason | None = None
        self._timeout_seconds = timeout_seconds
        self._started = time.monotonic()
        self._grace = grace or StopGrace()
        self._sample_at = self._started + SAMPLE_SECONDS / 5
        self._steps: list[tuple[float, bytes]] = []
        self._give_up_at: float | None = None

    @property
    def gave_up(self) -> bool:
        """Whether the processes outlived even SIGKILL (they hang in the kernel)."""
        return self._give_up_at is not None and time.monotonic() > self._give_up_at

    def look(self, root: int, *, among: Iterable[int] = ()) -> StopReason | None:
        """Return why the job has to stop, if it does; ``root``'s descendants and ``among`` are its processes."""
        if self.stop is not None:
            return self.stop
        now = time.monotonic()
        reason = CANCELED if self.cancel.is_set else self._over_time(now)
        if reason is None and now >= self._sample_at:
            reason = self.memory.sample(root, among=among)
            self._sample_at = time.monotonic() + SAMPLE_SECONDS
        if reason is not None:
            self._begin(reason, now)
        return reason

    def due_signals(self) -> bytes:
        """Return the supervisor orders that are due now, each once."""
        now = time.monotonic()
        due = b"".join(order for at, order in self._steps if at <= now)
        self._steps = [step for step in self._steps if step[0] > now]
        return due

    def wait_seconds(self) -> float:
        """Return how long there is nothing to do but to wait for the processes."""
        moments = [at for at, _ in self._steps]
        if self.stop is None:
            moments.append(self._sample_at)
            if self._timeout_seconds is not None:
                moments.append(self._started + self._timeout_seconds)
        elif self._give_up_at is not None:
            moments.append(self._give_up_at)
        if self.logs.due_at is not None:
            moments.append(self.logs.due_at)
        return max(min(moments) - time.monotonic(), 0.0)

    def flush_due(self) -> None:
        """Show printed text to those who watch, when it has waited long enough."""
        due_at = self.logs.due_at
        if due_at is not None and time.monotonic() >= due_at:
            self.logs.flush()

    def _over_time(self, now: float) -> StopReason | None:
        limit = self._timeout_seconds
        if limit is None or now - self._started < limit:
            return None
        return StopReason(
            "job.timeout", f"The job took longer than its timeout of {limit:g} s and was stopped."
        )

    def _begin(self, reason: StopReason, now: float) -> None:
        self.stop = reason
        grace = self._grace
        if reason.code == "job.failed":  # memory: there is no time to ask
            self._steps = [(now, b"K")]
        else:
            terminate_at, kill_at = now + grace.terminate_after_seconds, now + grace.kill_after_seconds
            self._steps = [(now, b"I"), (terminate_at, b"T"), (kill_at, b"K")]
        self._give_up_at = now + grace.kill_after_seconds + grace.give_up_after_seconds
        self.logs.note(reason.message)
