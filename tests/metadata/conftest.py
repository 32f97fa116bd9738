"""The stores that the contract holds for, and records to put into them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.metadata.memory import MemoryMetadata
from plynx_jupyter.metadata.sql.store import SqlMetadata, open_metadata
from plynx_jupyter.model.event import NodeEnded, RecordedEvent, RunEvent, RunStarted
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.job import AttemptId, JobError, JobResult
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.port import Output
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import NodeRunStatus

START = datetime(2024, 5, 6, 7, 8, 9, 123456, timezone.utc)


POSTGRESQL = os.environ.get("PLYNX_TEST_POSTGRESQL")
"""URL of a database to hold the contract against too; only the schema ``plynx_test`` in it is used."""


DATABASES = ("sql", *(["postgresql"] if POSTGRESQL else []))


@pytest.fixture(params=["memory", *DATABASES])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MetadataStore]:
    opened: MetadataStore
    opened = MemoryMetadata() if request.param == "memory" else open_metadata(empty(request.param, tmp_path))
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return empty(request.param, tmp_path)


@pytest.fixture
def sql_store(tmp_path: Path) -> Iterator[SqlMetadata]:
    opened = open_metadata(database_url(tmp_path))
    yield opened
    opened.close()


def database_url(folder: Path) -> str:
    return f"sqlite:///{folder}/home/plynx.sqlite"


def empty(kind: str, folder: Path) -> str:
    """Return the URL of an empty database."""
    if kind == "sql" or not POSTGRESQL:
        return database_url(folder)
    engine = create_engine(POSTGRESQL)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS plynx_test CASCADE"))
        connection.execute(text("CREATE SCHEMA plynx_test"))
    engine.dispose()
    url = make_url(POSTGRESQL).update_query_dict({"options": "-csearch_path=plynx_test"})
    return url.render_as_string(hide_password=False)


def digest(name: str) -> Digest:
    return Digest(hashlib.sha256(name.encode()).hexdigest())


def key(name: object) -> CacheKey:
    return CacheKey(digest(f"key {name}"))


def stored(name: str, file_type: str = "csv") -> Resource:
    return Resource(file_type, digest(name), len(name))


def inline(value: Any) -> Resource:
    return Resource("json", digest(repr(value)), 5, True, value)


def file_node(node_id: str, *names: str) -> Node:
    values = tuple(stored(name) for name in names)
    return Node(id=NodeId(node_id), title=node_id, kind="file", outputs=(Output(name="out", values=values),))


def make_graph(graph_id: str = "g1", title: str = "A graph", *nodes: Node, **fields: Any) -> Graph:
    return Graph(id=GraphId(graph_id), title=title, nodes=nodes, **fields)


def make_operation(operation_id: str, title: str = "An operation", **fields: Any) -> Operation:
    return Operation(**{"id": OperationId(operation_id), "title": title, "kind": "python", **fields})


def make_run(run_id: str, graph: Graph | None = None, *, minute: int = 0, **fields: Any) -> Run:
    graph = graph or make_graph()
    created = START + timedelta(minutes=minute)
    return Run(**{"id": RunId(run_id), "graph": graph, "graph_id": graph.id, "created_at": created, **fields})


def make_nodes(*names: str) -> list[NodeRun]:
    return [NodeRun(node_id=NodeId(name)) for name in names]


def recorded(run_id: str, sequence: int, event: RunEvent | None = None) -> RecordedEvent:
    return RecordedEvent(RunId(run_id), sequence, START + timedelta(seconds=sequence), event or RunStarted())


def failed_node(node_id: str) -> NodeRun:
    """A node run in which every field says something."""
    return NodeRun(
        node_id=NodeId(node_id),
        status=NodeRunStatus.FAILED,
        status_reason="timeout",
        attempt=2,
        key=key("failed"),
        outputs={"out": (stored("part"), inline({"a": [1, None, 2.5]})), "empty": ()},
        logs={"stdout": (stored("log"),)},
        error=JobError(code="job.failed", message="It broke: \ud800 \0 é", traceback="Traceback", cell=3),
        started_at=START,
        finished_at=START + timedelta(seconds=1.5),
        worker="tcp://10.0.0.1:1",
        restored_from=RunId("r0"),
        computed_seconds=0.25,
    )


def ended(run_id: str, node: NodeRun) -> NodeEnded:
    assert node.started_at is not None
    assert node.finished_at is not None
    result = JobResult(
        id=AttemptId(RunId(run_id), node.node_id, node.attempt),
        outputs=node.outputs,
        logs=node.logs,
        error=node.error,
        started_at=node.started_at,
        finished_at=node.finished_at,
        worker=node.worker,
    )
    return NodeEnded(node.node_id, node.attempt, result)


def make_entry(name: object, *, minute: int = 0, output: str = "result", **fields: Any) -> CacheEntry:
    values: dict[str, Any] = {
        "key": key(name),
        "operation_digest": "operation",
        "title": "Train",
        "components": {"parameters": {"rate": ["float", "0x1.8p+0"]}, "inputs": {}},
        "outputs": {"out": (stored(output),), "score": (inline(0.5),)},
        "logs": {"stdout": (stored("log"),)},
        "run_id": RunId("r1"),
        "node_id": NodeId("outer/inner"),
        "created_at": START + timedelta(minutes=minute),
        "seconds": 12.5,
    }
    return CacheEntry(**{**values, **fields})
