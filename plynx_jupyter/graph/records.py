"""JSON forms of what runs leave behind (node runs, options, events), for databases and the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plynx_jupyter.model import event as events
from plynx_jupyter.model.event import RecordedEvent, RunEvent
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.run import NodeRun, OnFailure, RunOptions
from plynx_jupyter.model.status import NodeRunStatus, RunStatus

from .document_value import decode_value, encode_value
from .result_records import (
    Record,
    job_error_from_dict,
    job_error_to_dict,
    job_result_from_dict,
    job_result_to_dict,
    read_job_error,
    read_job_result,
    read_resources,
    reads,
    resource_from_dict,
    resource_to_dict,
    resources_from_dict,
    resources_to_dict,
    time_from_text,
    time_to_text,
)

__all__ = [
    "event_from_dict",
    "event_to_dict",
    "job_error_from_dict",
    "job_error_to_dict",
    "job_result_from_dict",
    "job_result_to_dict",
    "node_run_from_dict",
    "node_run_to_dict",
    "recorded_event_from_dict",
    "recorded_event_to_dict",
    "resource_from_dict",
    "resource_to_dict",
    "resources_from_dict",
    "resources_to_dict",
    "run_options_from_dict",
    "run_options_to_dict",
    "time_from_text",
    "time_to_text",
]


def node_run_to_dict(run: NodeRun) -> Record:
    """Return the JSON form of the state of a node in a run."""
    return {
        "node_id": run.node_id,
        "status": run.status.value,
        "status_reason": run.status_reason,
        "attempt": run.attempt,
        "key": run.key,
        "outputs": resources_to_dict(run.outputs),
        "logs": resources_to_dict(run.logs),
        "error": None if run.error is None else job_error_to_dict(run.error),
        "started_at": None if run.started_at is None else time_to_text(run.started_at),
        "finished_at": None if run.finished_at is None else time_to_text(run.finished_at),
        "worker": run.worker,
        "restored_from": run.restored_from,
        "computed_seconds": encode_value(run.computed_seconds),
    }


@reads("a node run")
def node_run_from_dict(data: JsonObject) -> NodeRun:
    """Undo ``node_run_to_dict``; fields that are left out have their defaults."""
    record: Any = data
    started_at, finished_at = record.get("started_at"), record.get("finished_at")
    return NodeRun(
        node_id=record["node_id"],
        status=NodeRunStatus(record["status"]),
        status_reason=record.get("status_reason"),
        attempt=record.get("attempt", 0),
        key=record.get("key"),
        outputs=read_resources(record.get("outputs", {})),
        logs=read_resources(record.get("logs", {})),
        error=read_job_error(record.get("error")),
        started_at=None if started_at is None else time_from_text(started_at),
        finished_at=None if finished_at is None else time_from_text(finished_at),
        worker=record.get("worker", ""),
        restored_from=record.get("restored_from"),
        computed_seconds=_seconds(record.get("computed_seconds")),
    )


def run_options_to_dict(options: RunOptions) -> Record:
    """Return the JSON form of how a run differs from a plain one."""
    return {
        "use_cache": options.use_cache,
        "on_failure": options.on_failure.value,
        "until": list(options.until),
        "from_nodes": list(options.from_nodes),
        "import_paths": list(options.import_paths),
        "automatic": options.automatic,
    }


@reads("run options")
def run_options_from_dict(data: JsonObject) -> RunOptions:
    """Undo ``run_options_to_dict``; options that are left out have their defaults."""
    record: Any = data
    return RunOptions(
        use_cache=record.get("use_cache", True),
        on_failure=OnFailure(record.get("on_failure", OnFailure.CONTINUE.value)),
        until=tuple(record.get("until", ())),
        from_nodes=tuple(record.get("from_nodes", ())),
        import_paths=tuple(record.get("import_paths", ())),
        automatic=record.get("automatic", False),
    )


def _seconds(value: Any) -> float | None:
    decoded = decode_value(value)
    if decoded is None or isinstance(decoded, (int, float)):
        return decoded
    raise TypeError(f"{decoded!r} isn't a number of seconds")


def event_to_dict(event: RunEvent) -> Record:
    """Return the JSON form of an event; its ``type`` says which of them it is, as in ``node_ended``."""
    if isinstance(event, events.RunStarted):
        return {"type": "run_started"}
    if isinstance(event, events.NodeRestored):
        return {
            "type": "node_restored",
            "node_id": event.node_id,
            "key": event.key,
            "outputs": resources_to_dict(event.outputs),
            "logs": resources_to_dict(event.logs),
            "restored_from": event.restored_from,
            "computed_seconds": encode_value(event.computed_seconds),
        }
    if isinstance(event, events.NodeMissed):
        return {"type": "node_missed", "node_id": event.node_id, "key": event.key}
    if isinstance(event, events.NodeStarted):
        return {
            "type": "node_started",
            "node_id": event.node_id,
            "attempt": event.attempt,
            "worker": event.worker,
        }
    if isinstance(event, events.NodeEnded):
        return {
            "type": "node_ended",
            "node_id": event.node_id,
            "attempt": event.attempt,
            "result": job_result_to_dict(event.result),
        }
    if isinstance(event, events.NodeLost):
        return {
            "type": "node_lost",
            "node_id": event.node_id,
            "attempt": event.attempt,
            "reason": event.reason,
        }
    if isinstance(event, events.NodeRefused):
        return {
            "type": "node_refused",
            "node_id": event.node_id,
            "code": event.code,
            "message": event.message,
        }
    if isinstance(event, events.CancelRequested):
        return {"type": "cancel_requested", "node_ids": list(event.node_ids)}
    if isinstance(event, events.NodeSkipped):
        return {"type": "node_skipped", "node_id": event.node_id, "reason": event.reason}
    return {"type": "run_finished", "status": event.status.value}


def _node_restored(data: Any) -> RunEvent:
    return events.NodeRestored(
        data["node_id"],
        data["key"],
        read_resources(data["outputs"]),
        read_resources(data.get("logs", {})),
        data.get("restored_from"),
        _seconds(data.get("computed_seconds")),
    )


_EVENTS: dict[str, Callable[[Any], RunEvent]] = {
    "run_started": lambda data: events.RunStarted(),
    "node_restored": _node_restored,
    "node_missed": lambda data: events.NodeMissed(data["node_id"], data["key"]),
    "node_started": lambda data: events.NodeStarted(data["node_id"], data["attempt"], data.get("worker", "")),
    "node_ended": lambda data: events.NodeEnded(
        data["node_id"], data["attempt"], read_job_result(data["result"])
    ),
    "node_lost": lambda data: events.NodeLost(data["node_id"], data["attempt"], data["reason"]),
    "node_refused": lambda data: events.NodeRefused(data["node_id"], data["code"], data["message"]),
    "cancel_requested": lambda data: events.CancelRequested(tuple(data["node_ids"])),
    "node_skipped": lambda data: events.NodeSkipped(data["node_id"], data["reason"]),
    "run_finished": lambda data: events.RunFinished(RunStatus(data["status"])),
}


@reads("an event")
def event_from_dict(data: JsonObject) -> RunEvent:
    """Undo ``event_to_dict``."""
    kind = data["type"]
    read = _EVENTS.get(str(kind))
    if read is None:
        raise ValueError(f"its type {kind!r} is none of {', '.join(_EVENTS)}")
    return read(data)


def recorded_event_to_dict(recorded: RecordedEvent) -> Record:
    """Return the JSON form of an event with its place in the log."""
    return {
        "run_id": recorded.run_id,
        "sequence": recorded.sequence,
        "at": time_to_text(recorded.at),
        "event": event_to_dict(recorded.event),
    }


@reads("a recorded event")
def recorded_event_from_dict(data: JsonObject) -> RecordedEvent:
    """Undo ``recorded_event_to_dict``."""
    record: Any = data
    return RecordedEvent(
        RunId(record["run_id"]),
        record["sequence"],
        time_from_text(record["at"]),
        event_from_dict(record["event"]),
    )
