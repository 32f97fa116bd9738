"""What every artifact store does, whatever it is on."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from plynx_jupyter.errors import ArtifactMissingError, InvalidInputError
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.storage.base import ArtifactStore, StoredArtifact

from .conftest import Opened

NOWHERE = Digest("0" * 64)


def digest_of(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest())


def content(store: ArtifactStore, digest: Digest) -> bytes:
    with store.open(digest) as stream:
        return stream.read()


@pytest.mark.parametrize("data", [b"", b"bytes\x00\xff", os.urandom(3 << 20)], ids=["none", "few", "many"])
def test_content_comes_back_under_its_digest_however_it_was_put(
    store: ArtifactStore, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "a file"
    path.write_bytes(data)
    puts = [store.put_bytes(data), store.put_file(path), store.put_stream(io.BytesIO(data))]
    assert [(put.digest, put.size_bytes) for put in puts] == [(digest_of(data), len(data))] * 3
    assert content(store, digest_of(data)) == data
    assert path.read_bytes() == data
    assert [(found.digest, found.size_bytes) for found in store] == [(digest_of(data), len(data))]


def test_a_stream_can_be_read_from_anywhere_in_it(store: ArtifactStore) -> None:
    digest = store.put_bytes(b"0123456789").digest
    with store.open(digest) as stream:
        assert stream.seekable()
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == b"789"
        stream.seek(2)
        assert stream.read(2) == b"23"


def test_a_new_store_is_empty(store: ArtifactStore) -> None:
    assert list(store) == []
    assert store.existing([NOWHERE]) == set()
    assert store.local_path(NOWHERE) is None
    assert store.delete([NOWHERE]) == 0


def test_an_artifact_that_is_not_there_is_named(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissingError, match=NOWHERE) as caught:
        store.open(NOWHERE)
    assert caught.value.data["digest"] == NOWHERE
    with pytest.raises(ArtifactMissingError, match=NOWHERE):
        store.fetch(NOWHERE, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_copy_is_private(store: ArtifactStore, tmp_path: Path) -> None:
    digest = store.put_bytes(b"original").digest
    store.fetch(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"original"
    assert (tmp_path / "copy").stat().st_nlink == 1
    (tmp_path / "copy").write_bytes(b"changed!")
    assert content(store, digest) == b"original"


def test_a_copy_does_not_replace_a_file(store: ArtifactStore, tmp_path: Path) -> None:
    digest = store.put_bytes(b"artifact").digest
    (tmp_path / "mine").write_bytes(b"mine")
    with pytest.raises(InvalidInputError, match="mine is there already"):
        store.fetch(digest, tmp_path / "mine")
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.mark.parametrize("left", [b"", b"artifict", b"art"], ids=["empty", "changed", "truncated"])
def test_a_damaged_artifact_is_found_out_set_aside_and_healed_by_the_next_put(
    opened: Opened, tmp_path: Path, left: bytes
) -> None:
    store = opened.store
    digest = store.put_bytes(b"artifact").digest
    opened.overwrite(digest, left)
    with pytest.raises(ArtifactMissingError, match="damaged") as caught:
        store.fetch(digest, tmp_path / "copy")
    assert caught.value.data["digest"] == digest
    assert not (tmp_path / "copy").exists()
    assert store.existing([digest]) == set()
    assert list(store) == []
    store.put_bytes(b"artifact")
    store.fetch(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"artifact"


def test_artifacts_are_looked_up_and_deleted_by_the_many(store: ArtifactStore) -> None:
    digests = [store.put_bytes(b"%d" % number).digest for number in range(10, 30)]
    assert store.existing([*digests, NOWHERE]) == set(digests)
    assert store.existing(iter(digests[:1])) == set(digests[:1])
    assert store.existing([]) == set()
    assert store.delete([*digests[:5], NOWHERE, digests[0]]) == 10
    assert {found.digest for found in store} == set(digests[5:])


def test_when_an_artifact_was_written_is_known(store: ArtifactStore) -> None:
    before = datetime.now(timezone.utc)
    store.put_bytes(b"new")
    [found] = store
    assert found.modified is not None
    # Clocks of stores count whole seconds, and their own.
    assert abs(found.modified - before) < timedelta(seconds=10)


@pytest.mark.parametrize("digest", ["", "abc", "../" * 20 + "etc", "A" * 64, "0" * 63 + "/", "0" * 65])
def test_nothing_but_a_digest_becomes_a_path(store: ArtifactStore, tmp_path: Path, digest: str) -> None:
    name = Digest(digest)
    for use in (
        lambda: store.open(name),
        lambda: store.fetch(name, tmp_path / "copy"),
        lambda: store.local_path(name),
        lambda: store.existing([name]),
        lambda: store.delete([name]),
    ):
        with pytest.raises(InvalidInputError, match="no digest"):
            use()


def test_a_file_that_cannot_be_read_is_not_the_fault_of_the_store(
    store: ArtifactStore, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match=r"nothing.csv can't be stored: No such file"):
        store.put_file(tmp_path / "nothing.csv")
    with pytest.raises(InvalidInputError, match="directory"):
        store.put_file(tmp_path)


def test_a_source_that_fails_half_way_leaves_nothing(store: ArtifactStore) -> None:
    class Failing(io.RawIOBase):
        pieces = [b"x" * 100_000] * 3

        def read(self, size: int = -1) -> bytes:
            if not self.pieces:
                raise OSError(5, "Input/output error")
            return self.pieces.pop()

    with pytest.raises(InvalidInputError, match="Input/output error"):
        store.put_stream(Failing())  # type: ignore[arg-type]
    assert list(store) == []


def test_what_is_written_piece_by_piece_is_there_when_it_is_committed(store: ArtifactStore) -> None:
    writer = store.writer()
    for piece in (b"one ", b"", b"two"):
        writer.write(piece)
    assert list(store) == []
    stored = writer.commit()
    writer.discard()
    assert (stored.digest, stored.size_bytes) == (digest_of(b"one two"), 7)
    assert content(store, stored.digest) == b"one two"


def test_what_is_discarded_is_never_there(store: ArtifactStore) -> None:
    writer = store.writer()
    writer.write(b"x" * 100_000)
    writer.discard()
    writer.discard()
    assert list(store) == []


def test_many_writers_and_readers_of_the_same_content_agree(store: ArtifactStore, tmp_path: Path) -> None:
    data = [os.urandom(200_000) for _ in range(3)]
    everybody = threading.Barrier(6)

    def work(number: int) -> list[StoredArtifact]:
        everybody.wait(30)
        puts = []
        for piece in data:
            puts.append(store.put_stream(io.BytesIO(piece)))
            store.fetch(puts[-1].digest, tmp_path / f"{number}-{len(puts)}")
        return puts

    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(work, range(6)))
    assert {tuple(put.digest for put in puts) for puts in results} == {tuple(map(digest_of, data))}
    assert {found.digest for found in store} == set(map(digest_of, data))


def test_records_are_kept_replaced_and_removed_by_name(store: ArtifactStore) -> None:
    name = "65f0:outer@inner:2"
    assert store.get_record(name) is None
    store.delete_record(name)
    store.put_record(name, b"first")
    store.put_record(name, b"second\n")
    store.put_record("other", b"")
    assert store.get_record(name) == b"second\n"
    assert store.get_record("other") == b""
    assert list(store) == []
    store.delete_record(name)
    assert store.get_record(name) is None


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a\\b", "a\nb", "ä", "x" * 201, "a\x00b"])
def test_a_record_cannot_be_called_something_that_leads_elsewhere(store: ArtifactStore, name: str) -> None:
    for use in (
        lambda: store.put_record(name, b""),
        lambda: store.get_record(name),
        lambda: store.delete_record(name),
    ):
        with pytest.raises(InvalidInputError, match="can't name a record"):
            use()
