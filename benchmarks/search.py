"""How long a page of a list takes among ten thousand operations, graphs or runs, searched by words or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.sql import word_index
from plynx_jupyter.metadata.sql.store import SqlMetadata, open_metadata
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.port import Input
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import NodeRunStatus, OperationStatus
from plynx_jupyter.operations.default_nodes import default_operation

from .cluster import fresh_home
from .harness import Row, in_turn, median, seconds_of, shown

GOAL_SECONDS = 0.05
_NODES = 20
_CALLED = {"list_operations": "operations", "list_graphs": "graphs", "list_runs": "runs"}


def measure(size: int = 10_000, times: int = 15) -> list[Row]:
    with fresh_home() as home:
        store = open_metadata(f"sqlite:///{home}/plynx.sqlite")
        texts = _Texts()
        _fill(store, texts, size)
        common, rare, rarer = (texts.words[rank] for rank in (2, 200, 300))
        of_all = (
            f"a word that {store.list_operations(Query(words=(common,)))[1] * 100 // size} % of them have"
        )
        searches = {
            of_all: Query(words=(common,)),
            "two words that few have together": Query(words=(rare, rarer)),
            "a word that none has": Query(words=("xylophone",)),
            "a word, an author, a status and the type of an input": Query(
                words=(common,), author="ann", statuses=(OperationStatus.READY,), input_file_types=("csv",)
            ),
        }
        rows = [
            _searched(store.list_operations, size, what, query, times) for what, query in searches.items()
        ]
        for listed in (store.list_graphs, store.list_runs):
            rows.append(_searched(listed, size, "that common word", Query(words=(common,)), times))
            rows.append(_listed(listed, size, times))
        store.close()
    return rows


def _searched(listed: Callable[[Query], Any], size: int, what: str, query: Query, times: int) -> Row:
    def by_like() -> None:
        with mock.patch.object(word_index, "has_trigrams", lambda: False):
            listed(query)

    ours, reference = in_turn(times, lambda: listed(query), by_like)
    return Row(
        f"search among {size:,} {_CALLED[listed.__name__]}: {what}",
        shown(ours, "ms", 1000, 1),
        f"the same by `LIKE`: {shown(reference, 'ms', 1000, 1)}",
        f"{median(reference) / median(ours):.1f} x as fast",
        "50 ms",
        median(ours) <= GOAL_SECONDS,
    )


def _listed(listed: Callable[[Query], Any], size: int, times: int) -> Row:
    taken = [seconds_of(lambda: listed(Query())) for _ in range(times)]
    what = f"a page of {size:,} {_CALLED[listed.__name__]}"
    return Row(what, shown(taken, "ms", 1000, 1), "", "", "50 ms", median(taken) <= GOAL_SECONDS)


class _Texts:
    """Titles and descriptions of words as unevenly common as those of a language."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = [
            "".join(self.chance.choices(letters, k=self.chance.randint(4, 10))) for _ in range(3000)
        ]
        self._weights = [1 / rank for rank in range(1, len(self.words) + 1)]

    def next(self) -> dict[str, str]:
        chosen = self.chance.choices(self.words, self._weights, k=30)
        return {"title": " ".join(chosen[:4]), "description": " ".join(chosen[4:])}


def _fill(store: SqlMetadata, texts: _Texts, size: int) -> None:
    base = default_operation("python")
    began = datetime(2024, 1, 1, tzinfo=timezone.utc)
    nodes = [
        NodeRun(node_id=NodeId(f"node-{number}"), status=NodeRunStatus.SUCCESS) for number in range(_NODES)
    ]
    for number in range(size):
        port = Input(name="data", file_type=texts.chance.choice(("csv", "file", "json")))
        author = texts.chance.choice(("ann", "bob", "carl"))
        status = texts.chance.choice((OperationStatus.READY, OperationStatus.CREATED))
        operation = replace(base, id=OperationId(f"operation-{number}"), author=author, **texts.next())
        store.save_operation(replace(operation, node_status=status, inputs=(port,)))
        graph = store.save_graph(Graph(id=GraphId(f"graph-{number}"), author=author, **texts.next()))
        created = began + timedelta(seconds=number)
        run = Run(id=RunId(f"run-{number}"), graph=graph, graph_id=graph.id, created_at=created)
        store.create_run(run, nodes)
