"""Runs, their nodes and events as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.graph.records import (
    event_from_dict,
    event_to_dict,
    node_run_from_dict,
    node_run_to_dict,
    run_options_from_dict,
    run_options_to_dict,
    time_from_text,
    time_to_text,
)
from plynx_jupyter.metadata.base import RunSummary
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import GraphId, RunId
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import RunStatus

from .columns import (
    chunked,
    compressed,
    decompressed,
    json_text,
    optional_time,
    optional_time_text,
    plain_text,
    reading_back,
)
from .tables import node_runs, runs

SUMMARY_COLUMNS = [
    column for column in runs.c if column.name not in ("snapshot", "options", "description", "kind")
]

_update_node = (
    update(node_runs)
    .where(node_runs.c.run_id == bindparam("of_run"), node_runs.c.node_id == bindparam("of_node"))
    .values(status=bindparam("new_status"), record=bindparam("new_record"))
)


def run_row(run: Run) -> dict[str, Any]:
    """Return a new run as a row."""
    return {
        "id": run.id,
        "graph_id": run.graph_id,
        "title": plain_text(run.graph.title),
        "description": plain_text(run.graph.description),
        "kind": run.graph.kind,
        "author": run.author,
        "created_at": time_to_text(run.created_at),
        "options": json_text(run_options_to_dict(run.options)),
        "snapshot": compressed(dumps(run.graph)),
        **progress(run),
    }


def progress(run: Run) -> dict[str, Any]:
    """Return what changes in a run's row while it runs."""
    return {
        "status": run.status.value,
        "started_at": optional_time_text(run.started_at),
        "finished_at": optional_time_text(run.finished_at),
    }


def run_from_row(row: Any) -> Run:
    """Undo ``run_row``."""
    with reading_back(f"run {row.id}"):
        return Run(
            id=RunId(row.id),
            graph=loads(decompressed(row.snapshot)),
            graph_id=GraphId(row.graph_id),
            status=RunStatus(row.status),
            options=run_options_from_dict(json.loads(row.options)),
            author=row.author,
            created_at=time_from_text(row.created_at),
            started_at=optional_time(row.started_at),
            finished_at=optional_time(row.finished_at),
        )


def node_row(run_id: RunId, position: int, record: NodeRun) -> dict[str, Any]:
    """Return a new node run as a row."""
    return {
        "run_id": run_id,
        "node_id": record.node_id,
        "position": position,
        "status": record.status.value,
        "record": json_text(node_run_to_dict(record)),
    }


def node_run_from_text(run_id: RunId, text: str) -> NodeRun:
    """Return a node run from its ``record``."""
    with reading_back(f"a node in run {run_id}"):
        return node_run_from_dict(json.loads(text))


def update_nodes(connection: Connection, run_id: RunId, records: Sequence[NodeRun]) -> None:
    """Replace the rows of nodes; ``NotFoundError`` if the run has no such nodes."""
    if not records:
        return
    rows = [
        {
            "of_run": run_id,
            "of_node": record.node_id,
            "new_status": record.status.value,
            "new_record": json_text(node_run_to_dict(record)),
        }
        for record in records
    ]
    if connection.execute(_update_node, rows).rowcount != len(rows):
        found = select(node_runs.c.node_id).where(node_runs.c.run_id == run_id)
        unknown = {record.node_id for record in records}.difference(connection.execute(found).scalars())
        raise NotFoundError(f"Run {run_id} has no nodes {', '.join(sorted(unknown))}.", run_id=run_id)


def event_row(run_id: RunId, event: RecordedEvent) -> dict[str, Any]:
    """Return an event as a row."""
    return {
        "run_id": run_id,
        "sequence": event.sequence,
        "at": time_to_text(event.at),
        "event": json_text(event_to_dict(event.event)),
    }


def event_from_row(run_id: RunId, row: Any) -> RecordedEvent:
    """Undo ``event_row``."""
    with reading_back(f"event {row.sequence} of run {run_id}"):
        event = event_from_dict(json.loads(row.event))
        return RecordedEvent(run_id, row.sequence, time_from_text(row.at), event)


def summaries(connection: Connection, rows: Iterable[Any]) -> list[RunSummary]:
    """Return rows of ``SUMMARY_COLUMNS`` with the number of their nodes by status."""
    rows = list(rows)
    counts: dict[str, dict[str, int]] = {row.id: {} for row in rows}
    for some in chunked(list(counts)):
        statement = (
            select(node_runs.c.run_id, node_runs.c.status, func.count().label("number"))
            .where(node_runs.c.run_id.in_(some))
            .group_by(node_runs.c.run_id, node_runs.c.status)
        )
        for row in connection.execute(statement):
            counts[row.run_id][row.status] = row.number
    return [_summary(row, counts[row.id]) for row in rows]


def _summary(row: Any, counts: Mapping[str, int]) -> RunSummary:
    with reading_back(f"run {row.id}"):
        return RunSummary(
            id=RunId(row.id),
            graph_id=GraphId(row.graph_id),
            title=row.title,
            status=RunStatus(row.status),
            author=row.author,
            created_at=time_from_text(row.created_at),
            started_at=optional_time(row.started_at),
            finished_at=optional_time(row.finished_at),
            counts=counts,
            owner=row.owner,
            owner_expires_at=optional_time(row.owner_expires_at),
        )
