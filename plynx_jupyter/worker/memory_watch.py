"""How much memory the processes of a job use together, and whether that is more than was asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache

from .process_end import StopReason
from .supervisor import descendants

SAMPLE_SECONDS = 0.1
"""How long after a look the next one is worth it."""

_HAS_PROC = sys.platform.startswith("linux")
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class MemoryWatch:
    """Samples the processes of one job, remembers the peak, and says when there is too much.

    The resident sizes of all processes are added. Pages that forked processes share would count several
    times, so before judging, their proportional sizes are taken, which are exact but slow to get.
    """

    def __init__(self, limit_bytes: int | None) -> None:
        self.limit_bytes = limit_bytes
        self.peak_bytes: int | None = None

    def sample(self, root: int, *, among: Iterable[int] = ()) -> StopReason | None:
        """Look at the descendants of ``root`` and the processes ``among``; return why the job has to stop, or None."""
        processes = {*family(root), *among}
        used = sum(map(resident_bytes, processes))
        self.note(used)
        if self.limit_bytes is None or used <= self.limit_bytes:
            return None
        used = sum(map(proportional_bytes, processes))
        return self.judge(used) if used > self.limit_bytes else None

    def note(self, used_bytes: int) -> None:
        """Take a figure that somebody else measured."""
        if used_bytes > 0:
            self.peak_bytes = max(self.peak_bytes or 0, used_bytes)

    def judge(self, used_bytes: int) -> StopReason:
        """Return the reason that says how much was used of how much."""
        asked = readable(self.limit_bytes or 0)
        return StopReason(
            "job.failed",
            f"Out of memory: the job's processes used {readable(used_bytes)} of the {asked} asked for. "
            "Ask for more with the parameter _memory, or make the job use less.",
        )


def family(pid: int) -> list[int]:
    """Return the descendants of a process (0: of none); on systems without /proc slowly, by psutil."""
    if pid == 0:
        return []
    if _HAS_PROC:
        return descendants(pid)
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def resident_bytes(pid: int) -> int:
    """Return the resident size of a process; 0 when it has ended."""
    if _HAS_PROC:
        try:
            with open(f"/proc/{pid}/statm", "rb") as statm:  # noqa: PTH123 - many times a second
                return int(statm.read().split()[1]) * _page_bytes()
        except (OSError, IndexError):
            return 0
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def proportional_bytes(pid: int) -> int:
    """Return the size of a process with shared pages divided among those who share them, as far as it is known."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:  # noqa: PTH123
            for line in rollup:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        pass
    return resident_bytes(pid)


def readable(size_bytes: float) -> str:
    """Return a size as people say it.

    >>> readable(2 * 1024**3), readable(3.14 * 1024**3), readable(512)
    ('2 GiB', '3.1 GiB', '512 bytes')
    """
    size = float(size_bytes)
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:.1f}".removesuffix(".0") + f" {unit}"


@cache
def _page_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE")
