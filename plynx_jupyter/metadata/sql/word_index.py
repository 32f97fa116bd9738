"""Full-text search in SQLite: for graphs, operations and runs an FTS5 table of trigrams beside the table itself.

Trigrams find a word wherever it occurs, also inside others, as ``LIKE '%word%'`` does, without reading every row
(https://www.sqlite.org/fts5.html#the_trigram_tokenizer). Texts are stored in lower case as Python has it, so that
case is ignored in every script. Other databases are searched by ``LIKE``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, literal_column, text

from .columns import plain_text

INDEXED = ("graphs", "operations", "runs")
_TRIGRAM = 3
"""Shorter words have no trigram."""


def create_word_indexes(connection: Connection) -> None:
    """Make the tables, if this is SQLite."""
    if connection.dialect.name == "sqlite":
        for name in INDEXED:
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name}_words USING fts5"
                "(id UNINDEXED, title, description, tokenize = 'trigram case_sensitive 1')"
            )


def index_words(connection: Connection, table: Table, object_id: str, title: str, description: str) -> None:
    """Have an object found by its words, instead of those it had before."""
    if connection.dialect.name == "sqlite":
        forget_words(connection, table, object_id)
        values = {"row": _row(object_id), "id": object_id}
        values |= {"title": plain_text(title).lower(), "description": plain_text(description).lower()}
        columns = "(rowid, id, title, description) VALUES (:row, :id, :title, :description)"
        connection.execute(text(f"INSERT INTO {table.name}_words {columns}"), values)


def forget_words(connection: Connection, table: Table, object_id: str) -> None:
    """Have an object found no longer."""
    if connection.dialect.name == "sqlite":
        statement = text(f"DELETE FROM {table.name}_words WHERE rowid = :row")  # noqa: S608
        connection.execute(statement, {"row": _row(object_id)})


def has_words(
    connection: Connection, table: Table, words: Sequence[str], columns: Sequence[str]
) -> tuple[ColumnElement[bool] | None, list[str]]:
    """Return the condition that all of ``words`` occur in one of ``columns`` each, and the words it doesn't cover."""
    if connection.dialect.name != "sqlite":
        return None, list(words)
    covered = [word for word in words if len(word.lower()) >= _TRIGRAM]
    rest = [word for word in words if word not in covered]
    if not covered:
        return None, rest
    phrases = " AND ".join('"' + plain_text(word).lower().replace('"', '""') + '"' for word in covered)
    match = text(f"SELECT id FROM {table.name}_words WHERE {table.name}_words MATCH :match")  # noqa: S608
    match = match.bindparams(match="{" + " ".join(columns) + "} : (" + phrases + ")")
    return table.c.id.in_(match.columns(literal_column("id"))), rest


def _row(object_id: str) -> int:
    """Return the row of an object: its own would do, but SQLite may number rows anew when it packs the file."""
    digest = hashlib.blake2b(object_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
