"""Finding processes by an environment variable, wherever they hide: the last resort, when a supervisor was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

_PATIENCE_SECONDS = 2.0


def marked(variable: str, value: str) -> list[int]:
    """Return the living processes that were started with ``variable=value``, ourselves excepted."""
    if not sys.platform.startswith("linux"):
        return _marked_by_psutil(variable, value)
    wanted = f"{variable}={value}".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid() and _carries(entry, wanted)
    ]


def kill_marked(variable: str, value: str) -> int:
    """Kill those processes, again and again until none is left; return how many there were."""
    seen: set[int] = set()
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while (found := marked(variable, value)) and time.monotonic() < give_up_at:
        seen.update(found)
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    return len(seen)


def _carries(entry: Path, wanted: bytes) -> bool:
    try:
        return wanted in (entry / "environ").read_bytes().split(b"\0")  # the environ of the dead is empty
    except OSError:  # it ended, or belongs to somebody else
        return False


def _marked_by_psutil(variable: str, value: str) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                found.append(process.pid)
    return found
