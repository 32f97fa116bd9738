"""JSON replies of the REST contract back into the model: the other half of ``wire.replies``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plynx_jupyter import errors
from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan, KeptReason
from plynx_jupyter.errors import GraphInvalidError, InvalidInputError, PlynxError
from plynx_jupyter.graph.document import from_dict, operation_from_dict
from plynx_jupyter.graph.records import (
    node_run_from_dict,
    recorded_event_from_dict,
    run_options_from_dict,
)
from plynx_jupyter.graph.result_records import read_resources, reads, time_from_text
from plynx_jupyter.metadata.base import RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, RunId
from plynx_jupyter.model.job import AttemptId, JobLog, JobProgress
from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import RunStatus

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage

_SHOWN_ONLY = ("_readonly", "graph_running_status", "node_running_status", "resources_dict")
"""What replies say of a graph or operation that isn't part of its document."""


def graph_from_reply(data: Mapping[str, Any]) -> Graph:
    """Undo ``graph_reply``."""
    return from_dict(_document(data), where="graph")


def operation_from_reply(data: Mapping[str, Any]) -> Operation:
    """Undo ``operation_reply``."""
    return operation_from_dict(_document(data), where="node")


@reads("a page of the hubs")
def catalog_page_from_reply(data: Mapping[str, Any]) -> CatalogPage:
    """Return what was found in hubs."""
    from plynx_jupyter.hubs.base import HubItem
    from plynx_jupyter.hubs.catalog import CatalogPage, FoundItem, HubShown

    items = []
    for item in data["items"]:
        operation = {key: value for key, value in item.items() if key not in ("hub", "group")}
        items.append(FoundItem(item["hub"], HubItem(operation_from_reply(operation), tuple(item["group"]))))
    hubs = [HubShown(**{**hub, "problems": tuple(hub["problems"])}) for hub in data["hubs"]]
    return CatalogPage(items, data["total_count"], hubs)


def _document(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in _SHOWN_ONLY}


@reads("a run")
def run_from_reply(data: JsonObject) -> Run:
    """Return the run of ``run_reply``, without the state of its nodes."""
    record: Any = data
    return Run(
        id=RunId(record["_id"]),
        graph=from_dict(record["graph"], where="the run's graph"),
        graph_id=GraphId(record["graph_id"]),
        status=RunStatus(record["status"]),
        options=run_options_from_dict(record["options"]),
        author=record["author"],
        created_at=time_from_text(record["created_at"]),
        started_at=_time(record["started_at"]),
        finished_at=_time(record["finished_at"]),
    )


@reads("the nodes of a run")
def node_runs_from_reply(data: JsonObject) -> dict[NodeId, NodeRun]:
    """Return the state of each node of ``run_reply``, in its order."""
    record: Any = data
    return {NodeId(node_id): node_run_from_dict(of_node) for node_id, of_node in record["nodes"].items()}


@reads("a run in a list")
def summary_from_reply(data: JsonObject) -> RunSummary:
    """Undo ``summary_reply``."""
    record: Any = data
    return RunSummary(
        id=RunId(record["_id"]),
        graph_id=GraphId(record["graph_id"]),
        title=record["title"],
        status=RunStatus(record["status"]),
        author=record["author"],
        created_at=time_from_text(record["created_at"]),
        started_at=_time(record["started_at"]),
        finished_at=_time(record["finished_at"]),
        counts=record["counts"],
        owner=record.get("owner"),
        owner_expires_at=_time(record.get("owner_expires_at")),
    )


@reads("a message")
def message_from_reply(data: JsonObject) -> RecordedEvent | JobProgress | JobLog | None:
    """Undo ``event_reply``; None for what is no message of a run (such as that some were left out)."""
    record: Any = data
    kind = record["kind"]
    if kind == "event":
        return recorded_event_from_dict({key: value for key, value in record.items() if key != "kind"})
    if kind not in ("progress", "log"):
        return None
    attempt = AttemptId(RunId(record["run_id"]), NodeId(record["node_id"]), record["attempt"])
    if kind == "progress":
        return JobProgress(attempt, record["done"], record["total"], record["label"])
    return JobLog(attempt, record["stream"], record["text"])


@reads("a cache entry")
def cache_entry_from_reply(data: JsonObject) -> CacheEntry:
    """Undo ``cache_entry_reply``."""
    record: Any = data
    return CacheEntry(
        key=CacheKey(record["key"]),
        operation_digest=record["operation_digest"],
        title=record["title"],
        components=record["components"],
        outputs=read_resources(record["outputs"]),
        logs=read_resources(record["logs"]),
        run_id=RunId(record["run_id"]),
        node_id=NodeId(record["node_id"]),
        created_at=time_from_text(record["created_at"]),
        used_at=_time(record["used_at"]),
        seconds=record["seconds"],
        protected=record["protected"],
        non_deterministic=record["non_deterministic"],
    )


@reads("a clean-up")
def eviction_from_reply(data: JsonObject) -> EvictionPlan:
    """Undo ``eviction_reply``."""
    record: Any = data
    return EvictionPlan(
        remove_keys=tuple(map(CacheKey, record["remove_keys"])),
        remove_digests=tuple(map(Digest, record["remove_digests"])),
        freed_bytes=record["freed_bytes"],
        kept={CacheKey(key): KeptReason(reason) for key, reason in record["kept"].items()},
        young_digests=tuple(map(Digest, record["young_digests"])),
        over_budget_bytes=record["over_budget_bytes"],
    )


def error_from_reply(status: int, body: Mapping[str, Any]) -> PlynxError:
    """Return the error that a reply tells of: the class of its code, with the same message and data.

    >>> error_from_reply(404, {"code": "not_found", "message": "There is no run r.", "data": {"run_id": "r"}})
    NotFoundError('There is no run r.')
    """
    code = str(body.get("code", ""))
    message = str(body.get("message") or f"The server refused the request (HTTP {status}).")
    found = body.get("data")
    data = {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}
    kind = _BY_CODE.get(code)
    if kind is None:
        kind = InvalidInputError if 400 <= status < 500 else PlynxError
        data.setdefault("code", code)
    if body.get("reference"):
        data["reference"] = body["reference"]
        message = f"{message} Reference: {body['reference']}."
    if kind is GraphInvalidError:
        data.setdefault("validation_error", body.get("validation_error"))
    return kind(message, **data)


def _classes(kind: type[PlynxError]) -> Iterator[type[PlynxError]]:
    yield kind
    for derived in kind.__subclasses__():
        yield from _classes(derived)


_BY_CODE = {kind.code: kind for kind in _classes(PlynxError) if kind.__module__ == errors.__name__}


def _time(text: Any) -> Any:
    return None if text is None else time_from_text(text)
