"""Connections: how each kind of database is opened, written to by one at a time, and waited for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from plynx_jupyter.errors import InvalidInputError, MetadataError

BUSY_TIMEOUT_SECONDS = 60.0
T = TypeVar("T")


class Database:
    """A database that is read by many threads and written to by one at a time (of this process)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._write_lock = threading.RLock()
        self._engine = _create(url)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read one consistent state with."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection to write with; what was written is durable when the block ends, or undone."""
        with self._write_lock, self._engine.connect() as connection:
            writer = connection.execution_options(plynx_writes=True)
            with writer.begin():
                yield writer

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def translated(method: Callable[..., T]) -> Callable[..., T]:
    """Turn what SQLAlchemy raises into ``MetadataError``."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> T:
        try:
            return method(self, *arguments, **named)
        except SQLAlchemyError as error:
            raise unreachable(self.database.url, error) from error

    return call


def unreachable(url: str, error: Exception) -> MetadataError:
    """Return the error that says a database failed, without the password in its URL."""
    shown = make_url(url).render_as_string(hide_password=True)
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return MetadataError(f"The metadata store {shown} failed: {reason}", url=shown)


def upsert(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], columns: Sequence[str]
) -> None:
    """Insert rows; of those whose primary key is there already, replace ``columns`` (none: leave them)."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    if columns:
        new = {name: statement.excluded[name] for name in columns}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def _create(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise InvalidInputError(f"{url!r} is no database URL: {error}") from error
    if parsed.get_backend_name() == "sqlite":
        return _create_sqlite(url, parsed.database)
    try:
        return create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        raise MetadataError(f"The driver for {parsed.drivername} isn't installed: {error}") from error


def _create_sqlite(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise InvalidInputError("SQLite needs a file; use MemoryMetadata for records that needn't last.")
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here so that nobody else can read it, whatever the umask.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise MetadataError(
            f"The metadata file {path} can't be opened: {error.strerror}.", path=path
        ) from error
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        poolclass=QueuePool if os.name == "posix" else NullPool,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that took its lock only at its first write could fail half-way as "busy".
        writes = connection.get_execution_options().get("plynx_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
