"""The processes of a notebook: its kernel, and all that the kernel's code has started."""

from __future__ import annotations

import contextlib
import os
import signal

from .child_process import MARKER
from .job_watch import JobWatch
from .marked_processes import kill_marked
from .memory_watch import family
from .supervisor import is_living


class KernelProcesses:
    """Remembers what descended from a kernel, to measure it and to end what is left of it.

    A kernel isn't under a supervisor of ours. Its descendants are found by descent while it lives, and by
    the variable they carry afterwards, so that those that daemonised are found as well.
    """

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self._kernels: set[int] = set()

    def add(self, pid: int) -> None:
        """Note the process of a kernel."""
        self._kernels.add(pid)

    def look(self, watch: JobWatch) -> str | None:
        """Return why the job has to stop, if so, after a look at the memory its processes use."""
        reason = None
        for pid in self._kernels:
            reason = watch.look(pid, among=[pid])
        if not self._kernels:
            reason = watch.look(0)
        watch.flush_due()
        if reason is not None and reason.code == "job.failed":  # memory: there is no time to ask
            for pid in self._kernels:
                for one in (*family(pid), pid):
                    _kill(one)
        return reason.message if reason is not None else None

    def end(self) -> int:
        """Kill what is left; return how many processes that were."""
        return kill_marked(MARKER, self._marker)


def _kill(pid: int) -> None:
    if is_living(pid):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
