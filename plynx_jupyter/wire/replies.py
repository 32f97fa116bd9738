"""The JSON forms of what replies carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.graph.document import operation_to_dict, to_dict
from plynx_jupyter.graph.records import node_run_to_dict, recorded_event_to_dict, run_options_to_dict
from plynx_jupyter.graph.result_records import resources_to_dict, time_to_text
from plynx_jupyter.metadata.base import RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.job import JobLog, JobProgress
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import RunStatus
from plynx_jupyter.model.user import ApiToken, User

WHO_ASKS: Final = "It isn't known who asks. Send a token (`Authorization: token …`), or log in."
"""What everybody is told who sends no token, or one that nobody knows."""


def graph_reply(
    graph: Graph, *, status: RunStatus = RunStatus.CREATED, readonly: bool = False
) -> dict[str, Any]:
    """Return a graph: its document, and what the server knows of it."""
    return {
        **to_dict(graph),
        "author": graph.author,
        "graph_running_status": status.value,
        "insertion_date": _time(graph.insertion_date),
        "update_date": _time(graph.update_date),
        "_readonly": readonly,
    }


def operation_reply(operation: Operation, *, readonly: bool = False) -> dict[str, Any]:
    """Return an operation, in the form of a node."""
    return {
        **operation_to_dict(operation),
        "node_running_status": "STATIC" if operation.kind == "file" else "CREATED",
        "_readonly": readonly,
    }


def run_reply(run: Run, node_runs: Mapping[NodeId, NodeRun], *, sequence: int = 0) -> dict[str, Any]:
    """Return a run with its snapshot and the state of each node.

    All events up to number ``sequence`` are in it; later ones may be.
    """
    return {
        "_id": run.id,
        "sequence": sequence,
        "graph_id": run.graph_id,
        "title": run.graph.title,
        "status": run.status.value,
        "graph_running_status": run.status.value,
        "options": run_options_to_dict(run.options),
        "author": run.author,
        "created_at": _time(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "graph": to_dict(run.graph),
        "nodes": {node_id: node_run_to_dict(record) for node_id, record in node_runs.items()},
    }


def summary_reply(run: RunSummary) -> dict[str, Any]:
    """Return a run without its graph."""
    return {
        "_id": run.id,
        "graph_id": run.graph_id,
        "title": run.title,
        "status": run.status.value,
        "author": run.author,
        "created_at": _time(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "counts": dict(run.counts),
        "owner": run.owner,
        "owner_expires_at": _time(run.owner_expires_at),
    }


def event_reply(message: RecordedEvent | JobProgress | JobLog) -> dict[str, Any]:
    """Return what a listener is told; only recorded events have a sequence number."""
    if isinstance(message, RecordedEvent):
        return {"kind": "event", **recorded_event_to_dict(message)}
    attempt = {"run_id": message.id.run_id, "node_id": message.id.node_id, "attempt": message.id.attempt}
    if isinstance(message, JobProgress):
        return {
            "kind": "progress",
            **attempt,
            "done": message.done,
            "total": message.total,
            "label": message.label,
        }
    return {"kind": "log", **attempt, "stream": message.stream, "text": message.text}


def cache_entry_reply(entry: CacheEntry) -> dict[str, Any]:
    """Return a cached result with what its key was made from."""
    return {
        "key": entry.key,
        "operation_digest": entry.operation_digest,
        "title": entry.title,
        "components": dict(entry.components),
        "outputs": resources_to_dict(entry.outputs),
        "logs": resources_to_dict(entry.logs),
        "run_id": entry.run_id,
        "node_id": entry.node_id,
        "created_at": _time(entry.created_at),
        "used_at": _time(entry.used_at),
        "seconds": entry.seconds,
        "protected": entry.protected,
        "non_deterministic": entry.non_deterministic,
    }


def eviction_reply(plan: EvictionPlan) -> dict[str, Any]:
    """Return what a clean-up removed, or would remove."""
    return {
        "remove_keys": list(plan.remove_keys),
        "remove_digests": list(plan.remove_digests),
        "freed_bytes": plan.freed_bytes,
        "kept": {key: reason.value for key, reason in plan.kept.items()},
        "young_digests": list(plan.young_digests),
        "over_budget_bytes": plan.over_budget_bytes,
    }


def user_reply(user: User) -> dict[str, Any]:
    """Return a user."""
    return {
        "name": user.name,
        "display_name": user.display_name,
        "active": user.active,
        "policies": sorted(policy.value for policy in user.policies),
        "created_at": _time(user.created_at),
        "seen_at": _time(user.seen_at),
    }


def token_reply(token: ApiToken) -> dict[str, Any]:
    """Return what is known of an API token; not the token, nor its digest."""
    return {
        "id": token.id,
        "user": token.user,
        "kind": token.kind.value,
        "note": token.note,
        "created_at": _time(token.created_at),
        "expires_at": _time(token.expires_at),
        "used_at": _time(token.used_at),
        "revoked": token.revoked,
    }


def _time(at: Any) -> str | None:
    return None if at is None else time_to_text(at)
