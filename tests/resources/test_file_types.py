import base64
import json
import math
import os
import subprocess
from pathlib import Path

import nbformat
import pytest

from plynx_jupyter.errors import InvalidInputError, ParameterValueError
from plynx_jupyter.resources.anything import AnyValue
from plynx_jupyter.resources.base import preview_of, thumbnail_of
from plynx_jupyter.resources.cloud_storage import CloudStorage
from plynx_jupyter.resources.executable import Executable
from plynx_jupyter.resources.file import File
from plynx_jupyter.resources.html_page import Html
from plynx_jupyter.resources.json_file import Json
from plynx_jupyter.resources.notebook import Notebook
from plynx_jupyter.resources.pdf import Pdf
from plynx_jupyter.resources.preview import PreviewObject
from plynx_jupyter.resources.registry import get_resource, known_file_types, raw_file_types
from plynx_jupyter.resources.text import Text

FILE_TYPES = sorted(set(known_file_types()) - set(raw_file_types()) - {"any", "dataframe", "directory"})
SCRIPT = "<script>alert(1)</script>"


def _look(data: bytes | str, name: str = "x", **bounds) -> PreviewObject:
    return PreviewObject.of_bytes(data.encode() if isinstance(data, str) else data, name, **bounds)


# every type


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_a_path_means_its_file_and_functions_see_a_path(file_type, tmp_path):
    resource = get_resource(file_type)
    (tmp_path / "made").write_text('{"path": "s3://b/x"}')
    resource.dump(tmp_path / "made", tmp_path / "out")
    resource.dump(tmp_path / "out", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "made").read_bytes()
    if file_type != "json":
        assert resource.load(tmp_path / "out") == tmp_path / "out"


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_bytes_and_text_are_the_content(file_type, tmp_path):
    resource = get_resource(file_type)
    resource.dump(b'{"path": "b"}', tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b'{"path": "b"}'
    if file_type != "json":
        resource.dump('{"path": "ü"}', tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == '{"path": "ü"}'.encode()


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_a_wrong_value_is_refused_with_the_expected_type(file_type, tmp_path):
    resource = get_resource(file_type)
    with pytest.raises(ParameterValueError, match=f"'{file_type}' has to be .*not object"):
        resource.dump(object(), tmp_path / "out")
    with pytest.raises(ParameterValueError, match="doesn't exist"):
        resource.dump(tmp_path / "missing", tmp_path / "out")
    with pytest.raises(ParameterValueError, match="is a folder"):
        resource.dump(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("file_type", known_file_types())
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\xff" * 100,
        b"{",
        b"[" * 100_000,
        b"PK\x03\x04",
        b"PAR1PAR1",
        b"%PDF-",
        b"<svg",
        b"\xff\xfe\x00",
        b'{"cells": [1]}',
        b'{"cells": [{"source": 1, "outputs": 3}]}',
        b"9" * 5000,
        f'"{SCRIPT}"'.encode(),
        SCRIPT.encode(),
    ],
)
def test_no_content_makes_a_preview_fail_or_unsafe(file_type, data):  # T9
    resource = get_resource(file_type)
    bundle = preview_of(resource, _look(data, SCRIPT))
    assert bundle
    assert SCRIPT not in str(bundle.get("text/html"))
    json.dumps(bundle, allow_nan=False)
    json.dumps(thumbnail_of(resource, _look(data)), allow_nan=False)


@pytest.mark.parametrize("file_type", known_file_types())
@pytest.mark.parametrize(
    "pattern", [b"a line of text\n", b"\x00\x01", b'{"a": [1, 2]},', b"<p>", b"%PDF-1.4 \n"]
)
def test_of_300_megabytes_only_a_bounded_part_is_read_and_sent(file_type, pattern, repeated):
    preview_object, counter = repeated(pattern, max_bytes=500_000, max_rows=20)
    bundle = get_resource(file_type).preview(preview_object)
    assert bundle
    assert counter.bytes_read <= 2 * 500_000  # some look twice: at the kind, then at the content
    assert len(json.dumps(bundle)) < 4_000_000
    get_resource(file_type).thumbnail(preview_object)
    assert counter.bytes_read <= 4 * 500_000


@pytest.mark.parametrize("file_type", known_file_types())
def test_a_sparse_file_of_300_megabytes_has_a_preview(file_type, tmp_path, counted):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(300_000_000)
    preview_object, counter = counted(lambda: (tmp_path / "sparse").open("rb"), 300_000_000)
    assert get_resource(file_type).preview(preview_object)
    assert counter.bytes_read <= 8 * 1024 * 1024


# text and files


def test_text_is_escaped_and_its_encoding_told():
    bundle = Text.preview(_look(f"{SCRIPT} ü"))
    assert bundle["text/plain"] == f"{SCRIPT} ü"
    assert bundle["text/html"] == "<pre>&lt;script&gt;alert(1)&lt;/script&gt; ü</pre>"
    assert bundle["metadata"] == {"encoding": "utf-8", "truncated": False}
    assert Text.preview(_look("ü".encode("utf-16")))["text/plain"] == "ü"
    assert Text.preview(_look(b"caf\xe9"))["metadata"]["encoding"] == "latin-1"


def test_a_character_cut_in_two_is_left_out():
    bundle = Text.preview(_look("ü" * 100, max_bytes=101))
    assert bundle["text/plain"] == "ü" * 50
    assert bundle["metadata"]["truncated"] is True


def test_binary_content_is_shown_in_hexadecimal():
    bundle = File.preview(_look(bytes(range(256)) * 100))
    assert bundle["metadata"]["encoding"] == "binary"
    assert bundle["text/plain"].splitlines()[0].startswith("00000000  00 01 02")
    assert len(bundle["text/plain"].splitlines()) == 16


def test_text_that_is_no_unicode_is_refused(tmp_path):
    with pytest.raises(ParameterValueError, match="Unicode"):
        Text.dump("\ud800", tmp_path / "t")


# json


def test_a_dict_becomes_a_json_file_and_a_dict_again(tmp_path):  # T7
    value = {"foo": "woo", "list": [1, 2.5, None, True], "ü": {"b": 1, "a": 2}}
    Json.dump(value, tmp_path / "f")
    assert Json.load(tmp_path / "f") == value
    assert list(Json.load(tmp_path / "f")["ü"]) == ["b", "a"]
    thumbnail = Json.thumbnail(PreviewObject.of_path(tmp_path / "f"))
    assert thumbnail["text/plain"].splitlines()[:2] == ["{", '  "foo": "woo",']
    assert len(thumbnail["text/plain"].splitlines()) <= 5
    assert Json.preview(PreviewObject.of_path(tmp_path / "f"))["application/json"] == value


def test_json_text_is_a_value_and_bytes_are_the_content(tmp_path):
    Json.dump("text", tmp_path / "f")
    assert Json.load(tmp_path / "f") == "text"
    Json.dump(b"[1]", tmp_path / "f")
    assert Json.load(tmp_path / "f") == [1]
    Json.dump(math.nan, tmp_path / "f")
    assert math.isnan(Json.load(tmp_path / "f"))


def test_what_is_no_json_is_refused_with_its_place(tmp_path):
    (tmp_path / "f").write_text("{\n'a': 1}")
    with pytest.raises(ParameterValueError, match="line 2 column 1"):
        Json.load(tmp_path / "f")
    with pytest.raises(ParameterValueError, match="set"):
        Json.dump({"a": {1}}, tmp_path / "g")


def test_a_deep_and_wide_document_is_cut():
    value: object = "x" * 5000
    for _ in range(50):
        value = [value]
    bundle = Json.preview(_look(json.dumps({"deep": value, "wide": list(range(1000))}), max_rows=10))
    assert len(bundle["text/plain"]) < 2000
    assert bundle["application/json"]["wide"][-1] == "… 990 more"
    assert bundle["metadata"]["truncated"] is True


def test_a_broken_document_is_shown_as_text_with_the_reason():
    bundle = Json.preview(_look(f'{{"a": {SCRIPT}'))
    assert "isn't JSON" in bundle["metadata"]["error"]
    assert SCRIPT in bundle["text/plain"]
    assert SCRIPT not in bundle["text/html"]


# html, pdf, notebook


def test_a_page_is_shown_as_source_and_for_a_sandbox():
    bundle = Html.preview(_look(SCRIPT))
    assert bundle["text/html"] == "<pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>"
    assert bundle["metadata"] == {"sandbox": True, "source": SCRIPT, "truncated": False}


def test_a_pdf_is_sent_when_it_is_within_the_bound():
    data = b"%PDF-1.4\n" + bytes(1000)
    assert base64.b64decode(Pdf.preview(_look(data))["application/pdf"]) == data
    assert "too large" in Pdf.preview(_look(data, max_bytes=1000))["metadata"]["note"]
    assert "error" in Pdf.preview(_look("no pdf"))["metadata"]


def _notebook(*cells) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    )
    notebook.cells = list(cells)
    return notebook


def test_a_notebook_is_shown_with_its_outputs_and_a_summary(tmp_path):
    failed = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    notebook = _notebook(
        nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_code_cell("1/0", outputs=[failed])
    )
    Notebook.dump(notebook, tmp_path / "n")
    bundle = Notebook.preview(PreviewObject.of_path(tmp_path / "n"))
    nbformat.validate(nbformat.from_dict(bundle["application/x-ipynb+json"]))
    assert bundle["text/plain"].startswith("Notebook of 2 cells, kernel Python 3")
    assert "! ValueError: no" in bundle["text/plain"]
    assert bundle["metadata"]["truncated"] is False


def test_a_long_notebook_with_large_outputs_is_bounded():
    large = nbformat.v4.new_output("stream", name="stdout", text="x" * 600_000)
    cells = [nbformat.v4.new_code_cell("print()", outputs=[large]) for _ in range(5)]
    bundle = Notebook.preview(_look(nbformat.writes(_notebook(*cells)), max_rows=3))
    shown = bundle["application/x-ipynb+json"]
    nbformat.validate(nbformat.from_dict(shown))
    assert len(shown["cells"]) == 3
    assert len(json.dumps(shown)) < 10_000
    assert "too large" in shown["cells"][0]["outputs"][0]["text"]


def test_the_thumbnail_of_a_notebook_is_its_last_picture():
    import io

    import PIL.Image

    buffer = io.BytesIO()
    PIL.Image.new("RGB", (600, 300)).save(buffer, "PNG")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
    plot = nbformat.v4.new_output("display_data", data=data)
    notebook = _notebook(nbformat.v4.new_code_cell("plot()", outputs=[plot]), nbformat.v4.new_code_cell("1"))
    thumbnail = Notebook.thumbnail(_look(nbformat.writes(notebook)))
    with PIL.Image.open(io.BytesIO(base64.b64decode(thumbnail["image/png"]))) as picture:
        assert picture.size == (256, 128)
    assert Notebook.thumbnail(_look(nbformat.writes(_notebook()))) is None


# executable


def test_an_executable_can_be_run_after_it_was_fetched(tmp_path):  # T5
    Executable.dump("#!/bin/sh\necho from-exe\n", tmp_path / "e")
    (tmp_path / "e").chmod(0o640)
    program = Executable.prepare_input(str(tmp_path / "e"))["inputs"]
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "from-exe\n"
    assert (tmp_path / "e").stat().st_mode & 0o777 == 0o750
    assert Executable.prepare_input("/no/such/file", True) == {"inputs": "/no/such/file"}


def test_a_linked_executable_leaves_the_stored_file_alone(tmp_path):
    (tmp_path / "store").write_text("#!/bin/sh\n")
    (tmp_path / "store").chmod(0o444)
    (tmp_path / "e").symlink_to("store")
    Executable.prepare_input(str(tmp_path / "e"))
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o444
    assert os.access(tmp_path / "e", os.X_OK)


# cloud storage


def test_a_cloud_reference_is_the_same_on_both_sides(tmp_path, monkeypatch):  # T6
    monkeypatch.setenv("PLYNX_CLOUD_PREFIX", "s3://bucket/prefix/")
    made = CloudStorage.prepare_output(str(tmp_path / "c"))
    found = CloudStorage.prepare_input(CloudStorage.postprocess_output(made["outputs"]))
    assert found == {"inputs": str(tmp_path / "c"), "cloud_inputs": made["cloud_outputs"]}
    assert made["cloud_outputs"].startswith("s3://bucket/prefix/")
    assert CloudStorage.prepare_output(str(tmp_path / "d"))["cloud_outputs"] != made["cloud_outputs"]
    assert json.loads((tmp_path / "c").read_text()) == {"path": made["cloud_outputs"]}
    assert CloudStorage.preview(PreviewObject.of_path(tmp_path / "c"))["text/plain"] == made["cloud_outputs"]


def test_without_a_prefix_the_place_is_a_folder_at_home(tmp_path, monkeypatch):
    monkeypatch.delenv("PLYNX_CLOUD_PREFIX", raising=False)
    monkeypatch.setenv("PLYNX_HOME", str(tmp_path / "home"))
    place = Path(CloudStorage.prepare_output(str(tmp_path / "c"))["cloud_outputs"])
    assert place.parent == tmp_path / "home" / "cloud"
    assert place.is_dir()


def test_previewing_a_command_reserves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PLYNX_CLOUD_PREFIX", str(tmp_path / "cloud"))
    made = CloudStorage.prepare_output(str(tmp_path / "c"), True)
    found = CloudStorage.prepare_input(str(tmp_path / "c"), True)
    assert made["cloud_outputs"] == found["cloud_inputs"]
    assert list(tmp_path.iterdir()) == []


def test_a_function_may_name_the_place(tmp_path):
    CloudStorage.dump("s3://bucket/x", tmp_path / "c")
    assert CloudStorage.prepare_input(str(tmp_path / "c"))["cloud_inputs"] == "s3://bucket/x"


@pytest.mark.parametrize("content", ["", "[]", '{"path": 1}', '{"path": ""}', "{}"])
def test_a_file_that_names_no_place_is_refused(tmp_path, content):
    (tmp_path / "c").write_text(content)
    with pytest.raises(InvalidInputError, match="cloud storage reference"):
        CloudStorage.prepare_input(str(tmp_path / "c"))


# any value


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "is_json"),
    [
        ({"b": [1, 2.0, None, "ü", True], "a": {}}, True),
        ("text", True),
        ((1, 2), False),
        ({1: "int key"}, False),
        ({"a": (1,)}, False),
        ({1, 2}, False),
        (b"bytes", False),
        (math.inf, False),
        ("\ud800", False),
        (1 + 2j, False),
    ],
)
def test_any_value_comes_back_with_its_types(value, is_json, tmp_path):
    AnyValue.dump(value, tmp_path / "v")
    back = AnyValue.load(tmp_path / "v")
    assert (back, type(back)) == (value, type(value))
    assert list(back) == list(value) if isinstance(value, dict) else True
    assert (tmp_path / "v").read_bytes().startswith(b"\x80") is not is_json


def test_functions_and_own_classes_are_any_values_too(tmp_path):
    offset = 3
    AnyValue.dump({"f": lambda x: x + offset}, tmp_path / "f")
    assert AnyValue.load(tmp_path / "f")["f"](1) == 4


def test_a_value_that_can_not_be_pickled_is_refused(tmp_path):
    with (tmp_path / "open").open("w") as file, pytest.raises(ParameterValueError, match="can be pickled"):
        AnyValue.dump(file, tmp_path / "v")


def test_a_value_that_can_not_be_read_back_is_reported(tmp_path):
    (tmp_path / "v").write_bytes(b"\x80\x05broken")
    with pytest.raises(ParameterValueError, match="can't be read back"):
        AnyValue.load(tmp_path / "v")


class Trap:
    def __reduce__(self):
        return os.mkdir, ("trap-was-sprung",)


def test_a_preview_never_runs_a_pickle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    AnyValue.dump(Trap(), tmp_path / "v")
    assert "pickled" in AnyValue.preview(PreviewObject.of_path(tmp_path / "v"))["metadata"]["note"]
    assert AnyValue.thumbnail(PreviewObject.of_path(tmp_path / "v")) is None
    assert not (tmp_path / "trap-was-sprung").exists()
