"""How the server and its workers are."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter import __version__

from ..base import RESOURCE, PlynxHandler


class HealthHandler(PlynxHandler):
    """``GET health``: whether the stores answer."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Ask the metadata store for one run; an error says what doesn't answer.

        Programs tell by ``home`` whether this server keeps what they would otherwise open themselves.
        """
        from plynx_jupyter.metadata.base import Query

        plynx = await self.plynx()
        await plynx.runs.list(Query(per_page=1))
        self.reply(version=__version__, home=str(self.core.settings.home))


class WorkerStatesHandler(PlynxHandler):
    """``GET worker_states`` (and, as it was called, ``master_state``): workers, slots, what each runs."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List the workers there are now; none before the first job."""
        plynx = await self.plynx()
        workers = await plynx.workers()
        self.reply(workers=[asdict(worker) for worker in workers])


class PluginsHandler(PlynxHandler):
    """``GET plugins``: the kinds of operations and the types of resources."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List what this installation knows."""
        from plynx_jupyter.executors.registry import known_kinds
        from plynx_jupyter.resources.registry import get_resource, known_file_types

        self.reply(
            operations=[{"kind": kind} for kind in known_kinds()],
            resources=[
                {"kind": name, "title": kind.title, "icon": kind.icon, "color": kind.color}
                for name, kind in ((name, get_resource(name)) for name in known_file_types())
            ],
        )
