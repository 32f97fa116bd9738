"""A job: the plain, serialisable description of one attempt to run one node, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from .ids import CacheKey, NodeId, RunId
from .json_value import JsonObject, JsonValue
from .parameter import Code
from .resource import Resource


@dataclass(frozen=True, slots=True, order=True)
class AttemptId:
    """Names one attempt; ``str()`` of it is unique across all runs and safe in Dask keys."""

    run_id: RunId
    node_id: NodeId
    attempt: int

    def __str__(self) -> str:
        return f"{self.run_id}:{self.node_id}:{self.attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInput:
    """An input port with the resources that have arrived, in order (one, or none, unless ``is_array``)."""

    name: str
    file_type: str
    is_array: bool
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutput:
    """An output port that the job has to fill."""

    name: str
    file_type: str
    is_array: bool = False
    min_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRequest:
    """What a job asks of the machine: cores, bytes of memory (None: no limit), GPUs."""

    cpu: float = 1.0
    memory_bytes: int | None = None
    gpu: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageLocation:
    """Where artifacts are: an fsspec URL (``file:///…``, ``s3://…``) and its fsspec options."""

    url: str
    options: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker needs to run one attempt of one node; pickles small and names no database.

    ``parameters`` are JSON values by name without the system ones (an enum is its chosen string);
    ``code`` is the ``_cmd`` parameter; ``import_paths`` are put in front of ``sys.path`` of Python code.
    ``executor`` and ``resources`` (by file type) are where the classes are that a platform file names for this job,
    as ``module:Class``; what isn't there is found by its name.
    """

    id: AttemptId
    title: str
    kind: str
    inputs: tuple[JobInput, ...] = ()
    outputs: tuple[JobOutput, ...] = ()
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    code: Code | None = None
    code_function_location: str | None = None
    timeout_seconds: float | None = None
    request: ResourceRequest = ResourceRequest()
    storage: StorageLocation
    environment: Mapping[str, str] = field(default_factory=dict)
    import_paths: tuple[str, ...] = ()
    executor: str = ""
    resources: Mapping[str, str] = field(default_factory=dict)
    key: CacheKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why an attempt did not succeed.

    ``code`` is a ``PlynxError.code``; ``message`` one or two sentences for a person; ``traceback`` the
    user code's own, without this project's frames; ``cell`` counts code cells from 1 (notebooks).
    """

    code: str
    message: str
    traceback: str = ""
    cell: int | None = None
    exit_code: int | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """How an attempt ended: ``error`` is None on success.

    ``outputs`` and ``logs`` map port names to resources (``logs``: ``stdout``, ``stderr``, ``worker``, and
    ``notebook`` for an executed notebook). Logs are there after failures too. Times are aware UTC.
    """

    id: AttemptId
    outputs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    logs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    error: JobError | None = None
    started_at: datetime
    finished_at: datetime
    worker: str = ""
    peak_memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class JobStarted:
    """A worker has begun an attempt."""

    id: AttemptId
    at: datetime
    worker: str = ""


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far an attempt is: ``done`` of ``total`` steps (notebook: code cells); ``label`` names the step."""

    id: AttemptId
    done: int
    total: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class JobLog:
    """Text that an attempt has just printed; ``stream`` is ``stdout``, ``stderr`` or ``worker``.

    With ``notebook`` it is the whole notebook as far as it was executed.
    """

    id: AttemptId
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class JobEnded:
    """An attempt is over, with its result; exactly one per attempt, unless it is lost."""

    id: AttemptId
    result: JobResult


@dataclass(frozen=True, slots=True)
class JobLost:
    """An attempt vanished with its worker, or never reached one; its fate is unknown, it may be tried again."""

    id: AttemptId
    reason: str


JobReport: TypeAlias = JobStarted | JobProgress | JobLog | JobEnded | JobLost
"""Everything a backend tells about attempts."""
