"""Runs: search, read, cancel, retry, and what happened in them."""

from __future__ import annotations

from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, RunId, new_id
from plynx_jupyter.services.file_nodes import with_stored_files
from plynx_jupyter.wire.models import CancelRequest, GraphRunRequest, Request, SearchRequest
from plynx_jupyter.wire.replies import event_reply, graph_reply, run_reply, summary_reply

from ..base import RESOURCE, PlynxHandler
from ..searching import query_of
from .graphs import sent_graph

_MOST_EVENTS = 10_000


class SearchRunsHandler(PlynxHandler):
    """``POST search_runs``: a page of runs, newest first."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def post(self) -> None:
        """Search titles; ``original_node_id:`` finds the runs of a graph."""
        plynx = await self.plynx()
        query = query_of(self.read_json(SearchRequest), plynx.user.name)
        found, total = await plynx.runs.list(query)
        self.reply(items=[summary_reply(run) for run in found], total_count=total)


class RunsHandler(PlynxHandler):
    """``runs``: start one of a graph that the body carries; find one by the beginning of its id."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Return the id that begins with ``prefix``."""
        plynx = await self.plynx()
        self.reply(run_id=await plynx.runs.find(self.get_query_argument("prefix")))

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self) -> None:
        """Start a run; the graph itself isn't stored, only the run's snapshot of it."""
        body = self.read_json(GraphRunRequest)
        plynx = await self.plynx()
        run = await plynx.runs.start(
            sent_graph(body.graph), options=body.options.to_options(), folder=self.folder(body.path)
        )
        shown = run_reply(run, await plynx.runs.node_runs(run.id))
        self.reply(run_id=run.id, run=shown, data=shown)


class RunHandler(PlynxHandler):
    """``GET runs/{id}``: the run, its snapshot, and the state of each node."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, run_id: str) -> None:
        """Return a run."""
        plynx = await self.plynx()
        # In this order: what is read after the number holds at least all events up to it.
        sequence = await plynx.runs.last_sequence(RunId(run_id))
        run = await plynx.runs.load(RunId(run_id))
        records = await plynx.runs.node_runs(run.id)
        shown = run_reply(run, records, sequence=sequence)
        self.reply(run=shown, data=shown)


class RunActionHandler(PlynxHandler):
    """``POST runs/{id}/{cancel,retry,clone}``."""

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self, run_id: str, action: str) -> None:
        """Cancel a run; run it again, what is done restored; or make its snapshot a graph of its own."""
        body = self.read_json(CancelRequest if action == "cancel" else Request)
        plynx = await self.plynx()
        run = await plynx.runs.load(RunId(run_id))
        if isinstance(body, CancelRequest):
            await plynx.runs.cancel(run.id, tuple(map(NodeId, body.node_ids)))
            self.reply(run_id=run.id)
        elif action == "retry":
            started = await plynx.runs.start(with_stored_files(run.graph), options=run.options)
            self.reply(run_id=started.id)
        else:
            clone: Graph = replace(run.graph, id=GraphId(new_id()), insertion_date=None, update_date=None)
            stored = await plynx.graphs.save(clone)
            shown = graph_reply(stored)
            self.reply(graph=shown, data=shown, new_graph_id=stored.id)


class RunNodeCancelHandler(PlynxHandler):
    """``POST runs/{id}/nodes/{node}/cancel``: stop one node."""

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self, run_id: str, node_id: str) -> None:
        """Ask for the node to be stopped; its end is an event of the run."""
        plynx = await self.plynx()
        await plynx.runs.cancel(RunId(run_id), (NodeId(node_id),))
        self.reply(run_id=run_id, node_id=node_id)


class RunEventsHandler(PlynxHandler):
    """``GET runs/{id}/events?after=N``: what happened, in order."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, run_id: str) -> None:
        """Return the events with a sequence number above ``after``, at most ten thousand of them."""
        try:
            after = max(0, int(self.get_query_argument("after", "0")))
        except ValueError:
            raise HTTPError(400, reason="`after` is a whole number.") from None
        plynx = await self.plynx()
        events = await plynx.runs.events(RunId(run_id), after, _MOST_EVENTS)
        self.reply(events=[event_reply(event) for event in events])
