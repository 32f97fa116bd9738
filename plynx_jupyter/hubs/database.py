"""The hub of stored operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus

from .base import BaseHub, HubItem, HubPage


class DatabaseHub(BaseHub):
    """Operations that were made here and approved; ``operations`` are the kinds to show, none meaning all.

    ``collection`` is where older platform files have them from; there is but one place now.
    """

    title = "Stored operations"
    icon = "database"

    def __init__(self, operations: Sequence[str] = (), collection: str = "") -> None:
        self._kinds = tuple(canonical_kind(kind) for kind in operations)

    def search(self, query: Query) -> HubPage:
        """Return approved operations, or those of the statuses that are asked for, newest first."""
        asked = tuple(canonical_kind(kind) for kind in query.kinds)
        kinds = asked or self._kinds
        if asked and self._kinds:
            kinds = tuple(kind for kind in asked if kind in self._kinds)
            if not kinds:
                return HubPage()
        found, total = self.context.operations.list_operations(
            replace(query, kinds=kinds, statuses=query.statuses or (OperationStatus.READY,))
        )
        return HubPage([HubItem(operation) for operation in found], total)

    def load(self, operation_id: OperationId) -> Operation | None:
        """Return nothing: who asks a hub has looked among the stored operations, where access is decided."""
        return None
