"""Artifacts as a real server gives them out: for download, as documents in a sandbox, as previews."""

from __future__ import annotations

import base64
import http.client
import os
import time
from urllib.parse import quote, urlsplit

import psutil
import pytest

from tests.server.conftest import TOKEN

CONTENT = b"0123456789"
FOREVER = "private, max-age=31536000, immutable"
HTML = b"<!doctype html><script>alert(1)</script><p>text</p>"


def uploaded(server, content):
    status, _, body = server.call("POST", "resources", content)
    assert status == 200, body
    return body["digest"]


@pytest.fixture
def digest(server):
    return uploaded(server, CONTENT)


def get(server, digest, query="", method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.call(method, f"resources/{digest}{query}", headers=named)


def raw(server, path, method="GET"):
    """Ask for a path exactly as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest(method, urlsplit(server.url).path + path, skip_accept_encoding=True)
        connection.putheader("Authorization", f"token {TOKEN}")
        connection.endheaders()
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def policies(headers):
    return headers.get_all("Content-Security-Policy")


def test_an_artifact_is_a_download_that_never_runs_as_a_page(server):
    for content in (HTML, b""):
        status, headers, body = get(server, uploaded(server, content))
        assert (status, body) == (200, content)
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == FOREVER
        assert headers["Content-Length"] == str(len(content))
        assert "sandbox; default-src 'none'" in policies(headers)
        assert "frame-ancestors 'self'" in policies(headers)[0]


def test_a_browser_that_has_an_artifact_isnt_sent_it_again(server, digest):
    etag = get(server, digest)[1]["ETag"]
    assert etag == f'"{digest}"'
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        status, headers, body = get(server, digest, If_None_Match=known)
        assert (status, body, headers["ETag"], headers["Cache-Control"]) == (304, b"", etag, FOREVER)
    assert get(server, digest, If_None_Match='"other"')[0] == 200
    assert get(server, "0" * 64, If_None_Match="*")[0] == 404


def test_head_tells_what_get_would(server, digest):
    status, headers, body = get(server, digest, method="HEAD")
    assert (status, body) == (200, b"")
    for name in ("Content-Length", "ETag", "Content-Type", "Accept-Ranges", "Content-Disposition"):
        assert headers[name] == get(server, digest)[1][name]
    status, headers, body = get(server, digest, method="HEAD", Range="bytes=2-4")
    assert (status, headers["Content-Length"], headers["Content-Range"], body) == (
        206,
        "3",
        "bytes 2-4/10",
        b"",
    )
    assert get(server, digest, method="HEAD", If_None_Match=f'"{digest}"')[0] == 304
    assert raw(server, f"resources/{'0' * 64}", "HEAD") == (404, b"")


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=-99", 206, CONTENT),
        ("bytes=5-999999999999999999", 206, b"56789"),
        ("Bytes= 1-1 ", 206, b"1"),
        ("bytes=0-1,4-5", 200, CONTENT),
        ("bytes=4-2", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
        ("items=0-1", 200, CONTENT),
        ("bytes=" + "9" * 5000 + "-", 200, CONTENT),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_ranges(server, digest, asked, status, content):
    got, headers, body = get(server, digest, Range=asked)
    assert got == status
    if status == 206:
        assert headers["Content-Length"] == str(len(content))
    if content is None:
        assert (headers["Content-Range"], body["code"]) == ("bytes */10", "range")
        assert "ETag" not in headers or digest not in headers["ETag"]
    else:
        assert body == content


def test_a_range_is_given_only_of_the_same_artifact(server, digest):
    assert get(server, digest, Range="bytes=0-1", If_Range=f'"{digest}"')[0] == 206
    for other in ('"other"', f'W/"{digest}"', "Sat, 29 Oct 1994 19:43:31 GMT"):
        assert get(server, digest, Range="bytes=0-1", If_Range=other)[0] == 200


def test_names_for_downloads_cant_add_headers(server, digest):
    wanted = 'Größe "a"\r\nSet-Cookie: x=1;../\u202eexe.csv'
    headers = get(server, digest, f"?filename={quote(wanted)}")[1]
    disposition = headers["Content-Disposition"]
    assert "Set-Cookie" not in headers or "x=1" not in headers["Set-Cookie"]
    assert disposition.isascii()
    assert disposition.startswith('attachment; filename="Gr__e _a_Set-Cookie_ x=1_.._exe.csv"')
    assert disposition.endswith("filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_a_Set-Cookie_%20x%3D1%3B.._exe.csv")
    assert get(server, digest, "?filename=%ff")[0] == 400
    assert (
        get(server, digest, "?filename=..")[1]["Content-Disposition"]
        == f'attachment; filename="{digest[:12]}"'
    )
    long = get(server, digest, f"?filename={'n' * 3000}.parquet")[1]["Content-Disposition"]
    assert len(long) < 500
    assert long.endswith(".parquet")


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("file_type", "content", "content_type"),
    [
        ("html", HTML, "text/html"),
        ("image", PNG, "image/png"),
        ("image", b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        ("image", b"RIFF\0\0\0\0WEBPrest", "image/webp"),
        ("svg", SVG, "image/svg+xml"),
        ("image", SVG, "image/svg+xml"),
        ("pdf", b"%PDF-1.7\n", "application/pdf"),
        ("text", HTML, "text/plain; charset=utf-8"),
        ("csv", b"a,b\n", "text/plain; charset=utf-8"),
    ],
)
def test_a_document_is_shown_in_a_sandbox_without_scripts(server, file_type, content, content_type):
    status, headers, body = get(
        server, uploaded(server, content), f"?view=true&file_type={file_type}&filename=a.b"
    )
    assert (status, body) == (200, content)
    assert headers["Content-Type"] == content_type
    assert headers["Content-Disposition"].startswith("inline; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    jupyters, ours = policies(headers)
    assert "frame-ancestors" in jupyters
    if file_type != "pdf":  # browsers' viewers don't work in a sandbox
        assert ours.startswith("sandbox; default-src 'none';")
    assert "allow-scripts" not in ours
    assert "script-src" not in ours


@pytest.mark.parametrize(
    ("file_type", "content"),
    [
        ("image", HTML),
        ("pdf", HTML),
        ("svg", b"svg"),
        ("executable", b"#!"),
        ("no such%s", b"x"),
        ("file", HTML),
    ],
)
def test_what_isnt_what_it_is_said_to_be_isnt_shown(server, file_type, content):
    status, _, body = get(server, uploaded(server, content), f"?view=true&file_type={quote(file_type)}")
    assert (status, body["code"]) == (415, "unsupported_media_type")


def test_previews_are_bundles_of_bounded_size(server):
    table = b"a,b\n" + b"1,2\n" * 400_000
    digest = uploaded(server, table)
    status, headers, body = get(server, digest, "?preview=true&file_type=csv")
    assert (status, body["size_bytes"]) == (200, len(table))
    assert len(body["data"]["application/json"]["rows"]) == 100
    assert headers["Content-Type"].startswith("application/json")
    assert get(server, digest, "?preview=true&thumbnail=true&file_type=csv")[2]["data"]["application/json"]
    assert get(server, digest, "?preview=true&thumbnail=true&file_type=pdf")[2]["data"] is None
    page = get(server, uploaded(server, HTML), "?preview=true&file_type=html")[2]["data"]
    assert "<script>" not in page["text/html"]
    assert page["metadata"]["sandbox"] is True
    assert get(server, digest, "?preview=true&file_type=never-heard-of")[2]["data"]["text/plain"].startswith(
        "a,b"
    )
    wrong = get(server, uploaded(server, PNG), "?preview=true&file_type=csv")
    assert (wrong[0], wrong[2]["status"]) == (200, "SUCCESS")


@pytest.mark.parametrize(
    "path",
    [
        "0" * 64,
        "{upper}",
        "{digest}%0a",
        "{digest}%00",
        "{digest}.partial",
        " {digest}",
        "../resources/{digest}x",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "objects%2f{head}%2f{tail}",
        "..",
        ".",
        "%ff%fe",
    ],
)
def test_nothing_but_a_digest_is_looked_for(server, path):
    digest = uploaded(server, b"digits and letters \xe9")
    made = path.format(digest=digest, upper=digest.upper(), head=digest[:2], tail=digest[2:])
    status, body = raw(server, f"resources/{made.replace(' ', '%20')}")
    assert status in (400, 404), (status, body[:200])
    assert b"root:" not in body


def test_a_link_or_pipe_in_the_store_isnt_followed(server, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    objects = server.folder / "plynx" / "artifacts" / "objects"
    link, pipe = "ab" * 32, "cd" * 32
    for name in (link, pipe):
        (objects / name[:2]).mkdir(parents=True, exist_ok=True)
    (objects / link[:2] / link[2:]).symlink_to(secret)
    os.mkfifo(objects / pipe[:2] / pipe[2:])
    for name in (link, pipe):
        for query in ("", "?preview=true", "?view=true&file_type=text"):
            status, _, body = get(server, name, query)
            assert (status, body["code"]) == (404, "storage.artifact_missing")


def test_many_readers_that_leave_early_leave_nothing_open(server):
    digest = uploaded(server, bytes(8 << 20))
    process = psutil.Process(server.process.pid)
    before = process.num_fds()
    logged = (server.folder / "server.log").stat().st_size
    connections = []
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request(
            "GET",
            f"{urlsplit(server.url).path}resources/{digest}",
            headers={"Authorization": f"token {TOKEN}"},
        )
        reply = connection.getresponse()
        assert len(reply.read(1000)) == 1000
        connections.append((connection, reply))
    for connection, reply in connections:
        reply.close()
        connection.close()
    deadline = time.monotonic() + 20
    while process.num_fds() > before + 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert get(server, digest, Range="bytes=0-0")[2] == b"\0"
    log = (server.folder / "server.log").read_text()[logged:]
    assert "StreamClosedError" not in log
    assert "Uncaught exception" not in log
