"""Runs in the database: the snapshot, a record a node, the log of events, and who drives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.graph.records import time_to_text
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.metadata.digests import graph_digests, node_run_digests
from plynx_jupyter.metadata.not_found import no_run, the_only_run
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import RunStatus

from .columns import chunked
from .engine import Database, translated
from .pages import page
from .references import hold
from .run_rows import (
    SUMMARY_COLUMNS,
    event_from_row,
    event_row,
    node_row,
    node_run_from_text,
    progress,
    run_from_row,
    run_row,
    summaries,
    update_nodes,
)
from .tables import cancel_requests, node_runs, run_events, runs
from .word_index import forget_words, index_words

_FINAL = [status.value for status in RunStatus if status.is_final]


class SqlRuns:
    """See ``metadata.base.RunStore``."""

    database: Database

    @translated
    def create_run(self, run: Run, node_runs: Sequence[NodeRun]) -> None:
        """Store a new run."""
        row = run_row(run)
        rows = [node_row(run.id, position, record) for position, record in enumerate(node_runs)]
        with self.database.writing() as connection:
            if _exists(connection, run.id):
                raise ConflictError(f"There is a run {run.id} already.", run_id=run.id)
            connection.execute(runs.insert(), row)
            index_words(connection, runs, run.id, run.graph.title, run.graph.description)
            if rows:
                connection.execute(_new_nodes, rows)
            held = graph_digests(run.graph).union(*map(node_run_digests, node_runs))
            hold(connection, f"run:{run.id}", held)

    @translated
    def record(
        self,
        run_id: RunId,
        events: Sequence[RecordedEvent],
        node_runs: Sequence[NodeRun],
        run: Run | None = None,
    ) -> None:
        """Append events and bring records up to date."""
        rows = [event_row(run_id, event) for event in events]
        held = set().union(*map(node_run_digests, node_runs)) if node_runs else set()
        with self.database.writing() as connection:
            if not _exists(connection, run_id):
                raise ConflictError(f"Run {run_id} was deleted meanwhile.", run_id=run_id)
            if rows:
                try:
                    connection.execute(run_events.insert(), rows)
                except IntegrityError as error:
                    raise ConflictError(
                        f"The log of run {run_id} was written to by another process.", run_id=run_id
                    ) from error
            update_nodes(connection, run_id, node_runs)
            hold(connection, f"run:{run_id}", held)
            if run is not None:
                connection.execute(update(runs).where(runs.c.id == run_id), progress(run))

    @translated
    def load_run(self, run_id: RunId) -> Run:
        """Return a run with its snapshot."""
        with self.database.reading() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise no_run(run_id)
        return run_from_row(row)

    @translated
    def load_node_runs(
        self, run_id: RunId, node_ids: Iterable[NodeId] | None = None
    ) -> Mapping[NodeId, NodeRun]:
        """Return node runs in the order they were created with."""
        statement = select(node_runs.c.position, node_runs.c.record).where(node_runs.c.run_id == run_id)
        rows: list[tuple[int, str]] = []
        with self.database.reading() as connection:
            if node_ids is None:
                rows += map(tuple, connection.execute(statement).all())
            else:
                for some in chunked(list(dict.fromkeys(node_ids))):
                    rows += map(
                        tuple, connection.execute(statement.where(node_runs.c.node_id.in_(some))).all()
                    )
            if not rows and not _exists(connection, run_id):
                raise no_run(run_id)
        found = (node_run_from_text(run_id, record) for _, record in sorted(rows))
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
                raise no_run(run_id)
        return [event_from_row(run_id, row) for row in rows]

    @translated
    def last_sequence(self, run_id: RunId) -> int:
        """Return the number of the newest event."""
        newest = select(func.max(run_events.c.sequence)).where(run_events.c.run_id == run_id)
        with self.database.reading() as connection:
            sequence: int | None = connection.execute(newest).scalar_one()
            if sequence is None and not _exists(connection, run_id):
                raise no_run(run_id)
        return sequence or 0

    @translated
    def list_runs(self, query: Query) -> tuple[list[RunSummary], int]:
        """Return a page of runs with the number of their nodes by status."""
        with self.database.reading() as connection:
            rows, total = page(connection, runs, SUMMARY_COLUMNS, query, runs.c.created_at)
            return summaries(connection, rows), total

    @translated
    def summarize_runs(self, run_ids: Iterable[RunId]) -> list[RunSummary]:
        """Return these runs without their graphs, oldest first."""
        found: list[RunSummary] = []
        with self.database.reading() as connection:
            for some in chunked(list(set(run_ids))):
                rows = connection.execute(select(*SUMMARY_COLUMNS).where(runs.c.id.in_(some)))
                found += summaries(connection, rows)
        return sorted(found, key=lambda run: (run.created_at, run.id))

    @translated
    def unfinished_runs(self) -> list[RunSummary]:
        """Return the runs whose status isn't final, oldest first."""
        statement = (
            select(*SUMMARY_COLUMNS)
            .where(runs.c.status.not_in(_FINAL))
            .order_by(runs.c.created_at, runs.c.id)
        )
        with self.database.reading() as connection:
            return summaries(connection, connection.execute(statement))

    @translated
    def find_run(self, prefix: str) -> RunId:
        """Return the one run whose id begins with ``prefix``."""
        condition = runs.c.id.startswith(prefix, autoescape=True)
        with self.database.reading() as connection:
            if _exists(connection, RunId(prefix)):
                return RunId(prefix)
            statement = select(runs.c.id).where(condition).order_by(runs.c.id).limit(11)
            found = connection.execute(statement).scalars().all()
        return the_only_run(prefix, [RunId(run_id) for run_id in found])

    @translated
    def delete_run(self, run_id: RunId) -> None:
        """Remove a run and all that belongs to it; its artifacts go with the next clean-up."""
        with self.database.writing() as connection:
            if not connection.execute(delete(runs).where(runs.c.id == run_id)).rowcount:
                raise no_run(run_id)
            connection.execute(delete(node_runs).where(node_runs.c.run_id == run_id))
            connection.execute(delete(run_events).where(run_events.c.run_id == run_id))
            connection.execute(delete(cancel_requests).where(cancel_requests.c.run_id == run_id))
            forget_words(connection, runs, run_id)
            hold(connection, f"run:{run_id}", (), instead=True)

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
                raise no_run(run_id)
            return False

    @translated
    def release_run(self, run_id: RunId, owner: str) -> None:
        """Give the lease on a run back."""
        with self.database.writing() as connection:
            connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.owner == owner),
                {"owner": None, "owner_expires_at": None},
            )


_new_nodes = node_runs.insert()


def _exists(connection: Connection, run_id: RunId) -> bool:
    return connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is not None
