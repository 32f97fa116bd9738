"""Operations in the database: a document each, with columns to search by."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

from sqlalchemy import Connection, delete, select

from plynx_jupyter.graph.document import operation_from_dict, operation_to_dict
from plynx_jupyter.graph.records import time_from_text, time_to_text
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.digests import operation_digests
from plynx_jupyter.metadata.not_found import no_operation
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation

from .columns import json_text, plain_text, reading_back
from .engine import Database, translated, upsert
from .pages import page
from .references import hold
from .tables import operation_file_types, operations
from .word_index import index_words


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
                "title": plain_text(stored.title),
                "description": plain_text(stored.description),
                "author": stored.author,
                "kind": stored.kind,
                "status": stored.node_status.value,
                "insertion_date": time_to_text(since),
                "update_date": time_to_text(now),
                "document": json_text(operation_to_dict(stored)),
            }
            upsert(connection, operations, [row], [name for name in row if name != "id"])
            index_words(connection, operations, stored.id, stored.title, stored.description)
            _note_file_types(connection, stored)
            hold(connection, f"operation:{stored.id}", operation_digests(stored), instead=True)
        return stored

    @translated
    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation."""
        with self.database.reading() as connection:
            document = connection.execute(
                select(operations.c.document).where(operations.c.id == operation_id)
            ).scalar()
        if document is None:
            raise no_operation(operation_id)
        return _operation(document)

    @translated
    def list_operations(self, query: Query) -> tuple[list[Operation], int]:
        """Return a page of operations."""
        with self.database.reading() as connection:
            rows, total = page(
                connection, operations, [operations.c.document], query, operations.c.insertion_date
            )
        return [_operation(row.document) for row in rows], total


def _note_file_types(connection: Connection, operation: Operation) -> None:
    connection.execute(
        delete(operation_file_types).where(operation_file_types.c.operation_id == operation.id)
    )
    found = {("input", port.file_type) for port in operation.inputs}
    found |= {("output", port.file_type) for port in operation.outputs}
    rows = [
        {"operation_id": operation.id, "direction": direction, "file_type": file_type}
        for direction, file_type in found
    ]
    upsert(connection, operation_file_types, rows, ())


def _operation(document: str) -> Operation:
    with reading_back("an operation"):
        return operation_from_dict(json.loads(document))
