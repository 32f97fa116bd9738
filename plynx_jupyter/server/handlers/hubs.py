"""Where operations are found: a search in one hub, or in all of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter.wire.models import SearchRequest

from ..base import RESOURCE, PlynxHandler
from ..platform import known_resources
from ..searching import query_of
from .nodes import shown_operation

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import FoundItem, HubShown
    from plynx_jupyter.services.session import Session


class SearchInHubsHandler(PlynxHandler):
    """``POST search_in_hubs``: a page of what the hubs have, each operation with its hub and its groups."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def post(self) -> None:
        """Search one hub, or all; ``hubs`` tells how many operations each has, and what it couldn't look at."""
        plynx = await self.plynx()
        request = self.read_json(SearchRequest)
        page = await plynx.hubs.search(query_of(request, plynx.user.name), request.hub)
        self.reply(
            items=[_shown_item(plynx, found) for found in page.items],
            total_count=page.total_count,
            hubs=[
                {**shown_hub(hub), "total_count": hub.total_count, "problems": list(hub.problems)}
                for hub in page.hubs
            ],
            resources_dict=known_resources(),
        )


def shown_hub(hub: HubShown) -> dict[str, Any]:
    """Return a hub as clients show it."""
    shown = asdict(hub)
    return {key: shown[key] for key in ("kind", "title", "icon", "color")}


def _shown_item(plynx: Session, found: FoundItem) -> dict[str, Any]:
    operation = found.item.operation
    shown = shown_operation(plynx, operation)
    return {**shown, "hub": found.hub, "group": list(found.item.group)}
