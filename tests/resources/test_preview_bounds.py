"""Content made to take much memory or time, or to run something, when it is looked at."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest

from plynx_jupyter.resources.base import PreviewObject, preview_of, thumbnail_of
from plynx_jupyter.resources.registry import get_resource

MIB = 1 << 20
MEASURE = """
import json, resource, sys
from pathlib import Path
from plynx_jupyter.resources.base import PreviewObject, preview_of, thumbnail_of
from plynx_jupyter.resources.registry import get_resource
kind = get_resource(sys.argv[1])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "darwin" else 1024) / 1024
small = PreviewObject.of_path(Path(sys.argv[2]))
preview_of(kind, small)  # what the type imports doesn't count
before = peak()
content = PreviewObject.of_path(Path(sys.argv[3]))
bundle = preview_of(kind, content)
thumbnail_of(kind, content)
print(json.dumps({"grew": peak() - before, "sent": len(json.dumps(bundle)), "metadata": bundle["metadata"]}))
"""


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def parquet(rows):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table({"a": rows}), buffer, compression="zstd")
    return buffer.getvalue()


def archive(count):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for number in range(count):
            made.writestr(f"{number:06d}", b"")
    return buffer.getvalue()


CASES = {
    "a line of separators": ("csv", b"a,b\n1,2\n", lambda: b"," * (4 * MIB)),
    "many short rows": ("csv", b"a,b\n1,2\n", lambda: b"1\n" * (2 * MIB)),
    "a picture of one colour": ("image", png(1, 1), lambda: png(9000, 9000)),
    "a cell of one letter": ("parquet", None, lambda: parquet(["x" * (100 * MIB)])),
    "many names": ("directory", archive(1), lambda: archive(40_000)),
    "many keys": ("json", b"{}", lambda: json.dumps(dict.fromkeys(map(str, range(80_000)))).encode()),
    "many cells": ("notebook", b'{"cells":[]}', lambda: b'{"cells":[' + b"{}," * 500_000 + b"{}]}"),
    "deep brackets": ("any", b"1", lambda: b"[" * (2 * MIB)),
}


@pytest.mark.parametrize("name", CASES)
def test_memory_and_what_is_sent_are_bounded(name, tmp_path):
    file_type, small, make = CASES[name]
    (tmp_path / "small").write_bytes(parquet(["x"]) if small is None else small)
    (tmp_path / "bomb").write_bytes(make())
    command = [sys.executable, "-c", MEASURE, file_type, str(tmp_path / "small"), str(tmp_path / "bomb")]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    measured = json.loads(done.stdout)
    assert measured["grew"] < 80, measured
    assert measured["sent"] < MIB


def test_a_parquet_file_that_unpacks_to_very_much_shows_its_columns_alone():
    bundle = preview_of(get_resource("parquet"), PreviewObject.of_bytes(parquet(["x" * (100 * MIB)])))
    assert bundle["application/json"]["columns"] == ["a"]
    assert bundle["application/json"]["rows"] == []
    assert bundle["application/json"]["row_count"] == 1


def test_a_wide_table_tells_how_wide_it_is():
    data = ",".join(f"c{n}" for n in range(5000)) + "\n" + ",".join("1" * 5000) + "\n"
    shown = preview_of(get_resource("csv"), PreviewObject.of_bytes(data.encode()))["application/json"]
    assert (shown["column_count"], len(shown["columns"]), len(shown["rows"][0])) == (5000, 100, 100)
    assert shown["truncated"] is True


def test_a_photo_of_very_many_pixels_is_shown_reduced():
    import PIL.Image

    buffer = io.BytesIO()
    PIL.Image.new("RGB", (8000, 6000)).save(buffer, "JPEG")
    bundle = preview_of(get_resource("image"), PreviewObject.of_bytes(buffer.getvalue()))
    assert "8000 x 6000" in bundle["text/plain"]
    assert "image/png" in bundle


def test_no_program_is_run_to_show_a_picture(tmp_path, monkeypatch):
    ghostscript = tmp_path / "gs"
    ghostscript.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    ghostscript.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    page = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"
    for make in (preview_of, thumbnail_of):
        bundle = make(get_resource("image"), PreviewObject.of_bytes(page))
        assert bundle is None or "it is none of PNG" in bundle["text/plain"]
    assert not (tmp_path / "was-run").exists()


def test_names_in_an_archive_cant_fake_other_lines():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a\n999  b\u202etxt.exe", b"")
    bundle = preview_of(get_resource("directory"), PreviewObject.of_bytes(buffer.getvalue()))
    assert len(bundle["text/plain"].splitlines()) == 2
    assert "\u202e" not in json.dumps(bundle, ensure_ascii=False)


@pytest.mark.parametrize(
    "file_type", ["csv", "parquet", "json", "image", "notebook", "pdf", "directory", "text"]
)
@pytest.mark.parametrize("content", [b"", png(2, 2), b"\xff\xfea\0", b"caf\xe9\n", b"PK\x03\x04", b"%PDF-"])
def test_content_of_another_type_is_shown_somehow(file_type, content):
    bundle = preview_of(get_resource(file_type), PreviewObject.of_bytes(content))
    assert bundle["metadata"] is not None
    assert any(key != "metadata" for key in bundle)
    json.dumps(bundle)
