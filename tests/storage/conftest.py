"""The stores that the contract holds for, each with a way to damage what is in it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.base import ArtifactStore
from plynx_jupyter.storage.filesystem import open_store
from plynx_jupyter.storage.memory import MemoryStore


@dataclass
class Opened:
    """A store, and how to write other bytes in the place of an artifact behind its back."""

    store: ArtifactStore
    overwrite: Callable[[Digest, bytes], None]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a real server of the S3 protocol on this machine."""
    from moto.server import ThreadedMotoServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3_bucket(s3_endpoint: str) -> str:
    """A bucket of the server."""
    import s3fs

    s3fs.S3FileSystem(**s3_options(s3_endpoint), skip_instance_cache=True).mkdir("artifacts")
    return "artifacts"


@pytest.fixture
def s3_location(s3_endpoint: str, s3_bucket: str) -> StorageLocation:
    """A new place in the bucket."""
    return StorageLocation(
        url=f"s3://{s3_bucket}/{secrets.token_hex(4)}/home", options=s3_options(s3_endpoint)
    )


def s3_options(endpoint: str) -> dict[str, Any]:
    return {
        "key": "test",
        "secret": "test",
        "client_kwargs": {"endpoint_url": endpoint, "region_name": "eu-central-1"},
    }


@pytest.fixture(params=["memory", "folder", "s3", "fsspec local"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    if request.param == "memory":
        return _in_memory()
    if request.param == "folder":
        return _in_folder(tmp_path / "a store")
    if request.param == "s3":
        return _elsewhere(request.getfixturevalue("s3_location"))
    # A file system on which a put isn't seen whole: it has to go by a name of its own.
    return _elsewhere(StorageLocation(url=f"local://{tmp_path}/elsewhere"))


@pytest.fixture
def store(opened: Opened) -> ArtifactStore:
    return opened.store


@pytest.fixture
def folder_store(tmp_path: Path) -> ArtifactStore:
    return _in_folder(tmp_path / "a store").store


def _in_memory() -> Opened:
    store = MemoryStore()

    def overwrite(digest: Digest, data: bytes) -> None:
        path = f"objects/{digest[:2]}/{digest[2:]}"
        store._objects[path] = (data, store._objects[path][1])

    return Opened(store, overwrite)


def _in_folder(folder: Path) -> Opened:
    store = open_store(StorageLocation(url=folder.as_uri()))

    def overwrite(digest: Digest, data: bytes) -> None:
        path = store.local_path(digest)
        assert path is not None
        path.chmod(0o644)
        path.write_bytes(data)

    return Opened(store, overwrite)


def _elsewhere(location: StorageLocation) -> Opened:
    import fsspec

    def overwrite(digest: Digest, data: bytes) -> None:
        fs, root = fsspec.url_to_fs(location.url, **dict(location.options))
        path = f"{root}/objects/{digest[:2]}/{digest[2:]}"
        if fs.protocol[0] == "file":
            Path(path).chmod(0o644)
        fs.pipe_file(path, data)

    return Opened(open_store(location), overwrite)
