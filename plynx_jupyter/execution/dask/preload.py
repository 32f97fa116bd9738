"""Loaded by the workers of our own cluster when they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker


def dask_setup(worker: Worker) -> None:
    """Make ready to run jobs, so that the first one finds the modules loaded."""
    from .entry import runner

    runner()


def dask_teardown(worker: Worker) -> None:
    """Stop what still runs when the worker closes."""
    from .entry import runner

    runner().close()
