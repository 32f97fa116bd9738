"""The tables. A change here needs a migration; a test holds the two against each other."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# Times are ISO 8601 in UTC with microseconds, so that they sort as text on every database.
graphs = Table(
    "graphs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("author", String(255), nullable=False),
    Column("kind", String(255), nullable=False),
    Column("insertion_date", String(32), nullable=False),
    Column("update_date", String(32), nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_graphs_insertion_date", "insertion_date"),
)

operations = Table(
    "operations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("author", String(255), nullable=False),
    Column("kind", String(255), nullable=False),
    Column("status", String(32), nullable=False),
    Column("insertion_date", String(32), nullable=False),
    Column("update_date", String(32), nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_operations_insertion_date", "insertion_date"),
)

operation_file_types = Table(
    "operation_file_types",
    metadata,
    Column("operation_id", String(64), primary_key=True),
    Column("direction", String(8), primary_key=True),  # "input" or "output"
    Column("file_type", String(255), primary_key=True),
)
"""Of which types the ports of operations are, to search by."""

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("graph_id", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("author", String(255), nullable=False),
    Column("kind", String(255), nullable=False),
    Column("status", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("started_at", String(32)),
    Column("finished_at", String(32)),
    Column("options", Text, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),  # the graph's document, deflated
    Column("owner", String(255)),
    Column("owner_expires_at", String(32)),
    Index("ix_runs_created_at", "created_at"),
    Index("ix_runs_graph_id", "graph_id"),
    Index("ix_runs_status", "status"),
)

node_runs = Table(
    "node_runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("node_id", String(1024), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(32), nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_node_runs_status", "run_id", "status"),
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("event", Text, nullable=False),
)

cancel_requests = Table(
    "cancel_requests",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("node_id", String(1024), primary_key=True),  # empty: the whole run
)

cache_entries = Table(
    "cache_entries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("operation_digest", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("node_id", String(1024), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("used_at", String(32)),
    Column("seconds", Float, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("non_deterministic", Boolean, nullable=False),
    Column("components", Text, nullable=False),
    Column("outputs", Text, nullable=False),
    Column("logs", Text, nullable=False),
    Index("ix_cache_entries_operation", "operation_digest", "created_at"),
    Index("ix_cache_entries_created_at", "created_at"),
)

key_leases = Table(
    "key_leases",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("expires_at", String(32), nullable=False),
)

artifact_references = Table(
    "artifact_references",
    metadata,
    # "run:<id>", "graph:<id>", "operation:<id>", "upload:<user>"; SQLite, which doesn't look at lengths, has the first.
    Column("holder", String(80).with_variant(String(270), "postgresql"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Index("ix_artifact_references_digest", "digest"),
)
"""Which artifacts runs show and graphs and operations hold, so that a clean-up needn't read every record."""

users = Table(
    "users",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("policies", Text, nullable=False),  # words, a space between them
    Column("active", Boolean, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("seen_at", String(32)),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("user", String(255), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32)),
    Column("used_at", String(32)),
    Column("revoked", Boolean, nullable=False),
    Index("ix_api_tokens_digest", "digest", unique=True),
)
