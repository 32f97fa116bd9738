"""Runs side by side."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.graph.comparing import ComparedRun, compare
from plynx_jupyter.graph.records import run_options_to_dict
from plynx_jupyter.model.ids import RunId

from ..base import RESOURCE, PlynxHandler

_MOST = 10


class CompareRunsHandler(PlynxHandler):
    """``GET runs/compare?ids=A,B``: what differs between two to ten runs."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Compare the runs node by node; lists in the reply are in the order of the ids."""
        ids = [RunId(word) for word in self.get_query_argument("ids").split(",") if word]
        if not 2 <= len(ids) <= _MOST:
            raise HTTPError(400, log_message=f"`ids` names 2 to {_MOST} runs with commas between them.")
        plynx = await self.plynx()
        runs = [ComparedRun(await plynx.runs.load(run), await plynx.runs.node_runs(run)) for run in ids]
        nodes = compare(runs)
        self.reply(
            runs=[
                {
                    "_id": compared.run.id,
                    "title": compared.run.graph.title,
                    "status": compared.run.status.value,
                    "options": run_options_to_dict(compared.run.options),
                }
                for compared in runs
            ],
            nodes=[{**asdict(node), "differs": node.differs} for node in nodes],
        )
