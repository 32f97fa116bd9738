"""Uploads piece by piece, into real stores."""

from __future__ import annotations

import asyncio
import hashlib
import threading

import pytest

from plynx_jupyter.errors import StorageError
from plynx_jupyter.metadata.memory import MemoryMetadata
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.services.uploads import begin_upload, file_operation
from plynx_jupyter.storage.filesystem import open_store


@pytest.fixture
def store(tmp_path):
    return open_store(StorageLocation(url=(tmp_path / "store").as_uri()))


@pytest.fixture
def metadata():
    return MemoryMetadata()


def left_over(tmp_path):
    return list((tmp_path / "store" / "partial").glob("*"))


async def test_pieces_become_one_artifact_that_its_user_holds(store, metadata, tmp_path):
    pieces = [b"a" * 10, b"", b"b" * (3 << 20), b"c"]
    upload = await begin_upload(store, metadata, "ada")
    for piece in pieces:
        await upload.write(piece)
    assert list(store) == []
    artifact = await upload.finish()
    await upload.discard()
    content = b"".join(pieces)
    assert (artifact.digest, artifact.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    with store.open(artifact.digest) as stream:
        assert stream.read() == content
    assert list(metadata.holders_of(artifact.digest)) == [("upload", "ada")]
    assert left_over(tmp_path) == []


async def test_what_is_discarded_while_it_is_being_written_leaves_nothing(store, metadata, tmp_path):
    upload = await begin_upload(store, metadata, "ada")
    writing, go_on = threading.Event(), threading.Event()
    write = upload._writer.write

    def slow(data):
        writing.set()
        assert go_on.wait(20)
        write(data)

    upload._writer.write = slow
    written = asyncio.create_task(upload.write(b"x" * (2 << 20)))
    assert await asyncio.to_thread(writing.wait, 20)
    discarded = asyncio.create_task(upload.discard())
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(written, discarded)
    assert left_over(tmp_path) == []
    with pytest.raises(StorageError, match="broken off"):
        await upload.write(b"y" * (2 << 20))
    with pytest.raises(StorageError, match="broken off"):
        await upload.finish()
    assert list(store) == []


async def test_a_store_that_fails_is_told_of_and_nothing_is_left(store, metadata, tmp_path):
    upload = await begin_upload(store, metadata, "ada")
    await upload.write(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    objects = tmp_path / "store" / "objects"
    objects.mkdir()
    (objects / digest[:2]).write_text("in the way")
    with pytest.raises(StorageError):
        await upload.finish()
    assert (list(store), left_over(tmp_path)) == ([], [])
    assert list(metadata.holders_of(digest)) == []


async def test_an_artifact_becomes_a_file_that_is_ready(store, metadata):
    artifact = store.put_bytes(b"a,b\n")
    operation = file_operation(artifact, title="Table", description="small", file_type="csv")
    assert (operation.kind, operation.title, operation.description) == ("file", "Table", "small")
    assert operation.node_status is OperationStatus.READY
    (output,) = operation.outputs
    (content,) = output.values
    assert (output.name, output.file_type) == ("out", "csv")
    assert (content.digest, content.size_bytes, content.inline) == (artifact.digest, 4, False)
