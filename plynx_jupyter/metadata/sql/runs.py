"""Runs in the database: the snapshot, a record a node, the log of events, and who drives them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from plynx_jupyter.errors import ConflictError, NotFoundError
from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.graph.records import (
    event_from_dict,
    event_to_dict,
    node_run_from_dict,
    node_run_to_dict,
    run_options_from_dict,
    run_options_to_dict,
)
from plynx_jupyter.graph.result_records import time_from_text, time_to_text
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.metadata.digests import graph_digests, node_run_digests
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import GraphId, NodeId, RunId
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import RunStatus

from .engine import Database, translated, upsert
from .pages import MAX_PER_STATEMENT, page
from .references import hold
from .tables import artifact_references, node_runs, run_events, runs

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SUMMARY = [column for column in runs.c if column.name not in ("snapshot", "options", "description")]
_FINAL = [status.value for status in RunStatus if status.is_final]


class SqlRuns:
    """See ``metadata.base.RunStore``."""

    database: Database

    @translated
    def create_run(self, run: Run, node_runs_: Sequence[NodeRun]) -> None:
        """Store a new run."""
        row = {
            "id": run.id,
            "graph_id": run.graph_id,
            "title": run.graph.title,
            "description": run.graph.description,
            "kind": run.graph.kind,
            "author": run.author,
            "created_at": time_to_text(run.created_at),
            "options": _dumps(run_options_to_dict(run.options)),
            "snapshot": zlib.compress(dumps(run.graph).encode(), 1),
            **_progress(run),
        }
        rows = [
            {"position": position, **_node_row(run.id, record)} for position, record in enumerate(node_runs_)
        ]
        with self.database.writing() as connection:
            try:
                connection.execute(runs.insert(), row)
            except IntegrityError as error:
                raise ConflictError(f"There is a run {run.id} already.", run_id=run.id) from error
            if rows:
                connection.execute(node_runs.insert(), rows)
            held = graph_digests(run.graph).union(*map(node_run_digests, node_runs_))
            hold(connection, f"run:{run.id}", held)

    @translated
    def record(
        self,
        run_id: RunId,
        events: Sequence[RecordedEvent],
        node_runs_: Sequence[NodeRun],
        run: Run | None = None,
    ) -> None:
        """Append events and bring records up to date."""
        event_rows = [
            {
                "run_id": run_id,
                "sequence": event.sequence,
                "at": time_to_text(event.at),
                "event": _dumps(event_to_dict(event.event)),
            }
            for event in events
        ]
        node_rows = [_node_row(run_id, record) for record in node_runs_]
        held = set().union(*map(node_run_digests, node_runs_)) if node_runs_ else set()
        with self.database.writing() as connection:
            if event_rows:
                try:
                    connection.execute(run_events.insert(), event_rows)
                except IntegrityError as error:
                    raise ConflictError(
                        f"The log of run {run_id} was written to by another process.", run_id=run_id
                    ) from error
            _update_nodes(connection, node_rows)
            if held:
                hold(connection, f"run:{run_id}", held)
            if run is not None:
                connection.execute(update(runs).where(runs.c.id == run_id), _progress(run))

    @translated
    def load_run(self, run_id: RunId) -> Run:
        """Return a run with its snapshot."""
        with self.database.reading() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise _no_run(run_id)
        return Run(
            id=RunId(row.id),
            graph=loads(zlib.decompress(row.snapshot).decode()),
            graph_id=GraphId(row.graph_id),
            status=RunStatus(row.status),
            options=run_options_from_dict(json.loads(row.options)),
            author=row.author,
            created_at=time_from_text(row.created_at),
            started_at=_time(row.started_at),
            finished_at=_time(row.finished_at),
        )

    @translated
    def load_node_runs(
        self, run_id: RunId, node_ids: Iterable[NodeId] | None = None
    ) -> Mapping[NodeId, NodeRun]:
        """Return node runs in the order they were created with."""
        statement = (
            select(node_runs.c.record).where(node_runs.c.run_id == run_id).order_by(node_runs.c.position)
        )
        records: list[str] = []
        with self.database.reading() as connection:
            if node_ids is None:
                records += connection.execute(statement).scalars()
            else:
                for some in _chunks(list(node_ids)):
                    records += connection.execute(statement.where(node_runs.c.node_id.in_(some))).scalars()
            if not records and not _exists(connection, run_id):
                raise _no_run(run_id)
        found = (node_run_from_dict(json.loads(record)) for record in records)
        return {record.node_id: record for record in found}

    @translated
    def load_events(
        self, run_id: RunId, *, after: int = 0, limit: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events in order."""
        statement = (
            select(run_events)
            .where(run_events.c.run_id == run_id, run_events.c.sequence > after)
            .order_by(run_events.c.sequence)
            .limit(limit)
        )
        with self.database.reading() as connection:
            rows = connection.execute(statement).all()
            if not rows and not _exists(connection, run_id):
                raise _no_run(run_id)
        return [
            RecordedEvent(
                run_id, row.sequence, time_from_text(row.at), event_from_dict(json.loads(row.event))
            )
            for row in rows
        ]

    @translated
    def list_runs(self, query: Query) -> tuple[list[RunSummary], int]:
        """Return a page of runs with the number of their nodes by status."""
        with self.database.reading() as connection:
            rows, total = page(connection, runs, _SUMMARY, query, runs.c.created_at)
            return _summaries(connection, rows), total

    @translated
    def unfinished_runs(self) -> list[RunSummary]:
        """Return the runs whose status isn't final."""
        with self.database.reading() as connection:
            rows = connection.execute(select(*_SUMMARY).where(runs.c.status.not_in(_FINAL))).all()
            return _summaries(connection, rows)

    @translated
    def find_run(self, prefix: str) -> RunId:
        """Return the one run whose id begins with ``prefix``."""
        with self.database.reading() as connection:
            condition = runs.c.id.startswith(prefix, autoescape=True)
            found = connection.execute(select(runs.c.id).where(condition).limit(11)).scalars().all()
        if prefix in found:
            return RunId(prefix)
        if len(found) == 1:
            return RunId(found[0])
        if found:
            raise NotFoundError(
                f"Several runs begin with {prefix!r}: {', '.join(found[:10])}.", prefix=prefix
            )
        raise NotFoundError(f"No run begins with {prefix!r}; `jupyter plynx runs` lists them.", prefix=prefix)

    @translated
    def delete_run(self, run_id: RunId) -> None:
        """Remove a run and all that belongs to it; its artifacts go with the next clean-up."""
        with self.database.writing() as connection:
            if not connection.execute(delete(runs).where(runs.c.id == run_id)).rowcount:
                raise _no_run(run_id)
            connection.execute(delete(node_runs).where(node_runs.c.run_id == run_id))
            connection.execute(delete(run_events).where(run_events.c.run_id == run_id))
            connection.execute(
                delete(artifact_references).where(artifact_references.c.holder == f"run:{run_id}")
            )

    @translated
    def own_run(self, run_id: RunId, owner: str, expires_at: datetime) -> bool:
        """Take or renew the lease on a run."""
        now = time_to_text(datetime.now(timezone.utc))
        free = or_(runs.c.owner.is_(None), runs.c.owner == owner, runs.c.owner_expires_at <= now)
        with self.database.writing() as connection:
            statement = update(runs).where(runs.c.id == run_id, free)
            values = {"owner": owner, "owner_expires_at": time_to_text(expires_at)}
            if connection.execute(statement, values).rowcount:
                return True
            if not _exists(connection, run_id):
                raise _no_run(run_id)
            return False

    @translated
    def release_run(self, run_id: RunId, owner: str) -> None:
        """Give the lease on a run back."""
        with self.database.writing() as connection:
            connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.owner == owner),
                {"owner": None, "owner_expires_at": None},
            )


def _node_row(run_id: RunId, record: NodeRun) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "node_id": record.node_id,
        "status": record.status.value,
        "record": _dumps(node_run_to_dict(record)),
    }


def _update_nodes(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Replace node records that are there; in place, so that their position stays."""
    upsert(connection, node_runs, [{"position": 0, **row} for row in rows], ("status", "record"))


def _progress(run: Run) -> dict[str, Any]:
    return {
        "status": run.status.value,
        "started_at": None if run.started_at is None else time_to_text(run.started_at),
        "finished_at": None if run.finished_at is None else time_to_text(run.finished_at),
    }


def _summaries(connection: Connection, rows: Iterable[Any]) -> list[RunSummary]:
    rows = list(rows)
    counts: dict[str, dict[str, int]] = {row.id: {} for row in rows}
    for some in _chunks(list(counts)):
        statement = (
            select(node_runs.c.run_id, node_runs.c.status, func.count().label("number"))
            .where(node_runs.c.run_id.in_(some))
            .group_by(node_runs.c.run_id, node_runs.c.status)
        )
        for row in connection.execute(statement):
            counts[row.run_id][row.status] = row.number
    return [
        RunSummary(
            id=RunId(row.id),
            graph_id=GraphId(row.graph_id),
            title=row.title,
            status=RunStatus(row.status),
            author=row.author,
            created_at=time_from_text(row.created_at),
            started_at=_time(row.started_at),
            finished_at=_time(row.finished_at),
            counts=counts[row.id],
            owner=row.owner,
            owner_expires_at=_time(row.owner_expires_at),
        )
        for row in rows
    ]


def _exists(connection: Connection, run_id: RunId) -> bool:
    return connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is not None


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + MAX_PER_STATEMENT] for start in range(0, len(values), MAX_PER_STATEMENT))


def _time(text: str | None) -> datetime | None:
    return None if text is None else time_from_text(text)


def _no_run(run_id: RunId) -> NotFoundError:
    return NotFoundError(f"There is no run {run_id}; `jupyter plynx runs` lists them.", run_id=run_id)
