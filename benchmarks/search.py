"""How long a search takes among ten thousand operations."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.sql.store import SqlMetadata, open_metadata
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.operations.default_nodes import default_operation

from .cluster import fresh_home
from .harness import Row, in_turn, median, shown

GOAL_SECONDS = 0.05
_LIKE = "SELECT count(*) FROM operations WHERE lower(title) LIKE :word OR lower(description) LIKE :word"


def measure(size: int = 10_000, times: int = 15) -> list[Row]:
    with fresh_home() as home:
        store = open_metadata(f"sqlite:///{home}/plynx.sqlite")
        words = _fill(store, size)
        common = f"a word that {_share(store, words[0], size)} of them have"
        rows = [
            _row(store, common, Query(words=(words[0],)), words[0], times),
            _row(store, "two words that few have together", Query(words=(words[1], words[2])), words[1], times),
            _row(store, "a word that none has", Query(words=("xylophone",)), "xylophone", times),
            _row(
                store,
                "a word, an author, a status and the type of an input",
                Query(words=(words[0],), author="ann", statuses=(OperationStatus.READY,), input_file_types=("csv",)),
                words[0],
                times,
            ),
        ]  # fmt: skip
        store.close()
    return rows


def _row(store: SqlMetadata, what: str, query: Query, word: str, times: int) -> Row:
    ours, reference = in_turn(times, lambda: store.list_operations(query), _scan(store, word))
    return Row(
        f"search among 10,000 operations: {what}",
        shown(ours, "ms", 1000, 1),
        f"`LIKE` for one word: {shown(reference, 'ms', 1000, 1)}",
        f"{median(reference) / median(ours):.1f} x as fast",
        "50 ms",
        median(ours) <= GOAL_SECONDS,
    )


def _scan(store: SqlMetadata, word: str) -> Callable[[], Any]:
    def scan() -> Any:
        with store.database.reading() as connection:
            return connection.execute(text(_LIKE), {"word": f"%{word}%"}).scalar()

    return scan


def _share(store: SqlMetadata, word: str, size: int) -> str:
    return f"{store.list_operations(Query(words=(word,)))[1] * 100 // size} %"


def _fill(store: SqlMetadata, size: int) -> list[str]:
    """Store operations with words as unevenly common as those of a language; return a common and two rarer ones."""
    chance = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(4, 10))) for _ in range(3000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    base = default_operation("python")
    for number in range(size):
        chosen = chance.choices(words, weights, k=30)
        port = replace(
            base.inputs[0] if base.inputs else _input(), file_type=chance.choice(("csv", "file", "json"))
        )
        store.save_operation(
            replace(
                base,
                id=OperationId(f"operation-{number}"),
                title=" ".join(chosen[:4]),
                description=" ".join(chosen[4:]),
                author=chance.choice(("ann", "bob", "carl")),
                node_status=chance.choice((OperationStatus.READY, OperationStatus.CREATED)),
                inputs=(port,),
            )
        )
    return [words[2], words[200], words[300]]


def _input() -> Any:
    from plynx_jupyter.model.port import Input

    return Input(name="data")
