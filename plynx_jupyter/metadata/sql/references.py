"""Which artifacts records still point at, kept beside them so that a clean-up needn't read them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, select

from plynx_jupyter.model.ids import Digest

from .engine import Database, translated, upsert
from .tables import artifact_references

UPLOAD: Final = "upload"
"""Before whose name the references of a user's uploads are kept; these don't keep an artifact from a clean-up."""


class SqlReferences:
    """See ``metadata.base.ArtifactReferences``."""

    database: Database

    @translated
    def shown_digests(self) -> set[Digest]:
        """Return what stored runs show."""
        return self._held_by("run:")

    @translated
    def pinned_digests(self) -> set[Digest]:
        """Return what stored graphs and operations hold."""
        return self._held_by("graph:") | self._held_by("operation:")

    def _held_by(self, prefix: str) -> set[Digest]:
        column = artifact_references.c.digest
        condition = artifact_references.c.holder.startswith(prefix, autoescape=True)
        with self.database.reading() as connection:
            return set(map(Digest, connection.execute(select(column).where(condition)).scalars().all()))


def hold(connection: Connection, holder: str, digests: Iterable[Digest], *, instead: bool = False) -> None:
    """Note that ``holder`` points at artifacts, besides (or ``instead`` of) what it pointed at before."""
    if instead:
        connection.execute(delete(artifact_references).where(artifact_references.c.holder == holder))
    rows = [{"holder": holder, "digest": digest} for digest in set(digests)]
    upsert(connection, artifact_references, rows, ())
