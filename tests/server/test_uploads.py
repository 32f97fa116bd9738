"""Uploads to a real server: artifacts as they are and forms, of any length, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import socket
import subprocess
import time
from urllib.parse import urlsplit

import psutil
import pytest

from tests.server.conftest import TOKEN, Server, bash_node

MIB = 1 << 20
LIMIT = 300 * MIB


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(
        tmp_path_factory.mktemp("server"),
        "--PlynxApp.backend=inline",
        "--ServerApp.max_body_size=1000000",
        f"--PlynxApp.max_upload_bytes={LIMIT}",
    )
    yield made.start()
    made.stop()


class Connection:
    """A plain socket, so that a test decides what is sent when."""

    def __init__(self, server, head):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        path = urlsplit(server.url).path
        self.send(head.replace(" /", f" {path}", 1).replace("\n", "\r\n").encode())

    def send(self, data):
        self.socket.sendall(data)

    def status(self):
        """Return the status of the next reply, interim ones too; 0 when the connection was closed."""
        line = self.socket.makefile("rb").readline()
        return int(line.split()[1]) if line else 0

    def reply(self):
        reply = http.client.HTTPResponse(self.socket)
        reply.begin()
        with reply:
            return reply.status, json.loads(reply.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def head(path, *lines, length=None, method="POST"):
    known = [] if length is None else [f"Content-Length: {length}"]
    all_lines = [
        f"{method} /{path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: token {TOKEN}",
        *known,
        *lines,
    ]
    return "\n".join(all_lines) + "\n\n"


def stored(server):
    return {path.name for path in (server.folder / "plynx" / "artifacts" / "objects").glob("*/*")}


def partial(server):
    return list((server.folder / "plynx" / "artifacts" / "partial").glob("*"))


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def form(*parts, end=True):
    """Return a form's body; a part is a name, a content, and maybe a file name."""
    body = b""
    for name, content, *file_name in parts:
        named = f'; filename="{file_name[0]}"' if file_name else ""
        body += f'--limit\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
        body += (content if isinstance(content, bytes) else content.encode()) + b"\r\n"
    return body + b"--limit--\r\n" if end else body


def send_form(server, body, method="POST"):
    headers = {"Content-Type": "multipart/form-data; boundary=limit"}
    return server.call(method, "upload_file", body, headers=headers)


def test_a_body_becomes_an_artifact_named_by_its_digest(server):
    for content in (b"hello", b"", b"x" * (3 * MIB + 1)):
        status, _, body = server.call("POST", "resources", content)
        digest = hashlib.sha256(content).hexdigest()
        assert (status, body) == (200, {"status": "SUCCESS", "digest": digest, "size_bytes": len(content)})
        assert server.call("GET", f"resources/{digest}")[2] == content
    until(lambda: partial(server) == [])


def test_a_body_of_unknown_length_is_taken_in_chunks(server):
    with Connection(server, head("resources", "Transfer-Encoding: chunked")) as connection:
        for piece in (b"unknown ", b"length"):
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")
        status, body = connection.reply()
    assert (status, body["digest"]) == (200, hashlib.sha256(b"unknown length").hexdigest())


def test_a_body_that_is_cut_off_leaves_nothing(server):
    before = stored(server)
    boundary = "Content-Type: multipart/form-data; boundary=limit"
    opening = form(("data", b"", "a.bin"), end=False)[:-2]
    for path, lines, first in (("resources", (), b""), ("upload_file", (boundary,), opening)):
        with Connection(server, head(path, *lines, length=8 * MIB)) as connection:
            connection.send(first + b"y" * (4 * MIB))
            until(lambda: any(file.stat().st_size >= 2 * MIB for file in partial(server)))
        until(lambda: partial(server) == [])
    with Connection(server, head("resources", "Transfer-Encoding: chunked")) as connection:
        connection.send(b"5\r\nhello\r\n")
        until(lambda: len(partial(server)) == 1)
    until(lambda: partial(server) == [])
    assert stored(server) == before
    assert server.call("GET", "health")[0] == 200


@pytest.mark.parametrize("path", ["resources", "upload_file"])
def test_who_may_not_upload_is_told_before_the_body_is_sent(server, path):
    request = head(
        path, "Expect: 100-continue", "Content-Type: multipart/form-data; boundary=b", length=9 * MIB
    )
    if path == "resources":
        request = request.replace("multipart/form-data; boundary=b", "application/octet-stream")
    for wrong in ("", "Authorization: token wrong\n", "Authorization: Bearer plynx_wrong\n"):
        with Connection(server, request.replace(f"Authorization: token {TOKEN}\n", wrong)) as connection:
            assert connection.reply()[0] == 403
    with Connection(server, request) as connection:
        assert connection.status() == 100
    until(lambda: partial(server) == [])


def test_a_cookie_alone_isnt_enough_to_upload(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    path = urlsplit(server.url).path
    connection.request("GET", f"{path}plugins?token={TOKEN}")
    reply = connection.getresponse()
    reply.read()
    cookies = [value.split(";")[0] for name, value in reply.getheaders() if name == "Set-Cookie"]
    cookie = "; ".join(cookies)
    connection.request("GET", f"{path}plugins", headers={"Cookie": cookie})
    reply = connection.getresponse()
    assert (reply.status, bool(reply.read())) == (200, True)
    before = stored(server)
    connection.request("POST", f"{path}resources", b"forged", headers={"Cookie": cookie})
    reply = connection.getresponse()
    assert (reply.status, "_xsrf" in reply.read().decode()) == (403, True)
    connection.close()
    assert stored(server) == before
    xsrf = next((c.partition("=")[2] for c in cookies if c.startswith("_xsrf=")), None)
    if xsrf is not None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        headers = {"Cookie": cookie, "X-XSRFToken": xsrf}
        connection.request("POST", f"{path}resources", b"meant", headers=headers)
        assert connection.getresponse().status == 200
        connection.close()


def test_a_body_over_the_limit_is_refused_in_words_whether_its_length_is_known_or_not(server):
    before = stored(server)
    with Connection(server, head("resources", length=LIMIT + 1)) as connection:
        status, body = connection.reply()
    assert (status, body["code"]) == (413, "too_large")
    assert str(LIMIT) in body["message"]
    with Connection(server, head("resources", "Transfer-Encoding: chunked")) as connection:
        chunk = b"%x\r\n%s\r\n" % (MIB, bytes(MIB))
        for _ in range(LIMIT // MIB):
            connection.send(chunk)
        connection.send(b"1\r\nx\r\n")
        status, body = connection.reply()
    assert (status, body["code"]) == (413, "too_large")
    until(lambda: partial(server) == [])
    assert stored(server) == before


def test_what_isnt_plain_content_is_refused(server):
    for headers in ({"Content-Encoding": "gzip"}, {"Content-Type": "multipart/form-data; boundary=b"}):
        assert server.call("POST", "resources", b"x", headers=headers)[0] == 415
    assert server.call("POST", "upload_file", b"x", headers={"Content-Type": "text/plain"})[0] == 415
    for method in ("GET", "PUT", "DELETE"):
        assert server.call(method, "resources")[0] == 405
    for method in ("GET", "DELETE"):
        assert server.call(method, "upload_file")[0] == 405


def test_the_example_of_the_documentation_makes_a_file_that_runs_in_a_graph(server, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    done = subprocess.run(
        [
            "curl", "--silent", "-X", "POST", f"{server.url}upload_file", "-H", f"Authorization: token {TOKEN}",
            "-H", "Content-Type: multipart/form-data", "-F", f"data=@{tmp_path / 'a.csv'}", "-F", "title=report",
            "-F", "description=2019", "-F", "file_type=csv", "-F", "node_kind=basic-file",
        ],
        capture_output=True, check=True,
    )  # fmt: skip
    reply = json.loads(done.stdout)
    assert reply["node"] == reply["data"]
    node = reply["node"]
    assert (node["title"], node["description"], node["kind"]) == ("report", "2019", "file")
    assert (node["node_status"], node["outputs"][0]["file_type"]) == ("READY", "csv")
    assert server.call("GET", f"nodes/{node['_id']}")[2]["data"]["outputs"] == node["outputs"]

    reader = bash_node("reader", "wc -l < {{ inputs.i }} > {{ outputs.o }}")
    reader["inputs"] = [{"name": "i"}]
    made = server.call("POST", "graphs", {"graph": {"title": "Reads", "nodes": [reader]}, "action": "SAVE"})[
        2
    ]
    graph_id = made["graph"]["_id"]
    placed = server.call("POST", f"graphs/{graph_id}/nodes/insert_node", {"node_id": node["_id"]})[2][
        "node_id"
    ]
    link = {"from": {"node_id": placed, "resource": "out"}, "to": {"node_id": "reader", "resource": "i"}}
    assert server.call("POST", f"graphs/{graph_id}/nodes/create_link", link)[0] == 200
    run = server.finished(server.call("POST", f"graphs/{graph_id}/approve")[2]["run_id"])
    assert run["status"] == "SUCCESS", run
    output = run["nodes"]["reader"]["outputs"]["o"][0]
    assert server.call("GET", f"resources/{output['digest']}")[2].strip() == b"2"


def test_parts_of_a_form_come_in_any_order_and_the_files_name_stands_in_for_what_is_left_out(server):
    content = "é,b\n1,2\n".encode()
    parts = [("data", content, "numbers.csv"), ("title", "Übersicht"), ("file_type", "csv")]
    for order in (parts, parts[::-1]):
        node = send_form(server, form(*order), "PUT")[2]["node"]
        assert (node["title"], node["outputs"][0]["file_type"]) == ("Übersicht", "csv")
    node = send_form(server, form(("data", content, "numbers.csv")))[2]["node"]
    assert (node["title"], node["outputs"][0]["file_type"]) == ("numbers.csv", "csv")


def test_all_that_is_wrong_with_a_form_is_said_at_once_and_nothing_is_stored(server):
    before = stored(server)
    content = ("data", b"not to be stored", "a.csv")
    cases = (
        ([("title", "x")], {"data"}),
        ([content, ("data", b"again", "b.csv")], {"data"}),
        ([content, ("datum", "x"), ("file_type", "no-such-type"), ("node_kind", "python")],
         {"datum", "file_type", "node_kind"}),
        ([content, ("file_type", "int")], {"file_type"}),
        ([("title", "t" * 1001), ("description", "d" * 20_001), content], {"title", "description"}),
        ([("description", "d" * (70 * 1024)), ("title", b"\xff\xfe"), content], {"description", "title"}),
        ([("title", "a"), ("title", "b"), content], {"title"}),
        ([("title", ""), content], {"title"}),
    )  # fmt: skip
    for parts, wrong in cases:
        status, _, body = send_form(server, form(*parts))
        assert (status, {found["where"] for found in body["data"]["problems"]}) == (400, wrong), parts
        assert all(name in body["message"] for name in wrong)
    until(lambda: partial(server) == [])
    assert stored(server) == before


def test_what_cant_be_read_as_a_form_is_refused_and_nothing_is_stored(server):
    before = stored(server)
    whole = form(("title", "t"), ("data", b"content", "a.csv"))
    many = form(*[(f"field{n}", "x") for n in range(60)], ("data", b"c", "a"))
    long_header = b"--limit\r\nX-Long: " + b"x" * 40_000 + b"\r\n\r\n\r\n--limit--\r\n"
    for body in (
        b"",
        b"no form",
        whole[:-12],
        whole[: len(whole) // 2],
        many,
        long_header,
        b"--limit\r\n\r\n",
    ):
        status, _, reply = send_form(server, body)
        assert (status, reply["code"]) == (400, "invalid_input"), body[:60]
    headers = {"Content-Type": "multipart/form-data"}
    assert server.call("POST", "upload_file", whole, headers=headers)[0] == 400
    until(lambda: partial(server) == [])
    assert stored(server) == before


def test_a_form_is_the_same_however_it_is_cut_into_pieces(server):
    content = b"\r\n--limi\r\n--limit" + bytes(range(256)) + b"\r\n-"
    body = form(("title", "pieces"), ("data", content.replace(b"\r\n--limit", b"\r\n--limix"), "a.bin"))
    expected = hashlib.sha256(content.replace(b"\r\n--limit", b"\r\n--limix")).hexdigest()
    for size in (1, 7):
        lines = ("Content-Type: multipart/form-data; boundary=limit",)
        with Connection(server, head("upload_file", *lines, length=len(body))) as connection:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(body), size):
                connection.send(body[start : start + size])
            status, reply = connection.reply()
        assert status == 200
        assert reply["node"]["outputs"][0]["values"][0]["digest"] == expected


def test_the_servers_memory_doesnt_grow_with_what_passes_through(server):
    pieces, piece = 256, bytes(range(256)) * (MIB // 256)
    digest = hashlib.sha256()
    small = server.call("POST", "resources", b"warm")[2]["digest"]
    server.call("GET", f"resources/{small}")
    process = psutil.Process(server.process.pid)
    start = highest = process.memory_info().rss
    with Connection(server, head("resources", length=pieces * MIB)) as connection:
        for n in range(pieces):
            connection.send(piece)
            digest.update(piece)
            if n % 8 == 0:
                highest = max(highest, process.memory_info().rss)
        status, body = connection.reply()
    assert (status, body["digest"], body["size_bytes"]) == (200, digest.hexdigest(), pieces * MIB)
    with Connection(server, head(f"resources/{body['digest']}", method="GET")) as connection:
        # A reader that takes its time: what it hasn't taken must not gather in the server.
        reply = http.client.HTTPResponse(connection.socket)
        reply.begin()
        got, first = hashlib.sha256(), reply.read(MIB)
        got.update(first)
        for n in range(1, pieces):
            got.update(reply.read(MIB))
            if n % 8 == 1:
                highest = max(highest, process.memory_info().rss)
        assert reply.read() == b""
        reply.close()
    assert got.hexdigest() == digest.hexdigest()
    assert highest - start < 64 * MIB


def test_an_upload_that_stops_for_a_while_holds_nobody_up(server):
    with Connection(server, head("resources", length=2 * MIB)) as slow:
        slow.send(b"z" * MIB)
        slows = [Connection(server, head("resources", length=2)) for _ in range(40)]
        assert server.call("POST", "resources", io.BytesIO(b"quick").read())[0] == 200
        slow.send(b"z" * MIB)
        assert slow.reply()[0] == 200
        for connection in slows:
            connection.socket.close()
    until(lambda: partial(server) == [])
