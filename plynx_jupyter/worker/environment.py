"""The environment variables of a job's processes."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Mapping
from typing import Final

from plynx_jupyter.model.job import Job

from .child_process import MARKER

THREAD_VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)
"""How numeric libraries are told how many threads to use; Dask's nanny sets some of them to 1."""


def job_environment(job: Job, marker: str) -> dict[str, str]:
    """Return the whole environment for the processes of ``job``, which carry ``marker``."""
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(thread_count(job)))}
    environment.update(PYTHONUNBUFFERED="1", PLYNX_RUN=job.id.run_id, PLYNX_NODE=job.id.node_id)
    return _finished(environment, job, marker)


def child_environment(job: Job, marker: str) -> dict[str, str]:
    """Return the environment for a child that serves this and many other jobs with the same wishes."""
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(thread_count(job)))}
    environment.update(PYTHONUNBUFFERED="1")
    return _finished(environment, job, marker)


def child_wishes(job: Job) -> tuple[object, ...]:
    """Return what two jobs have to agree on to be served by the same child."""
    return thread_count(job), job.import_paths, tuple(sorted(job.environment.items()))


def thread_count(job: Job) -> int:
    """Return how many threads numeric libraries should use: the cores asked for, at least one."""
    return max(1, math.floor(job.request.cpu))


def new_marker() -> str:
    """Return a value for the variable that tells to which job a process belongs."""
    return secrets.token_hex(12)


def _finished(environment: dict[str, str], job: Job, marker: str) -> dict[str, str]:
    environment.update(job.environment)
    paths = [*job.import_paths, environment.get("PYTHONPATH", "")]
    if job.import_paths:
        # Byte code is told apart by size and whole seconds of the source: a quick edit could go unseen.
        environment.setdefault("PYTHONDONTWRITEBYTECODE", "1")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    environment[MARKER] = marker
    return environment


def overlay(environment: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` with ``more`` put in; the marker can't be changed."""
    return {**environment, **more, MARKER: environment[MARKER]}
