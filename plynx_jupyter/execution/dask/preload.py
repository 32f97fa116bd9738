"""Loaded by the workers of our own cluster when they start, so that the first job finds them warm."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker


def dask_setup(worker: Worker) -> None:
    """Make ready to run jobs, beside the worker's own start."""
    from .entry import runner

    threading.Thread(target=lambda: runner().warm_up(), name="plynx-warm-up", daemon=True).start()


def dask_teardown(worker: Worker) -> None:
    """Stop what still runs when the worker closes."""
    from .entry import runner

    runner().close()
