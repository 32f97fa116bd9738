"""How the server and its workers are."""

from __future__ import annotations

import asyncio
import platform
import time
from dataclasses import asdict
from functools import cache, partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter import __version__
from plynx_jupyter.errors import PlynxError
from plynx_jupyter.graph.result_records import time_to_text

from ..base import RESOURCE, PlynxHandler
from .hubs import shown_hub

if TYPE_CHECKING:
    from plynx_jupyter.services.workload import NodeUnderWay


_DISTRIBUTIONS = ("jupyter_server", "distributed", "papermill", "SQLAlchemy")


class HealthHandler(PlynxHandler):
    """``GET health``: whether the stores answer, and how fast; 503 when one doesn't."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Ask each store something small.

        Programs tell by ``home`` whether this server keeps what they would otherwise open themselves.
        """
        began = time.perf_counter()
        checks: dict[str, Any] = {}
        failed = []
        try:
            for check in await (await self.core.application()).health():
                checks[check.name] = {"ok": not check.problem, "place": check.place, "seconds": check.seconds}
                if check.problem:
                    checks[check.name]["message"] = check.problem
                    failed.append(f"The {check.name} doesn't answer: {check.problem}")
        except PlynxError as error:  # they couldn't even be opened
            failed.append(error.message)
        verdict: dict[str, Any] = {}
        if failed:
            self.set_status(503)
            verdict = {"code": "unhealthy", "message": " ".join(failed), "data": {}}
        self.reply(
            "FAILED" if failed else "SUCCESS",
            **verdict,
            version=__version__,
            versions=await asyncio.to_thread(_versions),
            home=str(self.core.settings.home),
            checks=checks,
            seconds=time.perf_counter() - began,
        )


class NothingHandler(PlynxHandler):
    """Whatever else is asked for below the API's prefix: told in JSON that it isn't there."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, path: str) -> None:
        """Say so."""
        raise HTTPError(404, log_message="There is no such endpoint; openapi.json lists them.")

    post = put = patch = delete = get


class WorkerStatesHandler(PlynxHandler):
    """``GET worker_states`` (and, as it was called, ``master_state``): workers, what each runs, and what waits."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List the workers there are now (none before the first job), and the nodes that wait for one.

        Of nodes in runs that the user may not see only the numbers are told.
        """
        plynx = await self.plynx()
        now = await plynx.workload()
        seen = partial(plynx.access.sees, "run")
        running: dict[str, list[dict[str, Any]]] = {}
        for node in now.running:
            if seen(node.author):
                running.setdefault(node.worker, []).append(_node(node))
        self.reply(
            workers=[
                {**asdict(worker), "running": running.get(worker.address, [])} for worker in now.workers
            ],
            slots=sum(worker.slots for worker in now.workers),
            running_count=len(now.running),
            queued_count=len(now.waiting),
            queued=[{**_node(node), "reason": reason} for node, reason in now.waiting if seen(node.author)],
        )


class PluginsHandler(PlynxHandler):
    """``GET plugins``: the platform, with titles, icons and colours."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List what this installation knows."""
        plynx = await self.plynx()
        hubs = [shown_hub(hub) for hub in await plynx.hubs.list()]
        self.reply(
            workflows=plynx.platform.workflows([hub["kind"] for hub in hubs]),
            operations=plynx.platform.operations(),
            hubs=hubs,
            resources=plynx.platform.resources(),
        )


def _node(node: NodeUnderWay) -> dict[str, Any]:
    return {
        "run_id": node.id.run_id,
        "node_id": node.id.node_id,
        "attempt": node.id.attempt,
        "title": node.title,
        "started_at": None if node.started_at is None else time_to_text(node.started_at),
    }


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # none of them is needed for all that a server does
            continue
    return found
