"""The application behind a Jupyter server: the same use cases, by its REST interface and websocket."""

from __future__ import annotations

import logging
import queue
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.errors import GraphInvalidError, NotFoundError, PlynxError
from plynx_jupyter.graph.document import operation_to_dict, to_dict
from plynx_jupyter.graph.nesting import inner_nodes, with_inner_nodes
from plynx_jupyter.graph.records import run_options_to_dict, time_to_text
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.metadata.not_found import no_graph, no_operation, no_run
from plynx_jupyter.model.event import RecordedEvent, RunFinished
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.kind import COMPOSITE, FILE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.services.cache import CacheUse, CleanRequest
from plynx_jupyter.services.event_bus import BusMessage, Listener
from plynx_jupyter.services.file_nodes import store_files
from plynx_jupyter.services.planning import NodeForecast
from plynx_jupyter.services.validating import check, needed_part
from plynx_jupyter.wire.parsing import (
    cache_entry_from_reply,
    catalog_page_from_reply,
    eviction_from_reply,
    graph_from_reply,
    node_runs_from_reply,
    operation_from_reply,
    run_from_reply,
    summary_from_reply,
)

from .event_stream import EventStream
from .remote_artifacts import RemoteArtifacts
from .rest import RestApi

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage

PATIENCE_SECONDS = 120.0
"""For so long a wait goes on while the server can't be reached: it may be being started again."""
_TICK_SECONDS = 0.25
_LONG_SECONDS = 600.0
_PAGE = 200
_CACHE_PAGE = 1000
_ID = re.compile(r"[A-Za-z0-9._:@=-]{1,128}")

_log = logging.getLogger(__name__)

T = TypeVar("T")


class RemoteConnection:
    """See ``Connection``. Files that graphs name are those of this machine: they are sent along.

    ``patience_seconds`` is for how long ``wait`` bears that the server is away.
    """

    runs_outlive_us = True

    def __init__(
        self, url: str, token: str = "", *, proxies: bool = True, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._api = RestApi(url, token, proxies=proxies)
        self._patience_seconds = patience_seconds
        self._streams: WeakSet[EventStream] = WeakSet()
        self.artifacts = RemoteArtifacts(self._api)

    def stored_path(self, digest: Digest) -> Path | None:
        """Say that it is elsewhere."""
        return None

    def close(self) -> None:
        """End subscriptions and connections; runs go on."""
        for stream in tuple(self._streams):
            stream.close()
        self._api.close()

    # -- graphs and operations ---------------------------------------------------------------------------

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """See ``Connection``."""
        sent: dict[str, Any] = {**to_dict(graph), "update_date": None}
        if expected_update_date is not None:
            sent["update_date"] = time_to_text(expected_update_date)
        return graph_from_reply(self._api.post("graphs", {"graph": sent, "action": ["SAVE"]})["graph"])

    def load_graph(self, graph_id: GraphId) -> Graph:
        """See ``Connection``."""
        if graph_id == "new":
            raise no_graph(graph_id)
        return graph_from_reply(self._api.get(_path("graphs", graph_id, no_graph))["graph"])

    def list_graphs(self, query: Query) -> tuple[Sequence[Graph], int]:
        """See ``Connection``."""
        return self._search("search_graphs", query, graph_from_reply)

    def save_operation(self, operation: Operation) -> Operation:
        """See ``Connection``."""
        sent = {"node": operation_to_dict(operation), "action": ["SAVE"]}
        return operation_from_reply(self._api.post("nodes", sent)["node"])

    def load_operation(self, operation_id: OperationId) -> Operation:
        """See ``Connection``."""
        return operation_from_reply(self._api.get(_path("nodes", operation_id, no_operation))["node"])

    def list_operations(self, query: Query) -> tuple[Sequence[Operation], int]:
        """See ``Connection``."""
        return self._search("search_nodes", query, operation_from_reply)

    def search_hubs(self, query: Query, hub: str | None) -> CatalogPage:
        """See ``Connection``."""
        sent = _search_request(query, query.offset, query.per_page)
        reply = self._api.post("search_in_hubs", {**sent, **({} if hub is None else {"hub": hub})})
        return catalog_page_from_reply(reply)

    # -- runs --------------------------------------------------------------------------------------------

    def start_run(self, graph: Graph, options: RunOptions, folder: Path | None) -> Run:
        """See ``Connection``."""
        sent = self._with_files(graph, options, folder)
        return run_from_reply(self._api.post("runs", sent, seconds=_LONG_SECONDS)["run"])

    def wait(self, run_id: RunId) -> Run:
        """See ``Connection``."""
        _path("runs", run_id, no_run)
        ends: queue.SimpleQueue[PlynxError | None] = queue.SimpleQueue()

        def hear(message: BusMessage) -> None:
            if isinstance(message, RecordedEvent) and isinstance(message.event, RunFinished):
                ends.put(None)

        stream = EventStream(self._api, hear, run_id, failed=ends.put)
        try:
            error = self._first(ends, stream)
        finally:
            stream.close()
        if error is not None:
            raise error
        return self.load_run(run_id)

    def cancel(self, run_id: RunId, node_ids: Sequence[NodeId]) -> None:
        """See ``Connection``."""
        self._api.post(f"{_path('runs', run_id, no_run)}/cancel", {"node_ids": list(node_ids)})

    def load_run(self, run_id: RunId) -> Run:
        """See ``Connection``."""
        return run_from_reply(self._api.get(_path("runs", run_id, no_run))["run"])

    def find_run(self, prefix: str) -> RunId:
        """See ``Connection``."""
        return RunId(self._api.get("runs", prefix=prefix)["run_id"])

    def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """See ``Connection``."""
        return node_runs_from_reply(self._api.get(_path("runs", run_id, no_run))["run"])

    def list_runs(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """See ``Connection``."""
        return self._search("search_runs", query, summary_from_reply)

    def forecast(self, graph: Graph, options: RunOptions, folder: Path | None) -> list[NodeForecast]:
        """See ``Connection``."""
        sent = self._with_files(graph, options, folder)
        reply = self._api.post("plan", sent, seconds=_LONG_SECONDS)
        return [NodeForecast(**forecast) for forecast in reply["nodes"]]

    def subscribe(self, listener: Listener, run_id: RunId | None, after: int) -> Callable[[], None]:
        """See ``Connection``; ``listener`` is called on a thread of its own."""
        stream = EventStream(self._api, listener, run_id, after, failed=_warn)
        self._streams.add(stream)
        return stream.close

    # -- cache -------------------------------------------------------------------------------------------

    def cache_entries(self) -> Sequence[CacheEntry]:
        """See ``Connection``."""
        entries: dict[CacheKey, CacheEntry] = {}
        offset, total = 0, 1
        while offset < total:
            reply = self._api.get("cache", offset=offset, per_page=_CACHE_PAGE)
            # New entries push the others on to the next page meanwhile.
            found = [cache_entry_from_reply(item) for item in reply["items"]]
            entries.update((entry.key, entry) for entry in found)
            offset, total = offset + _CACHE_PAGE, reply["total_count"]
        return list(entries.values())

    def cache_use(self) -> CacheUse:
        """See ``Connection``."""
        return CacheUse(**self._api.get("cache/use")["use"])

    def protect_cache(self, keys: Sequence[CacheKey], protected: bool) -> int:
        """See ``Connection``."""
        changed: int = self._api.post("cache/protect", {"keys": list(keys), "protected": protected})[
            "changed"
        ]
        return changed

    def clean_cache(self, request: CleanRequest) -> EvictionPlan:
        """See ``Connection``."""
        before = None if request.before is None else time_to_text(request.before)
        sent = {**asdict(request), "before": before}
        return eviction_from_reply(self._api.post("cache/clean", sent, seconds=0)["plan"])

    # -- below -------------------------------------------------------------------------------------------

    def _first(self, ends: queue.SimpleQueue[PlynxError | None], stream: EventStream) -> PlynxError | None:
        """Return what ends the wait; raises once the server has been away for too long."""
        while True:
            try:
                return ends.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                outage = stream.outage
                if outage is not None and time.monotonic() - outage.began > self._patience_seconds:
                    raise outage.error from None

    def _search(
        self, path: str, query: Query, read: Callable[[dict[str, Any]], T]
    ) -> tuple[Sequence[T], int]:
        """Return a page of any length; the server's own have a limit."""
        found: list[T] = []
        while True:
            wanted = min(query.per_page - len(found), _PAGE)
            reply = self._api.post(path, _search_request(query, query.offset + len(found), wanted))
            found += map(read, reply["items"])
            if len(reply["items"]) < wanted or len(found) >= query.per_page:
                return found, reply["total_count"]

    def _with_files(self, graph: Graph, options: RunOptions, folder: Path | None) -> dict[str, Any]:
        """Send the files that a graph names, and return the graph (and options) as the server needs them."""
        needed = needed_part(graph, options.until)
        try:
            stored = store_files(needed, self.artifacts, folder)
        except GraphInvalidError:
            check(needed)  # what else is wrong with it is said first, as everywhere
            raise
        by_id = {node.id: node for node in stored.nodes}
        nodes = tuple(by_id.get(node.id, node) for node in graph.nodes)
        sent = replace(graph, nodes=_all_sendable(graph.nodes, nodes))
        return {"graph": to_dict(sent), "options": run_options_to_dict(options)}


def _warn(error: PlynxError) -> None:
    _log.warning("Events don't come any more: %s", error)


def _all_sendable(before: Sequence[Node], after: Sequence[Node]) -> tuple[Node, ...]:
    return tuple(map(_sendable, before, after))


def _sendable(before: Node, after: Node) -> Node:
    """Return a node with the artifact instead of the path, which means nothing where the server is."""
    if before.kind == COMPOSITE and inner_nodes(before):
        return with_inner_nodes(before, _all_sendable(inner_nodes(before), inner_nodes(after)))
    if before.kind == FILE and before.source is not None and "path" in before.source:
        return replace(after, source=None)
    return before


def _path(folder: str, name: str, absent: Callable[[Any], NotFoundError]) -> str:
    """Return the path of an object; what can't be an id is an object that isn't there."""
    if not _ID.fullmatch(name):
        raise absent(name)
    return f"{folder}/{name}"


def _search_request(query: Query, offset: int, per_page: int) -> dict[str, Any]:
    terms = [_quoted(word) for word in query.words]
    for name, values in (
        ("title", query.titles),
        ("description", query.descriptions),
        ("file_type", query.file_types),
        ("input_file_type", query.input_file_types),
        ("output_file_type", query.output_file_types),
        ("author", () if query.author is None else (query.author,)),
        ("original_node_id", () if query.graph_id is None else (query.graph_id,)),
    ):
        terms += [f"{name}:{_quoted(value)}" for value in values]
    return {
        "search": " ".join(terms),
        "node_kinds": list(query.kinds),
        "status": [status.value for status in query.statuses],
        "offset": offset,
        "per_page": per_page,
    }


def _quoted(text: str) -> str:
    r"""Return a word as the search language has it.

    >>> print(_quoted('say "hi"'))
    "say \"hi\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
