import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from plynx_jupyter.errors import InvalidInputError, JobFailedError, ParameterValueError
from plynx_jupyter.resources.archive import UnpackLimits, pack, unpack
from plynx_jupyter.resources.directory import Directory
from plynx_jupyter.resources.preview import PreviewObject


def _archive(path: Path, *entries: tuple[str, bytes, int]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, data, mode in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is: the constructor tidies names up
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            zip_file.writestr(info, data)
    return path


def _fill(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_a_folder_goes_from_one_node_to_the_next(tmp_path):  # T4
    output = Directory.prepare_output(str(tmp_path / "d"))["outputs"]
    Path(output, "sub").mkdir()
    Path(output, "sub", "f.txt").write_text("hi\n")
    Path(output, "empty").mkdir()
    stored = Path(Directory.postprocess_output(output))
    fetched = tmp_path / "in"
    fetched.write_bytes(stored.read_bytes())
    folder = Directory.load(Path(Directory.prepare_input(str(fetched))["inputs"]))
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "empty",
        "sub",
        "sub/f.txt",
    ]
    assert (folder / "sub" / "f.txt").read_text() == "hi\n"
    bundle = Directory.preview(PreviewObject.of_path(stored))
    assert [row[0] for row in bundle["application/json"]["rows"]] == ["empty/", "sub/", "sub/f.txt"]
    assert "sub/f.txt" in bundle["text/plain"]
    assert "sub/f.txt" in Directory.thumbnail(PreviewObject.of_path(stored))["text/plain"]


def test_equal_folders_are_equal_bytes(tmp_path):
    names = ["b/2", "a", "b/10", "ä", "c/d/e"]
    _fill(tmp_path / "one", names)
    _fill(tmp_path / "two", names[::-1])
    os.utime(tmp_path / "two" / "a", (0, 0))
    (tmp_path / "two" / "a").chmod(0o600)
    pack(tmp_path / "one", tmp_path / "one.zip")
    pack(tmp_path / "two", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    (tmp_path / "two" / "a").chmod(0o700)
    pack(tmp_path / "two", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() != (tmp_path / "two.zip").read_bytes()


def test_execute_bits_are_kept_and_no_others(tmp_path):
    _fill(tmp_path / "d", ["run", "data"])
    (tmp_path / "d" / "run").chmod(0o4711)
    (tmp_path / "d" / "data").chmod(0o640)
    pack(tmp_path / "d", tmp_path / "d.zip")
    unpack(tmp_path / "d.zip", tmp_path / "back")
    assert stat.S_IMODE((tmp_path / "back" / "run").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "back" / "data").stat().st_mode) == 0o644


def test_links_to_files_are_packed_as_files(tmp_path):
    _fill(tmp_path / "d", ["epoch-3"])
    (tmp_path / "d" / "latest").symlink_to("epoch-3")
    pack(tmp_path / "d", tmp_path / "d.zip")
    unpack(tmp_path / "d.zip", tmp_path / "back")
    assert (tmp_path / "back" / "latest").read_text() == "epoch-3"
    assert not (tmp_path / "back" / "latest").is_symlink()


@pytest.mark.parametrize(("target", "reason"), [("nowhere", "leads nowhere"), (".", "circle")])
def test_links_that_can_not_be_packed_are_named(tmp_path, target, reason):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "link").symlink_to(target)
    with pytest.raises(InvalidInputError, match=f"'link'.*{reason}"):
        pack(tmp_path / "d", tmp_path / "d.zip")


def test_pipes_and_odd_names_are_refused_when_packing(tmp_path):
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "p")
    with pytest.raises(InvalidInputError, match="neither a file nor a folder"):
        pack(tmp_path / "pipe", tmp_path / "d.zip")
    (tmp_path / "name").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "name") + b"/\xff")).write_text("x")
    with pytest.raises(InvalidInputError, match="Unicode"):
        pack(tmp_path / "name", tmp_path / "d.zip")


def test_names_are_packed_when_they_can_be_unpacked(tmp_path):
    names = ["a:1", "c:x/y", "back\\slash", "...", "..x", " ", "line\nend"]
    _fill(tmp_path / "d", names[:-1])
    pack(tmp_path / "d", tmp_path / "d.zip")
    unpack(tmp_path / "d.zip", tmp_path / "back")
    found = {
        str(path.relative_to(tmp_path / "back")) for path in (tmp_path / "back").rglob("*") if path.is_file()
    }
    assert found == set(names[:-1])
    _fill(tmp_path / "e", names[-1:])
    with pytest.raises(InvalidInputError, match="proper name"):
        pack(tmp_path / "e", tmp_path / "e.zip")


REGULAR = stat.S_IFREG | 0o644


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (("/etc/passwd", b"x", REGULAR), "absolute"),
        (("\\windows\\x", b"x", REGULAR), "absolute"),
        (("C:/x", b"x", REGULAR), "absolute"),
        (("../x", b"x", REGULAR), "out of the folder"),
        (("a/../../x", b"x", REGULAR), "out of the folder"),
        (("a\\..\\..\\x", b"x", REGULAR), "out of the folder"),
        (("link", b"/etc/passwd", stat.S_IFLNK | 0o777), "link"),
        (("device", b"", stat.S_IFCHR | 0o666), "device"),
        (("block", b"", stat.S_IFBLK | 0o666), "device"),
        (("pipe", b"", stat.S_IFIFO | 0o666), "device, pipe"),
        (("socket", b"", stat.S_IFSOCK | 0o666), "socket"),
        ((".", b"x", REGULAR), "proper name"),
        (("line\nend", b"x", REGULAR), "proper name"),
    ],
)
def test_unsafe_entries_are_refused_and_nothing_is_written(tmp_path, entry, reason):
    archive = _archive(tmp_path / "d.zip", ("good", b"x", REGULAR), entry)
    with pytest.raises(InvalidInputError, match=reason):
        unpack(archive, tmp_path / "in" / "d")
    assert [path.name for path in tmp_path.rglob("*")] == ["d.zip"]


def test_a_link_followed_by_an_entry_under_it_can_not_escape(tmp_path):
    archive = _archive(tmp_path / "d.zip", ("a", b"/tmp", stat.S_IFLNK | 0o777), ("a/evil", b"x", REGULAR))
    with pytest.raises(InvalidInputError, match="link"):
        unpack(archive, tmp_path / "d")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_that_exclude_each_other_are_refused(tmp_path):
    twice = _archive(tmp_path / "twice.zip", ("a", b"1", REGULAR), ("a", b"2", REGULAR))
    under = _archive(tmp_path / "under.zip", ("a", b"1", REGULAR), ("a/b", b"2", REGULAR))
    with pytest.raises(InvalidInputError, match="twice"):
        unpack(twice, tmp_path / "one")
    with pytest.raises(InvalidInputError, match="exclude"):
        unpack(under, tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_too_many_entries_are_refused(tmp_path):
    archive = _archive(tmp_path / "d.zip", *((f"{i}", b"", REGULAR) for i in range(11)))
    with pytest.raises(InvalidInputError, match="11 entries"):
        unpack(archive, tmp_path / "d", UnpackLimits(max_entries=10))


def test_too_many_bytes_are_refused(tmp_path):
    archive = _archive(tmp_path / "d.zip", ("a", b"x" * 600, REGULAR), ("b", b"x" * 600, REGULAR))
    with pytest.raises(InvalidInputError, match="1200 bytes"):
        unpack(archive, tmp_path / "d", UnpackLimits(max_bytes=1000))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    archive = _archive(tmp_path / "d.zip", ("zeros", bytes(80_000_000), REGULAR))
    with pytest.raises(InvalidInputError, match="times larger"):
        unpack(archive, tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_a_bomb_that_lies_about_its_size_fills_nothing(tmp_path):
    archive = _archive(tmp_path / "d.zip", ("zeros", bytes(1_000_000), REGULAR))
    true_size, lie = (1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(true_size, lie))
    with pytest.raises(InvalidInputError):
        unpack(archive, tmp_path / "d", UnpackLimits(max_bytes=100))
    assert not (tmp_path / "d").exists()


def test_the_limits_come_from_the_environment():
    limits = UnpackLimits.from_environment({"PLYNX_UNPACK_MAX_ENTRIES": "5", "PLYNX_UNPACK_MAX_RATIO": "2.5"})
    assert limits == UnpackLimits(max_entries=5, max_ratio=2.5)
    with pytest.raises(InvalidInputError, match="PLYNX_UNPACK"):
        UnpackLimits.from_environment({"PLYNX_UNPACK_MAX_BYTES": "much"})


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_zip_is_refused(tmp_path, data):
    (tmp_path / "d").write_bytes(data)
    with pytest.raises(InvalidInputError, match="zip"):
        Directory.prepare_input(str(tmp_path / "d"))


def test_a_damaged_zip_leaves_nothing_half_unpacked(tmp_path):
    _fill(tmp_path / "d", ["a", "b"])
    pack(tmp_path / "d", tmp_path / "d.zip")
    data = (tmp_path / "d.zip").read_bytes()
    (tmp_path / "d.zip").write_bytes(data.replace(b"b", b"X", 2))
    with pytest.raises(InvalidInputError):
        unpack(tmp_path / "d.zip", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_an_input_that_is_a_link_into_the_store_leaves_the_store_alone(tmp_path):
    _fill(tmp_path / "d", ["a"])
    pack(tmp_path / "d", tmp_path / "store")
    before = (tmp_path / "store").read_bytes()
    (tmp_path / "in").symlink_to(tmp_path / "store")
    assert Path(Directory.prepare_input(str(tmp_path / "in"))["inputs"], "a").read_text() == "a"
    assert (tmp_path / "store").read_bytes() == before


def test_previewing_a_command_touches_no_files(tmp_path):
    assert Directory.prepare_input(str(tmp_path / "i"), True) == {"inputs": str(tmp_path / "i")}
    assert Directory.prepare_output(str(tmp_path / "o"), True) == {"outputs": str(tmp_path / "o")}
    assert list(tmp_path.iterdir()) == []


def test_a_function_may_return_a_folder(tmp_path):
    _fill(tmp_path / "made", ["x/y"])
    Directory.prepare_output(str(tmp_path / "out"))
    Directory.dump(tmp_path / "made", tmp_path / "out")
    Directory.dump(tmp_path / "out", tmp_path / "out")  # what it wrote in place
    assert (tmp_path / "out" / "x" / "y").read_text() == "x/y"
    assert (tmp_path / "made").exists()
    for wrong in ("text", b"x", 1, tmp_path / "missing", tmp_path):
        with pytest.raises(ParameterValueError):
            Directory.dump(wrong, tmp_path / "out")


def test_a_folder_replaced_by_a_file_is_reported(tmp_path):
    (tmp_path / "d").write_text("x")
    with pytest.raises(JobFailedError, match="isn't a folder"):
        Directory.postprocess_output(str(tmp_path / "d"))


def test_names_are_escaped_and_a_bomb_is_only_listed(tmp_path):
    archive = _archive(tmp_path / "d.zip", ("<b>x", bytes(50_000_000), REGULAR))
    bundle = Directory.preview(PreviewObject.of_path(archive))
    assert "<b>" not in bundle["text/html"]
    assert bundle["metadata"]["size_bytes"] == 50_000_000


def test_the_listing_of_a_large_archive_reads_and_shows_little(tmp_path, counted):
    path = tmp_path / "d.zip"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with zipfile.ZipFile(path, "a") as zip_file:
        for index in range(2000):
            zip_file.writestr(f"file-{index}", b"x")
    preview_object, counter = counted(lambda: path.open("rb"), path.stat().st_size, max_rows=10)
    bundle = Directory.preview(preview_object)
    assert counter.bytes_read < 1_000_000
    assert len(bundle["application/json"]["rows"]) == 10
    assert bundle["metadata"]["entries"] == 2000
    tight, counter = counted(lambda: path.open("rb"), path.stat().st_size, max_bytes=70_000)
    assert "too large" in Directory.preview(tight)["metadata"]["note"]
    assert counter.bytes_read <= 70_000


def test_what_is_no_zip_is_previewed_as_broken():
    bundle = Directory.preview(PreviewObject.of_bytes(b"no zip"))
    assert "error" in bundle["metadata"]
    assert Directory.thumbnail(PreviewObject.of_bytes(b"no zip")) is None


def test_an_empty_folder_stays_an_empty_folder(tmp_path):
    output = Directory.prepare_output(str(tmp_path / "d"))["outputs"]
    stored = Directory.postprocess_output(output)
    assert zipfile.is_zipfile(io.BytesIO(Path(stored).read_bytes()))
    unpack(Path(stored), tmp_path / "back")
    assert list((tmp_path / "back").iterdir()) == []
