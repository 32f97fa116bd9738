"""How each kind of database is opened: SQLAlchemy engines, one to write with and one to read with."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from plynx_jupyter.errors import InvalidInputError, MetadataError

BUSY_TIMEOUT_SECONDS = 60.0
"""How long a connection waits for another program that writes."""

_RETRY_SECONDS = 0.02
_READERS = 8


def open_engines(url: str) -> tuple[Engine, Engine]:
    """Return the engine to write with and the one to read with; they may be the same."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise InvalidInputError(f"{url!r} is no database URL: {error}.") from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    try:
        engine = create_engine(parsed, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        raise MetadataError(f"The driver for {parsed.drivername} isn't installed: {error}.") from error
    return engine, engine


def _open_sqlite(url: URL) -> tuple[Engine, Engine]:
    path = url.database
    if not path or path == ":memory:":
        raise InvalidInputError("SQLite needs a file; use MemoryMetadata for records that needn't last.")
    _make_private(Path(path))
    arguments = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    # One connection writes and checkpoints: SQLite before 3.51.3 can lose the log's reset when several do.
    writer = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    reader = create_engine(
        url, connect_args=arguments, poolclass=QueuePool, pool_size=_READERS, max_overflow=4 * _READERS
    )
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", _begin_writing)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(reader, "begin", _begin_reading)
    return writer, reader


def _make_private(path: Path) -> None:
    """Make the file, so that nobody else can read it whatever the umask; the log beside it follows."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = (
            f"The metadata file {path} can't be opened: {error.strerror}. Check the folder's permissions."
        )
        raise MetadataError(message, path=str(path)) from error


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    _prepare(connection)
    _log_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL").close()


def _prepare_reader(connection: sqlite3.Connection, _record: object) -> None:
    _prepare(connection)
    connection.execute("PRAGMA query_only=ON").close()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    # SQLite's own knows no letters but ASCII's.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; unlike other statements this one doesn't always wait for others."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_writing(connection: Connection) -> None:
    # A writer that took its lock only at its first write could fail half-way as "busy".
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
