"""The catalogue of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from plynx_jupyter.metadata.base import MetadataStore, Query
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation


class OperationService:
    """Use cases around stored operations."""

    def __init__(self, metadata: MetadataStore) -> None:
        self._metadata = metadata

    async def save(self, operation: Operation) -> Operation:
        """Store an operation."""
        return await asyncio.to_thread(self._metadata.save_operation, operation)

    async def load(self, operation_id: OperationId) -> Operation:
        """Return a stored operation."""
        return await asyncio.to_thread(self._metadata.load_operation, operation_id)

    async def list(self, query: Query) -> tuple[Sequence[Operation], int]:
        """Return a page of operations, newest first, and how many there are in all."""
        return await asyncio.to_thread(self._metadata.list_operations, query)
