from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from plynx_jupyter.errors import MetadataError
from plynx_jupyter.graph.document import dumps, operation_to_dict
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.sql import schema
from plynx_jupyter.metadata.sql.engine import Database
from plynx_jupyter.metadata.sql.store import SqlMetadata, open_metadata
from plynx_jupyter.model.ids import GraphId, OperationId, RunId
from plynx_jupyter.model.port import Input, Output

from .conftest import database_url, digest, file_node, make_graph, make_operation

NEXT = f"{int(schema.HEAD) + 1:04}"
NEXT_MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{schema.HEAD}"


def upgrade():
    op.add_column("graphs", sa.Column("stars", sa.Integer(), nullable=False, server_default="5"))
    op.create_index("ix_graphs_stars", "graphs", ["stars"])
"""


@pytest.fixture
def next_scripts(tmp_path: Path) -> Path:
    """The migrations of a program one version ahead, in a folder with a name that is easily mistaken."""
    folder = tmp_path / "100% new"
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / f"{NEXT}_stars.py").write_text(NEXT_MIGRATION)
    return folder


def described(database: Database) -> dict[str, str]:
    """What SQLite knows of tables and indexes: their text without its layout."""
    statement = text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name != 'alembic_version'")
    with database.reading() as connection:
        rows = connection.execute(statement).all()
    return {f"{row.type} {row.name} {row.tbl_name}": " ".join((row.sql or "").split()) for row in rows}


def test_migrations_lead_to_the_same_schema_as_a_new_database(tmp_path: Path) -> None:
    new, migrated = (Database(database_url(tmp_path / name)) for name in ("new", "migrated"))
    schema.prepare(new)
    with migrated.writing() as connection:
        schema.migrate(connection, "0001")
    schema.prepare(migrated)
    assert described(new)
    assert described(migrated) == described(new)
    with migrated.reading() as connection:
        assert schema.revision(connection) == schema.HEAD
    for database in (new, migrated):
        database.close()


def test_the_newest_migration_is_the_one_the_tables_belong_to() -> None:
    names = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert names[-1].startswith(schema.HEAD)


def test_an_older_database_is_migrated_with_all_that_is_in_it(tmp_path: Path, next_scripts: Path) -> None:
    old = open_metadata(database_url(tmp_path))
    saved = old.save_graph(make_graph())
    old.close()
    database = Database(database_url(tmp_path))
    schema.prepare(database, head=NEXT, scripts=next_scripts)
    with database.reading() as connection:
        assert schema.revision(connection) == NEXT
        assert connection.execute(text("SELECT stars FROM graphs")).scalars().all() == [5]
    assert SqlMetadata(database).load_graph(saved.id) == saved
    database.close()


def insert(connection: Connection, table: str, **values: object) -> None:
    names = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({names})"), values)


def fill_first_version(connection: Connection) -> None:
    """Store one of everything as the first version did, and an operation that was damaged since."""
    date = "2024-01-01T00:00:00.000000+00:00"
    graph = make_graph("g1", "Old ÄPFEL", file_node("f", "data"), author="ann")
    operation = make_operation(
        "o1",
        "Plot",
        author="bob",
        inputs=(Input(name="i", file_type="csv"), Input(name="j", file_type="csv")),
        outputs=(Output(name="o", file_type="image"),),
    )
    shared = {"description": "of yore", "insertion_date": date, "update_date": date}
    insert(
        connection, "graphs", id="g1", title=graph.title, author="ann", kind="dag", document=dumps(graph), **shared
    )  # fmt: skip
    for name, document in (("o1", json.dumps(operation_to_dict(operation))), ("o2", "[")):
        insert(
            connection, "operations", id=name, title="Plot", author="bob", kind="python", status="READY",
            document=document, **shared,
        )  # fmt: skip
    insert(
        connection, "runs", id="r1", graph_id="g1", title=graph.title, description="of yore", author="carl",
        kind="dag", status="SUCCESS", created_at=date, options="{}", snapshot=zlib.compress(dumps(graph).encode()),
    )  # fmt: skip
    insert(connection, "node_runs", run_id="r1", node_id="f", position=0, status="SUCCESS", record="{}")
    insert(connection, "artifact_references", holder="graph:g1", digest=digest("data"))
    insert(connection, "artifact_references", holder="run:r1", digest=digest("data"))


def test_a_database_of_the_first_version_is_migrated_with_all_that_is_in_it(empty_url: str) -> None:
    database = Database(empty_url)
    with database.writing() as connection:
        schema.migrate(connection, "0001")
        fill_first_version(connection)
    database.close()
    store = open_metadata(empty_url)
    assert store.load_graph(GraphId("g1")).nodes == (file_node("f", "data"),)
    assert store.load_operation(OperationId("o1")).author == "bob"
    assert store.load_run(RunId("r1")).graph.title == "Old ÄPFEL"
    assert store.author_of("run", "r1") == "carl"
    assert store.holders_of(digest("data")) == [("graph", "ann"), ("run", "carl")]
    for listed in (store.list_graphs, store.list_runs):
        assert listed(Query(titles=("äpf",), descriptions=("YORE",)))[1] == 1
    (run,), _ = store.list_runs(Query(words=("old",)))
    assert run.counts == {"SUCCESS": 1}
    for query, number in ((Query(input_file_types=("csv",)), 1), (Query(output_file_types=("csv",)), 0)):
        found, total = store.list_operations(replace(query, words=("plot",)))
        assert len(found) == total == number
    store.hold_upload("a" * 255, digest("data"))  # which was too long for the first version
    assert ("upload", "a" * 255) in store.holders_of(digest("data"))
    store.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, next_scripts: Path) -> None:
    open_metadata(database_url(tmp_path)).close()
    script = next_scripts / "versions" / f"{NEXT}_stars.py"
    script.write_text(NEXT_MIGRATION + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
    database = Database(database_url(tmp_path))
    before = described(database)
    with pytest.raises(MetadataError, match="nowhere"):
        schema.prepare(database, head=NEXT, scripts=next_scripts)
    assert described(database) == before
    with database.reading() as connection:
        assert schema.revision(connection) == schema.HEAD
    database.close()


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path, next_scripts: Path) -> None:
    open_metadata(database_url(tmp_path)).close()
    database = Database(database_url(tmp_path))
    schema.prepare(database, head=NEXT, scripts=next_scripts)
    database.close()
    file = tmp_path / "home" / "plynx.sqlite"
    before = file.read_bytes()
    with pytest.raises(
        MetadataError, match=f"newer version.*schema {NEXT}.*knows {schema.HEAD}.*Update"
    ) as caught:
        open_metadata(database_url(tmp_path))
    assert caught.value.data["revision"] == NEXT
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = Database(database_url(tmp_path))
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER)"))
    before = described(database)
    database.close()
    with pytest.raises(MetadataError, match=r"another program \(customers\)"):
        open_metadata(database_url(tmp_path))
    database = Database(database_url(tmp_path))
    assert described(database) == before
    database.close()


def test_alembic_is_imported_only_to_migrate(tmp_path: Path) -> None:
    code = (
        "import sys; from plynx_jupyter.metadata.sql.store import open_metadata\n"
        "open_metadata(sys.argv[1]).close(); open_metadata(sys.argv[1]).close()\n"
        "print('alembic' in sys.modules)"
    )
    arguments = [sys.executable, "-c", code, database_url(tmp_path)]
    assert subprocess.run(arguments, check=True, capture_output=True).stdout == b"False\n"
