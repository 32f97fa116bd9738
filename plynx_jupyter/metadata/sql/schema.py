"""The database's schema: made when it is new, migrated when it is older, refused when it is newer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from plynx_jupyter.errors import MetadataError

from .engine import Database, unreachable
from .tables import metadata

HEAD = "0001"
"""Revision of ``tables``; the newest migration must have this number."""
_VERSION_TABLE = "alembic_version"


def prepare(database: Database) -> None:
    """Bring a database to the current schema; raises ``MetadataError`` and changes nothing if it is newer."""
    try:
        with database.reading() as connection:
            found = revision(connection)
        if found == HEAD:
            return
        with database.writing() as connection:
            found = revision(connection)  # somebody else may have been faster
            if found is None:
                create(connection)
            elif found != HEAD:
                _migrate(connection, found)
    except SQLAlchemyError as error:
        raise unreachable(database.url, error) from error


def revision(connection: Connection) -> str | None:
    """Return the revision of the schema that is there, None when the database is empty."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    value: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608
    return value


def create(connection: Connection) -> None:
    """Make the current schema in an empty database, without walking through all migrations."""
    metadata.create_all(connection)
    connection.execute(text(f"CREATE TABLE {_VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {_VERSION_TABLE} VALUES (:revision)"), {"revision": HEAD})  # noqa: S608


def migrations(connection: Connection | None = None) -> Any:
    """Return Alembic's configuration for the migrations in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection, found: str) -> None:
    # Alembic takes a quarter of a second to import, so only those who need it pay.
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = migrations(connection)
    try:
        ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise MetadataError(
            f"The metadata was written by a newer version of plynx-jupyter (schema {found}, this one knows {HEAD}). "
            "Update plynx-jupyter, or use another home.",
            revision=found,
        ) from error
    command.upgrade(config, HEAD)
