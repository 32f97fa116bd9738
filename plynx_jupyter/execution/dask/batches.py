"""How jobs are put together for the journey to a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plynx_jupyter.model.job import Job, ResourceRequest
from plynx_jupyter.model.kind import FUNCTION

MAX_BATCH = 32
BATCHES_PER_SLOT = 8
"""A frontier is cut into at least so many batches a slot, so that one slow batch delays little."""


def batches(jobs: Sequence[Job], slots: int) -> Iterator[Sequence[Job]]:
    """Yield ``jobs`` in groups that travel, and run, together.

    Only functions that ask for nothing special are grouped, since only they can be so short that the journey
    counts; and only when there are many more of them than slots.

    >>> list(batches([], 4))
    []
    """
    groupable = [job for job in jobs if _is_groupable(job)]
    for job in jobs:
        if not _is_groupable(job):
            yield (job,)
    size = min(MAX_BATCH, max(1, len(groupable) // (max(slots, 1) * BATCHES_PER_SLOT)))
    for start in range(0, len(groupable), size):
        yield groupable[start : start + size]


def _is_groupable(job: Job) -> bool:
    return job.kind == FUNCTION and job.request == ResourceRequest()
