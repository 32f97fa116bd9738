"""The metadata store on a database that SQLAlchemy reaches."""

from __future__ import annotations

from .authors import SqlAuthors
from .cache_entries import SqlCacheEntries
from .cancel_requests import SqlCancelRequests
from .engine import Database
from .graphs import SqlGraphs
from .leases import SqlLeases
from .operations import SqlOperations
from .references import SqlReferences
from .runs import SqlRuns
from .schema import prepare
from .users import SqlUsers


class SqlMetadata(
    SqlGraphs,
    SqlOperations,
    SqlRuns,
    SqlCacheEntries,
    SqlLeases,
    SqlReferences,
    SqlAuthors,
    SqlUsers,
    SqlCancelRequests,
):
    """All records in one database; see ``metadata.base.MetadataStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def close(self) -> None:
        """Close all connections."""
        self.database.close()


def open_metadata(url: str) -> SqlMetadata:
    """Open the database at an SQLAlchemy URL, making or migrating its tables if need be.

    Raises ``MetadataError`` when it can't be reached, or was written by a newer version of this project.
    """
    database = Database(url)
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return SqlMetadata(database)
