"""Whether the stores answer, when they don't."""

from __future__ import annotations

import threading

import pytest

from plynx_jupyter.metadata.memory import MemoryMetadata
from plynx_jupyter.services import health
from plynx_jupyter.storage.memory import MemoryStore


class StuckMetadata(MemoryMetadata):
    """A store that answers only when it is let."""

    def __init__(self):
        super().__init__()
        self.let = threading.Event()

    def author_of(self, kind, object_id):
        self.let.wait(30)
        return super().author_of(kind, object_id)


async def test_a_store_that_hangs_is_said_not_to_answer_and_the_other_one_is_asked_all_the_same(monkeypatch):
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.1)
    metadata = StuckMetadata()
    try:
        database, storage = await health.check_stores(
            metadata, MemoryStore(), "postgresql://ann:secret@db/plynx"
        )
    finally:
        metadata.let.set()
    assert "0.1 s" in database.problem
    assert database.place == "postgresql://ann@db/plynx"
    assert storage.problem == ""


@pytest.mark.parametrize(
    "url",
    ["mysql://ann:se/cr@et@db/plynx", "postgresql://db/plynx?password=secret", "s3://ann:secret@bucket"],
)
def test_no_secret_of_a_url_is_shown(url):
    assert not {"se", "cr", "et", "secret"} & set(health.without_secrets(url).replace("/", "@").split("@"))
    assert "secret" not in health.without_secrets(url)
