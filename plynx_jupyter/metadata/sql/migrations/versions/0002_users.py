"""Users, API tokens, who holds an artifact, requests to stop runs, and what searches need."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("policies", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=True),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_api_tokens_digest", "api_tokens", ["digest"], unique=True)
    op.create_table(
        "cancel_requests",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("node_id", sa.String(length=1024), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "node_id"),
    )
    op.create_index("ix_artifact_references_digest", "artifact_references", ["digest"], unique=False)
    op.create_table(
        "operation_file_types",
        sa.Column("operation_id", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("file_type", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "direction", "file_type"),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, document FROM operations")).all():
        document = json.loads(row.document)
        for direction in ("input", "output"):
            ports = document.get(f"{direction}s", [])
            for file_type in {port.get("file_type", "file") for port in ports}:
                connection.execute(
                    sa.text("INSERT INTO operation_file_types VALUES (:id, :direction, :file_type)"),
                    {"id": row.id, "direction": direction, "file_type": file_type},
                )
    if connection.dialect.name == "sqlite":
        for name in ("graphs", "operations", "runs"):
            _index_words(connection, name)


def _index_words(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {name}_words USING fts5"
        "(id UNINDEXED, title, description, tokenize = 'trigram case_sensitive 1')"
    )
    insert = sa.text(
        f"INSERT INTO {name}_words (rowid, id, title, description) VALUES (:row, :id, :title, :description)"  # noqa: S608
    )
    for row in connection.execute(sa.text(f"SELECT id, title, description FROM {name}")).all():  # noqa: S608
        number = int.from_bytes(hashlib.blake2b(row.id.encode(), digest_size=8).digest(), "big") >> 1
        words = {"title": row.title.lower(), "description": row.description.lower()}
        connection.execute(insert, {"row": number, "id": row.id, **words})
