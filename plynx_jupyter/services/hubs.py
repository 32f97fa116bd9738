"""Where operations are found: the hubs, as one user sees them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from plynx_jupyter.metadata.base import Query

from .access import Access

if TYPE_CHECKING:
    from plynx_jupyter.hubs.catalog import CatalogPage, HubCatalog, HubShown
    from plynx_jupyter.model.ids import OperationId
    from plynx_jupyter.model.operation import Operation


class UserHubs:
    """The hubs: see ``HubCatalog``. What isn't stored is for everybody who may look at operations."""

    def __init__(self, access: Access, catalog: HubCatalog) -> None:
        self._access = access
        self._catalog = catalog

    async def list(self) -> list[HubShown]:
        """Return all hubs, without asking them anything."""
        return await asyncio.to_thread(self._catalog.hubs)

    async def search(self, query: Query, hub: str | None = None) -> CatalogPage:
        """Return a page of what one hub, or all of them, have for the user."""
        seen = replace(query, visible_to=self._access.scope("operation"))
        return await asyncio.to_thread(self._catalog.search, seen, hub)

    async def load(self, operation_id: OperationId) -> Operation | None:
        """Return an operation that a hub has and the database doesn't."""
        self._access.scope("operation")
        return await asyncio.to_thread(self._catalog.load, operation_id)
