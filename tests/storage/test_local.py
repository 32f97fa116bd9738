from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from plynx_jupyter.errors import ArtifactMissingError, StorageError
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.base import ArtifactStore
from plynx_jupyter.storage.local import LocalStore


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_an_artifact_is_a_read_only_file_named_by_its_digest(folder_store: ArtifactStore) -> None:
    digest = folder_store.put_bytes(b"content").digest
    path = folder_store.local_path(digest)
    assert path is not None
    assert path.parts[-3:] == ("objects", digest[:2], digest[2:])
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_content_put_again_counts_as_new_for_a_clean_up(folder_store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    digest = folder_store.put_bytes(b"content").digest
    path = folder_store.local_path(digest)
    assert path is not None
    for put in (
        lambda: folder_store.put_bytes(b"content"),
        lambda: folder_store.put_file(tmp_path / "file"),
        lambda: folder_store.put_stream(io.BytesIO(b"content")),
    ):
        os.utime(path, (0, 0))
        put()
        [found] = folder_store
        assert found.modified is not None
        assert found.modified.year > 2000


def test_damage_is_healed_by_the_same_bytes(folder_store: ArtifactStore) -> None:
    digest = folder_store.put_bytes(b"content").digest
    path = folder_store.local_path(digest)
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(b"contend")
    folder_store.put_bytes(b"content")
    assert path.read_bytes() == b"content"


def test_a_record_torn_by_a_power_failure_is_not_there(folder_store: ArtifactStore, tmp_path: Path) -> None:
    folder_store.put_record("attempt", b'{"done": true}')
    path = tmp_path / "a store" / "records" / "attempt"
    whole = path.read_bytes()
    path.chmod(0o644)
    for torn in (b"", whole[:10], whole[:-1], whole + b"\0", b"\0" * len(whole)):
        path.write_bytes(torn)
        assert folder_store.get_record("attempt") is None
    path.write_bytes(whole)
    assert folder_store.get_record("attempt") == b'{"done": true}'


def test_two_processes_write_the_same_content_at_once(folder_store: ArtifactStore) -> None:
    code = (
        "import io, sys\n"
        "from plynx_jupyter.model.job import StorageLocation\n"
        "from plynx_jupyter.storage.filesystem import open_store\n"
        "store = open_store(StorageLocation(url=sys.argv[1]))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for _ in range(5):\n"
        "    for n in range(20): store.put_stream(io.BytesIO(b'%d' % n * 10_000))\n"
    )
    arguments = [sys.executable, "-c", code, folder_store.location.url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen(arguments, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert sorted(found.size_bytes for found in folder_store) == [10_000] * 10 + [20_000] * 10


WRITER_THAT_NEVER_ENDS = """
import sys
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.filesystem import open_store

class Endless:
    written = 0
    def read(self, size):
        self.written += size
        if self.written > 4_000_000:
            print("half way", flush=True)
            sys.stdin.read()
        return b"x" * size

open_store(StorageLocation(url=sys.argv[1])).put_stream(Endless())
"""


def test_a_writer_killed_half_way_leaves_nothing_visible_and_its_rest_is_removed_in_time(
    tmp_path: Path,
) -> None:
    location = StorageLocation(url=(tmp_path / "store").as_uri())
    arguments = [sys.executable, "-c", WRITER_THAT_NEVER_ENDS, location.url]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half way\n"
        writer.send_signal(signal.SIGKILL)
    store = LocalStore(location)
    assert list(store) == []
    [rest] = files(tmp_path / "store")
    assert rest.stat().st_size > 0
    assert files(tmp_path / "store") == [rest]  # it may still be somebody's at work
    os.utime(rest, (0, 0))
    LocalStore(location)
    assert files(tmp_path / "store") == []


WRITER_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from plynx_jupyter.errors import ArtifactMissingError, StorageError
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.storage.filesystem import open_store

store = open_store(StorageLocation(url=sys.argv[1]))
digest = store.put_bytes(b"x" * 300_000).digest
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for use in (
    lambda: store.put_bytes(b"y" * 300_000),
    lambda: store.put_file(Path(sys.argv[2])),
    lambda: store.put_record("attempt", b"z" * 300_000),
    lambda: store.fetch(digest, Path(sys.argv[3], "copy")),
):
    try:
        use()
    except StorageError as error:
        print(error)
assert store.get_record("attempt") is None
assert [found.digest for found in store] == [digest]
"""


def test_without_room_nothing_is_stored_and_the_full_place_is_named(tmp_path: Path) -> None:
    # The limit on the size of files makes writes fail as a full disk does, half-way and for real.
    location = StorageLocation(url=(tmp_path / "store").as_uri())
    (tmp_path / "big").write_bytes(b"b" * 300_000)
    (tmp_path / "work").mkdir()
    arguments = [sys.executable, "-c", WRITER_WITHOUT_ROOM, location.url, tmp_path / "big", tmp_path / "work"]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    messages = done.stdout.splitlines()
    assert len(messages) == 4
    for message in messages[:3]:
        assert message.startswith(f"The artifact storage {location.url} has no room")
        assert "jupyter plynx cache clean" in message
    assert messages[3].startswith(f"The folder {tmp_path / 'work'} has no room")
    assert list((tmp_path / "work").iterdir()) == []
    assert len(files(tmp_path / "store")) == 1


def test_a_folder_that_refuses_is_named(tmp_path: Path) -> None:
    # A file where the folder should be is refused even to root.
    (tmp_path / "store").write_text("a file")
    location = StorageLocation(url=(tmp_path / "store").as_uri())
    with pytest.raises(StorageError, match=f"{location.url} failed: .*Not a directory"):
        LocalStore(location).put_bytes(b"data")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that refuses even root")
def test_a_folder_without_permission_is_named() -> None:
    store = LocalStore(StorageLocation(url="file:///sys/kernel/plynx"))
    with pytest.raises(StorageError, match=r"file:///sys/kernel/plynx refuses: .*Check its permissions"):
        store.put_bytes(b"data")


def test_big_content_is_never_held_in_memory(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from plynx_jupyter.model.job import StorageLocation\n"
        "from plynx_jupyter.storage.filesystem import open_store\n"
        "store = open_store(StorageLocation(url=sys.argv[1]))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "digest = store.put_file(Path(sys.argv[2])).digest\n"
        "store.fetch(digest, Path(sys.argv[2] + '-copy'))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    with (tmp_path / "big").open("wb") as big:
        big.truncate(100 << 20)
    arguments = [sys.executable, "-c", code, (tmp_path / "store").as_uri(), str(tmp_path / "big")]
    done = subprocess.run(arguments, check=True, capture_output=True)
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit_bytes < 10 << 20


def test_a_link_in_the_place_of_an_artifact_leads_elsewhere_and_counts_as_missing(
    folder_store: ArtifactStore, tmp_path: Path
) -> None:
    digest = folder_store.put_bytes(b"content").digest
    place = folder_store.local_path(digest)
    assert place is not None
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    place.unlink()
    place.symlink_to(secret)
    with pytest.raises(ArtifactMissingError):
        folder_store.open(digest)
    with pytest.raises(ArtifactMissingError):
        folder_store.fetch(digest, tmp_path / "copy")
    assert (folder_store.local_path(digest), folder_store.existing([digest]), list(folder_store)) == (
        None,
        set(),
        [],
    )
    folder_store.delete([digest])
    assert secret.read_bytes() == b"secret"
    assert folder_store.put_bytes(b"content").digest == digest
    with folder_store.open(digest) as stream:
        assert stream.read() == b"content"
