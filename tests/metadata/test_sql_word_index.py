"""Searches by the index of words and without it find the same, whichever program wrote what is searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.sql import word_index
from plynx_jupyter.metadata.sql.store import SqlMetadata, open_metadata
from plynx_jupyter.model.ids import GraphId, RunId

from .conftest import database_url, make_graph, make_operation, make_run

pytestmark = pytest.mark.skipif(not word_index.has_trigrams(), reason="this SQLite has no trigrams")


@pytest.fixture
def no_trigrams(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Behave as with a SQLite that has none; the one of this Python can't be changed."""
    monkeypatch.setattr(word_index, "has_trigrams", lambda: False)
    yield monkeypatch


def fill(store: SqlMetadata, name: str, title: str) -> None:
    store.save_graph(make_graph(name, title))
    store.save_operation(make_operation(name, title))
    store.create_run(make_run(name, make_graph(name, title)), [])


def found(store: SqlMetadata, *words: str) -> list[set[str]]:
    lists = (store.list_graphs, store.list_operations, store.list_runs)
    return [{item.id for item in listed(Query(words=words))[0]} for listed in lists]


def tables(store: SqlMetadata) -> set[str]:
    with store.database.reading() as connection:
        return set(connection.execute(text("SELECT name FROM sqlite_master")).scalars())


def test_words_are_found_by_the_index_alone(sql_store: SqlMetadata) -> None:
    fill(sql_store, "a", "Überall words")
    with sql_store.database.writing() as connection:
        for table in ("graphs", "operations", "runs"):
            connection.execute(text(f"UPDATE {table} SET title = ''"))
    assert found(sql_store, "über", "WORDS") == [{"a"}] * 3


def test_without_trigrams_the_same_is_found(tmp_path: Path, no_trigrams: pytest.MonkeyPatch) -> None:
    store = open_metadata(database_url(tmp_path))
    assert "graphs_words" not in tables(store)
    fill(store, "a", "Überall 100% words")
    fill(store, "b", "überall other words")
    assert found(store, "ÜBER", "0% w") == [{"a"}] * 3
    store.save_graph(make_graph("a", "Nowhere"))
    store.delete_graph(GraphId("b"))
    store.delete_run(RunId("b"))
    assert found(store, "überall") == [set(), {"a", "b"}, {"a"}]
    store.close()


def test_the_index_is_made_by_the_first_program_that_can(
    tmp_path: Path, no_trigrams: pytest.MonkeyPatch
) -> None:
    store = open_metadata(database_url(tmp_path))
    fill(store, "a", "Überall words")
    store.close()
    no_trigrams.undo()
    store = open_metadata(database_url(tmp_path))
    assert "graphs_words" in tables(store)
    assert found(store, "ÜBER") == [{"a"}] * 3
    store.close()


def test_what_a_program_without_trigrams_writes_is_found_by_one_that_is_open(
    sql_store: SqlMetadata, tmp_path: Path, no_trigrams: pytest.MonkeyPatch
) -> None:
    fill(sql_store, "a", "before words")
    other = open_metadata(database_url(tmp_path))
    fill(other, "b", "after words")
    other.save_graph(make_graph("a", "changed words"))
    other.close()
    no_trigrams.undo()
    fill(sql_store, "c", "after words")
    for _ in range(2):
        assert found(sql_store, "after") == [{"b", "c"}] * 3
        assert found(sql_store, "before") == [set(), {"a"}, {"a"}]
        open_metadata(database_url(tmp_path)).close()  # which makes the index anew


def test_pages_of_a_search_are_parts_of_the_whole(sql_store: SqlMetadata) -> None:
    for number in range(7):
        sql_store.create_run(make_run(f"r{number}", make_graph("g", "some words"), minute=number), [])
    pages = [
        sql_store.list_runs(Query(words=("some",), offset=offset, per_page=3)) for offset in (0, 3, 6, 9)
    ]
    assert [[run.id for run in runs] for runs, _ in pages] == [
        ["r6", "r5", "r4"],
        ["r3", "r2", "r1"],
        ["r0"],
        [],
    ]
    assert {total for _, total in pages} == {7}
    assert sql_store.list_runs(Query(words=("some",), per_page=0)) == ([], 7)


def test_the_index_survives_packing_the_file(sql_store: SqlMetadata, tmp_path: Path) -> None:
    for name in "abc":
        fill(sql_store, name, f"words of {name * 3}")
    sql_store.delete_graph(GraphId("a"))
    sql_store.close()
    store = open_metadata(database_url(tmp_path))
    store.database._writer.raw_connection().driver_connection.execute("VACUUM")  # type: ignore[union-attr]
    store.save_graph(make_graph("b", "changed"))
    assert found(store, "words") == [{"c"}, {"a", "b", "c"}, {"a", "b", "c"}]
    assert found(store, "ccc")[0] == {"c"}
    store.close()
