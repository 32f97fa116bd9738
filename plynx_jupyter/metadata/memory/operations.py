"""Operations in memory."""

from __future__ import annotations

from dataclasses import replace

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.not_found import no_operation
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation

from .matching import fits, has_types, page, utc_now
from .records import MemoryRecords


class MemoryOperations(MemoryRecords):
    """See ``metadata.base.OperationStore``."""

    def save_operation(self, operation: Operation) -> Operation:
        """Insert or replace an operation and return it with its dates set."""
        with self._lock:
            old = self._operations.get(operation.id)
            now = utc_now()
            inserted = (old.insertion_date if old else operation.insertion_date) or now
            stored = replace(operation, insertion_date=inserted, update_date=now)
            self._operations[operation.id] = stored
        return stored

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation."""
        operation = self._operations.get(operation_id)
        if operation is None:
            raise no_operation(operation_id)
        return operation

    def list_operations(self, query: Query) -> tuple[list[Operation], int]:
        """Return a page of operations."""
        with self._lock:
            found = [
                operation
                for operation in self._operations.values()
                if fits(query, operation.title, operation.description, operation.author, operation.kind)
                and (not query.statuses or operation.node_status in query.statuses)
                and has_types(query, operation)
            ]
        found.sort(key=lambda operation: (operation.insertion_date or utc_now(), operation.id), reverse=True)
        return page(query, found)
