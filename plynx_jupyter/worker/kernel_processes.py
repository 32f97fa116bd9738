"""The processes of a notebook: its kernel, and all that the kernel's code has started."""

from __future__ import annotations

import contextlib
import os
import signal

from .child_process import MARKER
from .job_watch import JobWatch
from .marked_processes import kill_marked
from .memory_watch import family
from .supervisor import started_at


class KernelProcesses:
    """Remembers what descended from a kernel, to measure it and to end what is left of it.

    A kernel isn't under a supervisor of ours. Its descendants are remembered as long as it lives, with the time
    they started, since a process id may soon be somebody else's; and they are found by the variable they carry
    afterwards, so that those that daemonised between two looks are found as well.
    """

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self._kernels: set[int] = set()
        self._seen: dict[int, int] = {}

    def add(self, pid: int) -> None:
        """Note the process of a kernel."""
        self._kernels.add(pid)
        self._remember(pid)

    def look(self, watch: JobWatch) -> str | None:
        """Return why the job has to stop, if so; to be called often."""
        for kernel in self._kernels:
            for pid in family(kernel):
                self._remember(pid)
        living = [pid for pid in self._seen if self._is_same(pid)]
        reason = watch.look(0, among=living)
        watch.flush_due()
        if reason is None:
            return None
        if reason.code == "job.failed":  # memory: there is no time to ask
            self._kill(living)
        return reason.message

    def end(self) -> int:
        """Kill what is left; return how many processes that were."""
        living = [pid for pid in self._seen if self._is_same(pid)]
        self._kill(living)
        return len(living) + kill_marked(MARKER, self._marker)

    def _remember(self, pid: int) -> None:
        since = started_at(pid)
        if since:
            self._seen.setdefault(pid, since)

    def _is_same(self, pid: int) -> bool:
        return started_at(pid) == self._seen[pid]

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            if self._is_same(pid):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
