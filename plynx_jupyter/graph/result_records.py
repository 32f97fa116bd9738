"""JSON forms of resources and of the results of jobs, and how times are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import wraps
from typing import Any, TypeVar

from plynx_jupyter.errors import DocumentError
from plynx_jupyter.model.ids import Digest, NodeId, RunId
from plynx_jupyter.model.job import AttemptId, JobError, JobResult
from plynx_jupyter.model.json_value import JsonObject, JsonValue
from plynx_jupyter.model.resource import Resource

from .document_value import decode_value, encode_value

Record = dict[str, JsonValue]
Resources = Mapping[str, tuple[Resource, ...]]
T = TypeVar("T")


def time_to_text(at: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC with microseconds; ``ValueError`` for a naive one.

    >>> time_to_text(datetime(2024, 2, 29, 12, tzinfo=timezone.utc))
    '2024-02-29T12:00:00.000000+00:00'
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    if at.tzinfo is not timezone.utc:
        at = at.astimezone(timezone.utc)
    return at.isoformat(timespec="microseconds")


def time_from_text(text: str) -> datetime:
    """Return the time that ISO 8601 text says, aware, in UTC; text without a zone is taken as UTC."""
    at = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)
    return at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at.astimezone(timezone.utc)


def reads(what: str) -> Callable[[Callable[[Any], T]], Callable[[JsonObject], T]]:
    """Make a reader report a record of the wrong shape as a ``DocumentError`` that says what it is of."""

    def wrap(read: Callable[[Any], T]) -> Callable[[JsonObject], T]:
        @wraps(read)
        def reading(data: JsonObject) -> T:
            try:
                return read(data)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise DocumentError(f"The record of {what} can't be read: {reason}.", record=what) from error

        return reading

    return wrap


def resource_to_dict(resource: Resource) -> Record:
    """Return a resource's JSON form; ``inline`` and ``value`` are there for inline ones only."""
    data: Record = {
        "file_type": resource.file_type,
        "digest": resource.digest,
        "size_bytes": resource.size_bytes,
    }
    if resource.inline:
        data["inline"] = True
    if resource.inline or resource.value is not None:
        data["value"] = encode_value(resource.value)
    return data


def read_resource(data: Any) -> Resource:
    """Read a resource; errors as they come, for readers of records that hold one."""
    return Resource(
        file_type=data["file_type"],
        digest=Digest(data["digest"]),
        size_bytes=data["size_bytes"],
        inline=data.get("inline", False),
        value=decode_value(data.get("value")),
    )


resource_from_dict = reads("a resource")(read_resource)
"""Undo ``resource_to_dict``."""


def resources_to_dict(resources: Resources) -> Record:
    """Return the JSON form of the resources of named ports."""
    return {name: [resource_to_dict(one) for one in several] for name, several in resources.items()}


def read_resources(data: Any) -> Resources:
    """Read the resources of ports, as ``read_resource`` does."""
    return {name: tuple([read_resource(one) for one in several]) for name, several in data.items()}


resources_from_dict = reads("the resources of ports")(read_resources)
"""Undo ``resources_to_dict``."""


def job_error_to_dict(error: JobError) -> Record:
    """Return the JSON form of why an attempt failed."""
    return {
        "code": error.code,
        "message": error.message,
        "traceback": error.traceback,
        "cell": error.cell,
        "exit_code": error.exit_code,
        "signal": error.signal,
    }


def read_job_error(data: Any) -> JobError | None:
    """Read why an attempt failed; null stands for None."""
    if data is None:
        return None
    return JobError(
        code=data["code"],
        message=data["message"],
        traceback=data.get("traceback", ""),
        cell=data.get("cell"),
        exit_code=data.get("exit_code"),
        signal=data.get("signal"),
    )


@reads("an error")
def job_error_from_dict(data: JsonObject) -> JobError:
    """Undo ``job_error_to_dict``."""
    error = read_job_error(data)
    if error is None:
        raise ValueError("it is null")
    return error


def job_result_to_dict(result: JobResult) -> Record:
    """Return the JSON form of how an attempt ended."""
    return {
        "run_id": result.id.run_id,
        "node_id": result.id.node_id,
        "attempt": result.id.attempt,
        "outputs": resources_to_dict(result.outputs),
        "logs": resources_to_dict(result.logs),
        "error": None if result.error is None else job_error_to_dict(result.error),
        "started_at": time_to_text(result.started_at),
        "finished_at": time_to_text(result.finished_at),
        "worker": result.worker,
        "peak_memory_bytes": result.peak_memory_bytes,
    }


def read_job_result(data: Any) -> JobResult:
    """Read how an attempt ended, as ``read_resource`` does."""
    return JobResult(
        id=AttemptId(RunId(data["run_id"]), NodeId(data["node_id"]), data["attempt"]),
        outputs=read_resources(data["outputs"]),
        logs=read_resources(data["logs"]),
        error=read_job_error(data.get("error")),
        started_at=time_from_text(data["started_at"]),
        finished_at=time_from_text(data["finished_at"]),
        worker=data.get("worker", ""),
        peak_memory_bytes=data.get("peak_memory_bytes"),
    )


job_result_from_dict = reads("a result")(read_job_result)
"""Undo ``job_result_to_dict``."""
