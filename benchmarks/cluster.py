"""One Dask cluster that ours and the reference share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def shared_cluster() -> Iterator[str]:
    """Give the address of a cluster of one worker process with a thread for each core."""
    import os

    from distributed import LocalCluster

    cores = len(os.sched_getaffinity(0))
    with LocalCluster(
        n_workers=1,
        threads_per_worker=cores,
        host="127.0.0.1",
        dashboard_address=None,
        resources={"cpu": cores},
    ) as cluster:
        yield cluster.scheduler_address


@contextmanager
def fresh_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="plynx-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
