"""Graphs: search, read, the actions on them, and edits in place."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph import editing
from plynx_jupyter.graph.document import from_dict, node_to_dict
from plynx_jupyter.graph.result_records import time_from_text
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId, new_id
from plynx_jupyter.model.node import place
from plynx_jupyter.model.run import RunOptions
from plynx_jupyter.services.graph_actions import GraphActions
from plynx_jupyter.wire.models import (
    ChangeParameter,
    GraphRequest,
    GraphRunRequest,
    GraphUpdate,
    InsertNode,
    Link,
    RemoveNode,
    Request,
    RunRequest,
    SearchRequest,
)
from plynx_jupyter.wire.replies import graph_reply

from ..base import RESOURCE, PlynxHandler, validated
from ..platform import known_resources
from ..searching import query_of

if TYPE_CHECKING:
    from plynx_jupyter.services.session import Session


class GraphsHandler(PlynxHandler):
    """``graphs``: the newest ones, and actions on one that the body carries, in order."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Return the newest page, as ``search_graphs`` without words does."""
        wish = {
            name: self.get_query_argument(name)
            for name in ("per_page", "offset")
            if name in self.request.query_arguments
        }
        await _search(self, validated(SearchRequest, wish))

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self) -> None:
        """Apply the actions; the reply tells of the graph after the last one."""
        body = self.read_json(GraphRequest)
        graph = sent_graph(body.graph, without=_DATES)
        expected = body.graph.get("update_date")
        await _act(
            self,
            graph,
            list(body.action),
            body.options.to_options(),
            expected=_date(expected) if expected else None,
            path=body.path,
        )


class SearchGraphsHandler(PlynxHandler):
    """``POST search_graphs``: a page of graphs, newest first."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def post(self) -> None:
        """Search titles and descriptions."""
        await _search(self, self.read_json(SearchRequest))


class GraphHandler(PlynxHandler):
    """``GET graphs/{id}``; ``new`` is a default graph that isn't stored."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, graph_id: str) -> None:
        """Return a graph."""
        plynx = await self.plynx()
        if graph_id == "new":
            graph = Graph(id=GraphId(new_id()), title="Title", author=plynx.user.name)
        else:
            graph = await plynx.graphs.load(GraphId(graph_id))
        shown = shown_graph(plynx, graph)
        self.reply(graph=shown, data=shown, url=_url(self, graph), resources_dict=known_resources())

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def delete(self, graph_id: str) -> None:
        """Remove a graph; its runs stay."""
        await (await self.plynx()).graphs.delete(GraphId(graph_id))
        self.reply(graph_id=graph_id)


class GraphUpdateHandler(PlynxHandler):
    """``PATCH graphs/{id}/update``: change its title and description."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def patch(self, graph_id: str) -> None:
        """Store the changes; 409 when ``update_date`` is given and isn't the stored one."""
        body = self.read_json(GraphUpdate)
        plynx = await self.plynx()
        actions = graph_actions(plynx)
        graph = await actions.update(GraphId(graph_id), body.title, body.description, body.update_date)
        shown = shown_graph(plynx, graph)
        self.reply(graph=shown, data=shown)


class GraphActionHandler(PlynxHandler):
    """``POST graphs/{id}/{action}``: one action on a stored graph."""

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self, graph_id: str, action: str) -> None:
        """Apply the action; ``approve`` takes run options in the body."""
        options = self.read_json(RunRequest if action == "approve" else Request)
        graph = await (await self.plynx()).graphs.load(GraphId(graph_id))
        run_options = options.to_options() if isinstance(options, RunRequest) else None
        await _act(self, graph, [action.upper()], run_options)


class GraphPlanHandler(PlynxHandler):
    """``GET graphs/{id}/plan``: what a run would do with each node, and why."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, graph_id: str) -> None:
        """Forecast a run; nothing is run."""
        plynx = await self.plynx()
        graph = await plynx.graphs.load(GraphId(graph_id))
        forecasts = await plynx.plans.forecast(graph, folder=self.folder())
        self.reply(nodes=[asdict(forecast) for forecast in forecasts])


class PlanHandler(PlynxHandler):
    """``POST plan``: what a run of the graph in the body would do with each node, and why."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def post(self) -> None:
        """Forecast a run; nothing is stored or run."""
        body = self.read_json(GraphRunRequest)
        plynx = await self.plynx()
        forecasts = await plynx.plans.forecast(
            sent_graph(body.graph), options=body.options.to_options(), folder=self.folder(body.path)
        )
        self.reply(nodes=[asdict(forecast) for forecast in forecasts])


class GraphNodesHandler(PlynxHandler):
    """``graphs/{id}/nodes/{edit}``: look at a stored graph's nodes, and edit it in place."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, graph_id: str, edit: str) -> None:
        """List the nodes."""
        if edit != "list_nodes":
            raise HTTPError(405, reason=f"{edit} takes a POST.")
        graph = await (await self.plynx()).graphs.load(GraphId(graph_id))
        nodes = [node_to_dict(node) for node in graph.nodes]
        self.reply(nodes=nodes, data=nodes)

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self, graph_id: str, edit: str) -> None:
        """Edit the graph and store it."""
        plynx = await self.plynx()
        graph = await plynx.graphs.load(GraphId(graph_id))
        node_id: str | None = None
        if edit == "insert_node":
            insert = self.read_json(InsertNode)
            operation = await plynx.operations.load(OperationId(insert.node_id))
            node_id = new_id()
            graph = editing.add_node(graph, place(operation, NodeId(node_id), x=insert.x, y=insert.y))
        elif edit == "remove_node":
            removed = NodeId(self.read_json(RemoveNode).node_id)
            graph = editing.remove_nodes(graph, [removed])
        elif edit in ("create_link", "remove_link"):
            link = self.read_json(Link)
            change = editing.connect if edit == "create_link" else editing.disconnect
            graph = change(
                graph,
                NodeId(link.source.node_id),
                link.source.resource,
                NodeId(link.to.node_id),
                link.to.resource,
            )
        elif edit == "change_parameter":
            wish = self.read_json(ChangeParameter)
            actions = graph_actions(plynx)
            graph = actions.with_parameter(
                graph, NodeId(wish.node_id), wish.parameter_name, wish.parameter_value
            )
        else:
            raise HTTPError(405, reason=f"{edit} takes a GET.")
        stored = await plynx.graphs.save(graph)
        shown = shown_graph(plynx, stored)
        extra: dict[str, Any] = {} if node_id is None else {"node_id": node_id}
        self.reply(graph=shown, data=shown, **extra)


_SERVED = ("_readonly", "graph_running_status", "resources_dict")
"""Fields that replies add, and that come back with a graph that was edited."""
_DATES = ("insertion_date", "update_date")


def sent_graph(data: dict[str, Any], *, without: tuple[str, ...] = ()) -> Graph:
    """Return the graph that a body carries, with a new id if it has none; raises ``DocumentError``."""
    left_out = (*_SERVED, *without)
    own = {key: value for key, value in data.items() if key not in left_out}
    return from_dict({"_id": new_id(), **own}, where="graph")


def graph_actions(plynx: Session) -> GraphActions:
    """Return the actions of a user."""
    return GraphActions(plynx.graphs, plynx.runs, plynx.operations)


def _date(text: Any) -> datetime:
    try:
        return time_from_text(text)
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"graph.update_date: {text!r} isn't the date that a graph came with; leave it out to save over any version."
        ) from None


def shown_graph(plynx: Session, graph: Graph) -> dict[str, Any]:
    """Return a graph as the user sees it."""
    mine = replace(graph, author=graph.author or plynx.user.name)
    return graph_reply(mine, readonly=not plynx.access.changes("graph", mine.author))


def _url(handler: PlynxHandler, graph: Graph) -> str:
    """Return where JupyterLab shows a stored graph."""
    path = quote(f"PLynx:{graph.id}.plynx", safe="")
    return f"{handler.request.protocol}://{handler.request.host}{handler.base_url}lab/tree/{path}"


async def _search(handler: PlynxHandler, request: SearchRequest) -> None:
    plynx = await handler.plynx()
    graphs, total = await plynx.graphs.list(query_of(request, plynx.user.name))
    handler.reply(items=[shown_graph(plynx, graph) for graph in graphs], total_count=total)


async def _act(
    handler: PlynxHandler,
    graph: Graph,
    names: list[str],
    options: RunOptions | None = None,
    expected: datetime | None = None,
    path: str | None = None,
) -> None:
    if not names:
        raise InvalidInputError("`action` is empty; say at least one, such as SAVE.")
    plynx = await handler.plynx()
    actions = graph_actions(plynx)
    outcome = await actions.apply(
        graph, names, options, expected_update_date=expected, folder=handler.folder(path)
    )
    shown = shown_graph(plynx, outcome.graph)
    handler.reply(
        "VALIDATION_FAILED" if outcome.validation_error else "SUCCESS",
        message=f"Actions completed with Graph({outcome.graph.id})",
        graph=shown,
        data=shown,
        url=_url(handler, outcome.graph),
        **outcome.extra,
    )
