"""The REST contract as data: every path and method, what it takes, what it replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from . import models
from .reply_models import (
    ForecastShown,
    GraphShown,
    HubNodeShown,
    HubSearched,
    NodeShown,
    Reply,
    RunShown,
    RunSummaryShown,
    TokenShown,
    UserShown,
    page,
    reply,
)

Method = Literal["get", "head", "post", "put", "patch", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path.

    ``path`` is below the API's prefix, with names in braces. ``query`` are JSON Schemas by name. ``binary`` is
    what the body or the reply is when it isn't JSON.
    """

    method: Method
    path: str
    summary: str
    reply: type[BaseModel] | None = Reply
    request: type[BaseModel] | None = None
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    request_media: str = "application/json"
    reply_media: str = "application/json"
    statuses: tuple[int, ...] = ()


_GRAPH = reply("GraphReply", graph=GraphShown, data=GraphShown)
_NODE = reply("NodeReply", node=NodeShown, data=NodeShown)
_FROM_NOTEBOOK = reply("FromNotebookReply", node=NodeShown, data=NodeShown, suggestions=list[dict[str, Any]])
_RUN = reply("RunReply", run=RunShown, data=RunShown)
_STARTED = reply("RunStartedReply", run_id=str)
_FORECAST = reply("ForecastReply", nodes=list[ForecastShown])
_GRAPHS = page("GraphsReply", GraphShown)
_NODES = page("NodesReply", NodeShown)
_FOUND_IN_HUBS = reply("HubsReply", items=list[HubNodeShown], total_count=int, hubs=list[HubSearched])
_RUNS = page("RunsReply", RunSummaryShown)
_OBJECTS = list[dict[str, Any]]
_WORKERS = reply("WorkersReply", workers=_OBJECTS)
_USER = reply("UserReply", user=UserShown, data=UserShown)
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_FLAG: dict[str, Any] = {"type": "boolean"}
_TEXT: dict[str, Any] = {"type": "string"}


def _get(path: str, summary: str, answer: type[BaseModel] | None, **more: Any) -> Endpoint:
    return Endpoint(method="get", path=path, summary=summary, reply=answer, **more)


def _post(
    path: str,
    summary: str,
    answer: type[BaseModel],
    request: type[BaseModel] | None = models.Request,
    **more: Any,
) -> Endpoint:
    return Endpoint(method="post", path=path, summary=summary, reply=answer, request=request, **more)


def _graph_action(name: str, summary: str, request: type[BaseModel] = models.Request) -> Endpoint:
    return _post(f"graphs/{{graph_id}}/{name}", summary, _GRAPH, request)


def _graph_edit(name: str, summary: str, request: type[BaseModel]) -> Endpoint:
    return _post(f"graphs/{{graph_id}}/nodes/{name}", summary, _GRAPH, request)


ENDPOINTS: tuple[Endpoint, ...] = (
    _get("health", "Whether the stores answer", reply("HealthReply", version=str), statuses=(503,)),
    _get("worker_states", "Workers, what each runs, and why the rest waits", _WORKERS),
    _get("master_state", "The same, as it was called", _WORKERS),
    _get("plugins", "Kinds of operations and types of artifacts",
         reply("PluginsReply", workflows=_OBJECTS, operations=_OBJECTS, hubs=_OBJECTS, resources=_OBJECTS)),
    _get("openapi.json", "This document", None),
    _get("token", "An access and a refresh token",
         reply("TokenPairReply", access_token=str, refresh_token=str, message=str)),
    _get("tokens", "One's own API tokens", reply("TokensReply", items=list[TokenShown])),
    _post("tokens", "Make an API token for a program",
          reply("NewTokenReply", access_token=str, token=TokenShown), models.NewToken),
    Endpoint(method="delete", path="tokens/{token_id}", summary="Revoke an API token"),
    _get("users", "All users", reply("UsersReply", items=list[UserShown])),
    _post("users", "Add a user", _USER, models.NewUser, statuses=(409,)),
    _get("users/{name}", "A user; `me` is who asks", _USER),
    _post("users/{name}", "Let a user in or not, replace their policies", _USER, models.UserChange),
    _get("graphs", "The newest graphs", _GRAPHS, query={"offset": _NUMBER, "per_page": {**_NUMBER, "maximum": 200}}),
    _post("graphs", "Actions on a graph, in order", _GRAPH, models.GraphRequest, statuses=(409,)),
    _post("search_graphs", "A page of graphs, newest first", _GRAPHS, models.SearchRequest),
    _get("graphs/{graph_id}", "A graph; `new` is one that isn't stored", _GRAPH),
    Endpoint(method="delete", path="graphs/{graph_id}", summary="Remove a graph; its runs stay"),
    Endpoint(method="patch", path="graphs/{graph_id}/update", summary="Change title and description",
             request=models.GraphUpdate, reply=_GRAPH, statuses=(409,)),
    _get("graphs/{graph_id}/plan", "What a run would do, and why", _FORECAST),
    _graph_action("approve", "Run the graph", models.RunRequest),
    _graph_action("validate", "Say everything that is wrong with it"),
    _graph_action("rearrange", "Lay the nodes out; the result isn't stored"),
    _graph_action("upgrade_nodes", "Use the newest operations; the result isn't stored"),
    _graph_action("cancel", "Stop the graph's runs"),
    _graph_action("generate_code", "A Python program that builds the graph"),
    _graph_action("clone", "Store a copy"),
    _get("graphs/{graph_id}/nodes/list_nodes", "The nodes", reply("NodesOfGraphReply", nodes=list[dict[str, Any]])),
    _graph_edit("insert_node", "Put an operation into the graph", models.InsertNode),
    _graph_edit("remove_node", "Take a node out", models.RemoveNode),
    _graph_edit("create_link", "Connect an output with an input", models.Link),
    _graph_edit("remove_link", "Part them", models.Link),
    _graph_edit("change_parameter", "Set a parameter", models.ChangeParameter),
    _post("plan", "What a run of a graph that isn't stored would do", _FORECAST, models.GraphRunRequest),
    _post("search_nodes", "A page of operations and files, newest first", _NODES, models.SearchRequest),
    _post("search_in_hubs", "A page of what the hubs have, hub by hub", _FOUND_IN_HUBS, models.SearchRequest),
    _post("nodes", "Actions on an operation, in order", _NODE, models.NodeRequest),
    _post("nodes/from_notebook", "Make an operation of a notebook", _FROM_NOTEBOOK, models.FromNotebook),
    _post("nodes/from_function", "Make an operation of a function in a file", _NODE, models.FromFunction),
    _post("nodes/from_script", "Make an operation of a script", _NODE, models.FromScript),
    _get("nodes/{node_id}", "An operation; a kind gives a default one", _NODE),
    _get("examples", "The examples that come along", reply("ExamplesReply", items=_OBJECTS)),
    _get("examples/{name}", "An example with its files",
         reply("ExampleReply", example=str, title=str, document=str, files=_OBJECTS)),
    _post("search_runs", "A page of runs, newest first", _RUNS, models.SearchRequest),
    _get("runs", "The run whose id begins so", _STARTED, query={"prefix": {**_TEXT, "required": True}}),
    _post("runs", "Run a graph that isn't stored", reply("NewRunReply", run_id=str, run=RunShown, data=RunShown),
          models.GraphRunRequest),
    _get("runs/compare", "What differs between runs",
         reply("ComparisonReply", runs=list[dict[str, Any]], options=dict[str, Any], nodes=list[dict[str, Any]]),
         query={"ids": {**_TEXT, "required": True}}),
    _get("runs/{run_id}", "A run", _RUN),
    _get("runs/{run_id}/events", "What happened, in order", reply("EventsReply", events=list[dict[str, Any]]),
         query={"after": _NUMBER}),
    _post("runs/{run_id}/cancel", "Stop a run, or some of its nodes", _STARTED, models.CancelRequest),
    _post("runs/{run_id}/retry", "Run it again; what is done is restored", _STARTED),
    _post("runs/{run_id}/clone", "Make a graph of the run's snapshot", _GRAPH),
    _post("runs/{run_id}/nodes/{node_id}/cancel", "Stop a node", reply("NodeCanceledReply", run_id=str, node_id=str)),
    Endpoint(method="post", path="resources", summary="Store an artifact", request_media="application/octet-stream",
             reply=reply("StoredReply", digest=str, size_bytes=int), statuses=(413, 415)),
    _get("resources/{digest}", "The bytes, a preview, or a document to look at", None,
         query={"preview": _FLAG, "thumbnail": _FLAG, "view": _FLAG, "file_type": _TEXT, "filename": _TEXT},
         reply_media="*/*", statuses=(206, 304, 415, 416)),
    Endpoint(method="head", path="resources/{digest}", summary="The same without the bytes", reply=None,
             reply_media="*/*", statuses=(206, 304, 415, 416)),
    *(Endpoint(method=method, path="upload_file", summary="Store a file as a node", request=models.UploadForm,
               request_media="multipart/form-data", reply=_NODE, statuses=(413, 415)) for method in ("post", "put")),
    _get("cache", "A page of the stored results", reply("CacheReply", items=list[dict[str, Any]], total_count=int),
         query={"offset": _NUMBER, "per_page": {**_NUMBER, "maximum": 2000}}),
    _get("cache/use", "How much space results take", reply("CacheUseReply", use=dict[str, Any])),
    _post("cache/clean", "Remove results", reply("CacheCleanReply", plan=dict[str, Any]), models.CacheCleanRequest),
    _post("cache/protect", "Keep results from being removed",
          reply("ProtectReply", changed=int), models.ProtectRequest),
)  # fmt: skip
