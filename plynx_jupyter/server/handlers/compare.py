"""Runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.cache.difference import Difference
from plynx_jupyter.graph.comparing import ComparedRun, differing_options
from plynx_jupyter.graph.records import run_options_to_dict
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.services.comparing import ComparedNode

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
        found = await plynx.runs.compare(ids)
        self.reply(
            runs=[_shown_run(compared) for compared in found.runs],
            options=differing_options(found.runs),
            nodes=[_shown_node(compared) for compared in found.nodes],
        )


def _shown_run(compared: ComparedRun) -> dict[str, Any]:
    run = compared.run
    return {
        "_id": run.id,
        "title": run.graph.title,
        "status": run.status.value,
        "seconds": run.duration_seconds,
        "options": run_options_to_dict(run.options),
    }


def _shown_node(compared: ComparedNode) -> dict[str, Any]:
    return {
        **asdict(compared.node),
        "differs": compared.node.differs,
        "key_differences": [_shown_differences(step) for step in compared.key_differences],
    }


def _shown_differences(step: Sequence[Difference] | None) -> list[dict[str, Any]] | None:
    return None if step is None else [dict(difference.as_json()) for difference in step]
