"""Operations in the database: a document each, with columns to search by."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

from sqlalchemy import select

from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.graph.document import operation_from_dict, operation_to_dict
from plynx_jupyter.graph.result_records import time_from_text, time_to_text
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation

from .engine import Database, translated, upsert
from .pages import page
from .tables import operations


class SqlOperations:
    """See ``metadata.base.OperationStore``."""

    database: Database

    @translated
    def save_operation(self, operation: Operation) -> Operation:
        """Insert or replace an operation and return it with its dates set."""
        now = datetime.now(timezone.utc)
        with self.database.writing() as connection:
            inserted = connection.execute(
                select(operations.c.insertion_date).where(operations.c.id == operation.id)
            ).scalar()
            since = time_from_text(inserted) if inserted else operation.insertion_date or now
            stored = replace(operation, insertion_date=since, update_date=now)
            row = {
                "id": stored.id,
                "title": stored.title,
                "description": stored.description,
                "author": stored.author,
                "kind": stored.kind,
                "status": stored.node_status.value,
                "insertion_date": time_to_text(since),
                "update_date": time_to_text(now),
                "document": json.dumps(operation_to_dict(stored), ensure_ascii=False),
            }
            upsert(connection, operations, [row], [name for name in row if name != "id"])
        return stored

    @translated
    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation."""
        with self.database.reading() as connection:
            document = connection.execute(
                select(operations.c.document).where(operations.c.id == operation_id)
            ).scalar()
        if document is None:
            raise NotFoundError(f"There is no operation {operation_id}.", operation_id=operation_id)
        return operation_from_dict(json.loads(document))

    @translated
    def list_operations(self, query: Query) -> tuple[list[Operation], int]:
        """Return a page of operations."""
        with self.database.reading() as connection:
            rows, total = page(
                connection, operations, [operations.c.document], query, operations.c.insertion_date
            )
        return [operation_from_dict(json.loads(row.document)) for row in rows], total
