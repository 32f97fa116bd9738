from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plynx_jupyter.errors import StorageError
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.filesystem import open_store


def test_one_place_has_one_store_in_a_process(tmp_path: Path) -> None:
    nested = {"client": {"names": ["a", "b"]}}
    one = StorageLocation(url=f"memory://{tmp_path.name}", options=nested)
    other = StorageLocation(url=f"memory://{tmp_path.name}", options={"client": {"names": ["a", "c"]}})
    assert open_store(one) is open_store(pickle.loads(pickle.dumps(one)))
    assert open_store(one) is not open_store(other)
    assert open_store(one).location == one


def test_a_location_is_enough_for_another_process(tmp_path: Path) -> None:
    location = StorageLocation(url=(tmp_path / "st öre").as_uri())
    digest = open_store(location).put_bytes(b"seen from elsewhere").digest
    code = (
        "import pickle, sys; from plynx_jupyter.storage.filesystem import open_store;"
        "store = open_store(pickle.loads(bytes.fromhex(sys.argv[1])));"
        "sys.stdout.write(store.open(sys.argv[2]).read().decode())"
    )
    arguments = [sys.executable, "-c", code, pickle.dumps(location).hex(), digest]
    assert subprocess.run(arguments, check=True, capture_output=True).stdout == b"seen from elsewhere"


def test_a_plain_path_is_a_location_too(tmp_path: Path) -> None:
    store = open_store(StorageLocation(url=str(tmp_path / "plain")))
    path = store.local_path(store.put_bytes(b"data").digest)
    assert path is not None
    assert path.is_relative_to(tmp_path / "plain")


def test_an_unknown_protocol_is_said() -> None:
    with pytest.raises(StorageError, match=r"nosuch://place can't be opened: .*nosuch"):
        open_store(StorageLocation(url="nosuch://place"))


def test_a_missing_plug_in_is_said_with_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['s3fs'] = None\n"
        "from plynx_jupyter.errors import StorageError\n"
        "from plynx_jupyter.model.job import StorageLocation\n"
        "from plynx_jupyter.storage.filesystem import open_store\n"
        "try: open_store(StorageLocation(url='s3://bucket/home'))\n"
        "except StorageError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "pip install 'plynx-jupyter[s3]'" in done.stdout


def test_opening_a_folder_needs_no_fsspec(tmp_path: Path) -> None:
    code = (
        "import sys; from plynx_jupyter.model.job import StorageLocation\n"
        "from plynx_jupyter.storage.filesystem import open_store\n"
        f"open_store(StorageLocation(url={(tmp_path / 'store').as_uri()!r})).put_bytes(b'x')\n"
        "print('fsspec' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"False\n"


@pytest.mark.parametrize("scheme", ["memory", "file"])
def test_many_threads_open_the_same_store(tmp_path: Path, scheme: str) -> None:
    location = StorageLocation(url=f"{scheme}://{tmp_path}/store")
    everybody = threading.Barrier(8)

    def put(number: int) -> str:
        everybody.wait(30)
        return open_store(location).put_bytes(b"%d" % number).digest

    with ThreadPoolExecutor(8) as threads:
        digests = set(threads.map(put, range(8)))
    assert {found.digest for found in open_store(location)} == digests
