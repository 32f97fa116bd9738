from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from plynx_jupyter.errors import ArtifactMissingError, StorageError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.filesystem import open_store

from .conftest import s3_options

NOWHERE = Digest("0" * 64)


def test_what_another_process_puts_into_a_bucket_is_seen(s3_location: StorageLocation) -> None:
    store = open_store(s3_location)
    assert list(store) == []
    assert store.existing([NOWHERE]) == set()
    code = (
        "import json, sys; from plynx_jupyter.model.job import StorageLocation\n"
        "from plynx_jupyter.storage.filesystem import open_store\n"
        f"store = open_store(StorageLocation(url={s3_location.url!r}, options={dict(s3_location.options)!r}))\n"
        "print(store.put_bytes(b'from elsewhere').digest); store.put_record('done', b'yes')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    digest = Digest(done.stdout.strip())
    assert store.existing([digest]) == {digest}
    assert [found.digest for found in store] == [digest]
    assert store.get_record("done") == b"yes"
    store.delete([digest])
    assert store.existing([digest]) == set()
    with pytest.raises(ArtifactMissingError):
        store.open(digest)


def test_a_server_that_cannot_be_reached_is_an_error_not_an_empty_store(tmp_path: Path) -> None:
    options = s3_options("http://127.0.0.1:9")
    options["config_kwargs"] = {"retries": {"max_attempts": 0}, "connect_timeout": 2}
    options["client_kwargs"] = dict(options["client_kwargs"])
    location = StorageLocation(url="s3://bucket/home", options=options)
    store = open_store(location)
    for use in (
        lambda: store.existing([NOWHERE]),
        lambda: store.existing([NOWHERE, Digest("1" * 64)]),
        lambda: store.put_bytes(b"data"),
        lambda: list(store),
        lambda: store.get_record("name"),
        lambda: store.fetch(NOWHERE, tmp_path / "copy"),
    ):
        with pytest.raises(StorageError, match=r"The artifact storage s3://bucket/home ") as caught:
            use()
        assert not isinstance(caught.value, ArtifactMissingError)


def test_a_bucket_that_is_not_there_is_named(s3_location: StorageLocation) -> None:
    store = open_store(replace(s3_location, url="s3://no-such-bucket/home"))
    with pytest.raises(StorageError, match=r"s3://no-such-bucket/home isn't there: .*bucket"):
        store.put_bytes(b"data")


def test_passwords_in_urls_are_not_shown() -> None:
    location = StorageLocation(url="nosuch://me:secret@host/place")
    with pytest.raises(StorageError) as caught:
        open_store(location)
    assert "secret" not in f"{caught.value} {caught.value.data}"
