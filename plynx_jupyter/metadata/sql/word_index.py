"""Full-text search in SQLite: for graphs, operations and runs an FTS5 table of trigrams beside the table itself.

Trigrams find a word wherever it occurs, also inside others, as ``LIKE '%word%'`` does, without reading every row
(https://www.sqlite.org/fts5.html#the_trigram_tokenizer). Texts are stored in lower case as Python has it, so that
case is ignored in every script. Other databases, and what is written by a program whose SQLite has no trigrams,
are searched by ``LIKE``: SQLite's ``user_version`` says whether the index lacks something.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, literal_column, select, text

from .columns import plain_text
from .tables import graphs, operations, runs

_INDEXED = (graphs, operations, runs)
_TRIGRAM = 3
"""Shorter words have no trigram."""
_COMPLETE, _INCOMPLETE = 0, 1
_MANY = 1000
_DEFINITION = "fts5(id UNINDEXED, title, description, tokenize = 'trigram case_sensitive 1')"


@cache
def has_trigrams() -> bool:
    """Tell whether the SQLite of this Python has them: from 3.34 on, if it was built with FTS5."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(f"CREATE VIRTUAL TABLE probe USING {_DEFINITION}").close()
        except sqlite3.OperationalError:
            return False
    return True


def lacks_words(connection: Connection) -> bool:
    """Tell whether ``build_word_index`` has something to do."""
    return _in_sqlite(connection) and has_trigrams() and _state(connection) != _COMPLETE


def build_word_index(connection: Connection) -> None:
    """Make the tables anew from what is stored."""
    for table in _INDEXED:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}_words")
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {table.name}_words USING {_DEFINITION}")
        for rows in connection.execute(select(table.c.id, table.c.title, table.c.description)).partitions(
            _MANY
        ):
            _insert(connection, table, (_entry(*row) for row in rows))
    _set_state(connection, _COMPLETE)


def expect_words(connection: Connection) -> None:
    """Note in a new database that the index is still to be made."""
    if _in_sqlite(connection):
        _set_state(connection, _INCOMPLETE)


def index_words(connection: Connection, table: Table, object_id: str, title: str, description: str) -> None:
    """Have an object found by its words, instead of those it had before."""
    forget_words(connection, table, object_id)
    if _in_sqlite(connection) and has_trigrams():
        _insert(connection, table, [_entry(object_id, title, description)])


def forget_words(connection: Connection, table: Table, object_id: str) -> None:
    """Have an object found no longer."""
    if not _in_sqlite(connection):
        return
    if has_trigrams():
        statement = text(f"DELETE FROM {table.name}_words WHERE rowid = :row")  # noqa: S608
        connection.execute(statement, {"row": _row(object_id)})
    else:
        _set_state(connection, _INCOMPLETE)


def has_words(
    connection: Connection, table: Table, words: Sequence[str], columns: Sequence[str]
) -> tuple[ColumnElement[bool] | None, list[str]]:
    """Return the condition that all of ``words`` occur in one of ``columns`` each, and the words it doesn't cover."""
    covered = [word for word in words if len(word.lower()) >= _TRIGRAM]
    if not covered or not _in_sqlite(connection) or not has_trigrams() or _state(connection) != _COMPLETE:
        return None, list(words)
    phrases = " AND ".join('"' + plain_text(word).lower().replace('"', '""') + '"' for word in covered)
    match = text(f"SELECT id FROM {table.name}_words WHERE {table.name}_words MATCH :match")  # noqa: S608
    match = match.bindparams(match="{" + " ".join(columns) + "} : (" + phrases + ")")
    rest = [word for word in words if word not in covered]
    return table.c.id.in_(match.columns(literal_column("id"))), rest


def _insert(connection: Connection, table: Table, entries: Iterable[dict[str, Any]]) -> None:
    columns = "(rowid, id, title, description) VALUES (:row, :id, :title, :description)"
    connection.execute(text(f"INSERT INTO {table.name}_words {columns}"), list(entries))


def _entry(object_id: str, title: str, description: str) -> dict[str, Any]:
    words = {"title": plain_text(title).lower(), "description": plain_text(description).lower()}
    return {"row": _row(object_id), "id": object_id, **words}


def _row(object_id: str) -> int:
    """Return the row of an object: its own would do, but SQLite may number rows anew when it packs the file."""
    digest = hashlib.blake2b(object_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _in_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _state(connection: Connection) -> int:
    state: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    return state


def _set_state(connection: Connection, state: int) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {state}")
