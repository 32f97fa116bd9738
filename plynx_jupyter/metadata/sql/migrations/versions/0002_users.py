"""Users, API tokens, who holds an artifact, requests to stop runs, and what searches need."""

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
    file_types = op.create_table(
        "operation_file_types",
        sa.Column("operation_id", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("file_type", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "direction", "file_type"),
    )
    connection = op.get_bind()
    rows = [
        {"operation_id": row.id, "direction": direction, "file_type": file_type}
        for row in connection.execute(sa.text("SELECT id, document FROM operations")).all()
        for direction, file_type in _file_types(row.document)
    ]
    if rows:
        connection.execute(file_types.insert(), rows)
    if connection.dialect.name == "sqlite":
        # The index of words is made, by whoever opens the database and can, when it is said to lack something.
        op.execute("PRAGMA user_version = 1")
    else:  # SQLite doesn't look at lengths
        op.alter_column("artifact_references", "holder", type_=sa.String(length=270))


def _file_types(document: str) -> set[tuple[str, str]]:
    try:
        operation = json.loads(document)
        return {
            (direction, port.get("file_type", "file"))
            for direction in ("input", "output")
            for port in operation.get(f"{direction}s", ())
        }
    except (ValueError, TypeError, AttributeError):
        return set()  # a damaged operation is told about when it is used; it keeps nobody from the others
