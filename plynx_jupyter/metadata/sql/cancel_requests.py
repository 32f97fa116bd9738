"""Requests to stop runs that another process drives."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from plynx_jupyter.model.ids import NodeId, RunId

from .columns import chunked
from .engine import Database, translated, upsert
from .tables import cancel_requests

_WHOLE_RUN = ""


class SqlCancelRequests:
    """See ``metadata.base.RunStore``."""

    database: Database

    @translated
    def request_cancel(self, run_id: RunId, node_ids: Iterable[NodeId] = ()) -> None:
        """Ask whoever drives a run to stop it, or only some of its nodes."""
        rows = [{"run_id": run_id, "node_id": node_id} for node_id in tuple(node_ids) or (_WHOLE_RUN,)]
        with self.database.writing() as connection:
            upsert(connection, cancel_requests, rows, ())

    @translated
    def take_cancels(self, run_ids: Iterable[RunId]) -> dict[RunId, tuple[NodeId, ...]]:
        """Return, and forget, what was asked to be stopped of these runs."""
        wanted = tuple(run_ids)
        # Almost always there are none, which is known without writing.
        with self.database.reading() as connection:
            if connection.execute(select(cancel_requests.c.run_id).limit(1)).first() is None:
                return {}
        taken: dict[RunId, list[NodeId]] = {}
        with self.database.writing() as connection:
            for group in chunked(wanted):
                condition = cancel_requests.c.run_id.in_(group)
                for row in connection.execute(select(cancel_requests).where(condition)):
                    taken.setdefault(RunId(row.run_id), []).append(NodeId(row.node_id))
                connection.execute(delete(cancel_requests).where(condition))
        return {
            run_id: () if _WHOLE_RUN in node_ids else tuple(node_ids) for run_id, node_ids in taken.items()
        }
