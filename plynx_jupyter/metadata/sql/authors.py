"""Whose objects are, and who points at an artifact."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Table, select

from plynx_jupyter.metadata.base import ObjectKind
from plynx_jupyter.model.ids import Digest

from .columns import chunked
from .engine import Database, translated
from .references import UPLOAD, hold
from .tables import artifact_references, graphs, operations, runs

_TABLES: dict[str, Table] = {"graph": graphs, "operation": operations, "run": runs}


class SqlAuthors:
    """See ``metadata.base.AuthorStore``, and who holds artifacts in ``ArtifactReferences``."""

    database: Database

    @translated
    def author_of(self, kind: ObjectKind, object_id: str) -> str | None:
        """Return the author, None if there is no such object."""
        table = _TABLES[kind]
        with self.database.reading() as connection:
            author: str | None = connection.execute(
                select(table.c.author).where(table.c.id == object_id)
            ).scalar()
        return author

    @translated
    def hold_upload(self, user: str, digest: Digest) -> None:
        """Note that a user brought an artifact along."""
        with self.database.writing() as connection:
            hold(connection, f"{UPLOAD}:{user}", [digest])

    @translated
    def holders_of(self, digest: Digest) -> list[tuple[ObjectKind | Literal["upload"], str]]:
        """Return what kinds of objects point at an artifact, and whose they are."""
        found: set[tuple[ObjectKind | Literal["upload"], str]] = set()
        ids: dict[ObjectKind, list[str]] = {"graph": [], "operation": [], "run": []}
        statement = select(artifact_references.c.holder).where(artifact_references.c.digest == digest)
        with self.database.reading() as connection:
            for holder in connection.execute(statement).scalars():
                prefix, _, name = holder.partition(":")
                if prefix == UPLOAD:
                    found.add((UPLOAD, name))
                else:
                    ids[prefix].append(name)
            for kind, named in ids.items():
                table = _TABLES[kind]
                for group in chunked(named):
                    authors = select(table.c.author).where(table.c.id.in_(group)).distinct()
                    found.update((kind, author) for author in connection.execute(authors).scalars())
        return sorted(found)
