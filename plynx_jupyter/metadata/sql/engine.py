"""Connections as the rest uses them: many read, one writes, and failures become this project's errors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from plynx_jupyter.errors import InvalidInputError, MetadataError

from .drivers import open_engines

T = TypeVar("T")


class Database:
    """A database that is read by many threads and written to by one at a time (of this process)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._write_lock = threading.Lock()
        self._writer, self._reader = open_engines(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read one consistent state with."""
        with self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection to write with; what was written is durable when the block ends, or undone."""
        with self._write_lock, self._writer.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections, the writing one last: it brings SQLite's log home."""
        self._reader.dispose()
        self._writer.dispose()


def translated(method: Callable[..., T]) -> Callable[..., T]:
    """Make a method of a store raise ``MetadataError`` for what SQLAlchemy raises."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> T:
        try:
            return method(self, *arguments, **named)
        except SQLAlchemyError as error:
            raise unreachable(self.database.url, error) from error
        except UnicodeEncodeError as error:
            message = f"{error.object!r} holds characters that can't be stored; name it differently."
            raise InvalidInputError(message) from error

    return call


def unreachable(url: str, error: Exception) -> MetadataError:
    """Return the error that says a database failed, without the password in its URL."""
    shown = make_url(url).render_as_string(hide_password=True)
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return MetadataError(f"The metadata store {shown} failed: {reason}.{_advice(str(reason))}", url=shown)


def _advice(reason: str) -> str:
    if "locked" in reason:
        return " Another program has been writing to it for long; try again when that is done."
    if "full" in reason or "disk I/O" in reason:
        return " Check the disk: it may be full, or failing."
    if "malformed" in reason or "not a database" in reason:
        return " The file is damaged: restore a copy of it, or use another PLYNX_HOME."
    return ""


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
