"""The database's schema: made when it is new, migrated when it is older, refused when it is newer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from plynx_jupyter.errors import MetadataError

from .engine import Database, unreachable
from .tables import metadata
from .word_index import build_word_index, expect_words, lacks_words

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""Revision of ``tables``; the newest migration must have this number."""
MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"


def prepare(database: Database, *, head: str = HEAD, scripts: Path = MIGRATIONS) -> None:
    """Bring a database to the current schema.

    Raises ``MetadataError`` and changes nothing if the schema is newer than ``head``, isn't ours, or can't be
    migrated.
    """
    try:
        with database.reading() as connection:
            found = revision(connection)
            if found == head and not lacks_words(connection):
                return
        with database.writing() as connection:
            found = revision(connection)  # somebody else may have been faster
            if found is None:
                _create(connection, head)
            elif found != head:
                _migrate(connection, found, head, scripts)
            if lacks_words(connection):
                build_word_index(connection)
    except SQLAlchemyError as error:
        raise unreachable(database.url, error) from error


def revision(connection: Connection) -> str | None:
    """Return the revision of the schema that is there, None when the database is empty."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    found: str | None = None
    if _VERSION_TABLE in tables:
        found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608
    if found is None:
        raise MetadataError(
            f"The database holds tables of another program ({', '.join(tables[:3])}). "
            "Name one of its own for the metadata.",
            tables=tables,
        )
    return found


def migrate(connection: Connection, head: str = HEAD, scripts: Path = MIGRATIONS) -> None:
    """Walk through the migrations, from wherever the database is, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    command.upgrade(_configured(Config(), connection, scripts), head)


def _create(connection: Connection, head: str) -> None:
    """Make the current schema in an empty database, without walking through all migrations."""
    metadata.create_all(connection, checkfirst=False)
    expect_words(connection)
    connection.execute(text(f"CREATE TABLE {_VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {_VERSION_TABLE} VALUES (:revision)"), {"revision": head})  # noqa: S608


def _migrate(connection: Connection, found: str, head: str, scripts: Path) -> None:
    # Alembic takes a quarter of a second to import, so only those who need it pay.
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        ScriptDirectory.from_config(_configured(Config(), connection, scripts)).get_revision(found)
    except CommandError as error:
        raise MetadataError(
            f"The metadata was written by a newer version of plynx-jupyter (schema {found}, this one knows {head}). "
            "Update plynx-jupyter, or use another PLYNX_HOME.",
            revision=found,
            known=head,
        ) from error
    migrate(connection, head, scripts)


def _configured(config: Config, connection: Connection, scripts: Path) -> Config:
    # Alembic's configuration takes a percent sign for the start of a name.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
