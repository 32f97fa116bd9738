"""What only clients of a server meet: wrong tokens, servers that are gone or come back, addresses, interrupts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from plynx_jupyter.client import Client, File, Graph
from plynx_jupyter.client.remote import RemoteConnection
from plynx_jupyter.client.rest import server_address
from plynx_jupyter.errors import InvalidInputError, NotAuthenticatedError, ServerError
from plynx_jupyter.graph.grouping import group
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.model.status import NodeRunStatus, RunStatus
from tests.server_process import TOKEN, Server, free_port

UNTIL = "until test -e {go}; do sleep 0.02; done; echo > {{{{ outputs.o }}}}"


def held(client, bash, go):
    """Start a run that ends when there is a file."""
    run = Graph(client, nodes=[bash(UNTIL.format(go=go), "held")]).run()
    end = time.monotonic() + 30
    while run["held"].status is not NodeRunStatus.RUNNING:
        assert time.monotonic() < end
        time.sleep(0.02)
    return run


@contextmanager
def serving(made):
    """Let an HTTP server serve on a thread of its own; yields its address."""
    thread = threading.Thread(target=made.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_address[1]}/"
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


# -- who asks, and whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["wrong", ""])
def test_a_wrong_token_is_told_with_what_to_do(server, token):
    with Client(server.base, token) as client:
        for ask in (client.list_runs, lambda: client.wait(RunId("r"))):
            with pytest.raises(NotAuthenticatedError, match=rf"{server.base} .*(token|asks).*PLYNX_TOKEN"):
                ask()


@pytest.mark.parametrize(
    "page", ["", "lab?token={token}", "tree/x/y.ipynb?token={token}", "plynx/api/v0/health"]
)
def test_any_address_of_the_server_will_do(server, page, monkeypatch):
    monkeypatch.setenv("PLYNX_TOKEN", TOKEN)
    with Client(server.base + page.format(token=TOKEN)) as client:
        assert client.list_runs(Query(per_page=1))[1] >= 0


def test_an_address_that_is_none_is_refused():
    for url in ("ftp://x/", "http://", "::"):
        with pytest.raises(InvalidInputError, match="isn't the address of a server"):
            server_address(url)


def test_the_server_or_this_process_has_to_be_chosen(tmp_path):
    with pytest.raises(InvalidInputError, match="one or the other"):
        Client("http://localhost:1/", home=tmp_path)


def test_a_server_that_is_gone_is_told_with_where_and_what_to_do():
    url = f"http://127.0.0.1:{free_port()}/"
    with (
        Client(url, "t") as client,
        pytest.raises(ServerError, match=rf"{url} can't be reached.*running") as caught,
    ):
        client.list_runs()
    assert caught.value.data["url"] == url


@pytest.mark.parametrize(
    ("status", "headers", "error", "words"),
    [
        (404, {}, ServerError, "no PLynx API.*server extension list"),
        (200, {}, ServerError, "no PLynx API"),
        (302, {"Location": "/login?next=x"}, NotAuthenticatedError, "PLYNX_TOKEN"),
        (301, {"Location": "https://there/"}, ServerError, "use the address it is really at"),
        (503, {}, ServerError, "isn't there just now"),
    ],
)
def test_whatever_else_answers_is_told_of(status, headers, error, words):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {"Content-Length": "6", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_):
            pass

    with (
        serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url,
        Client(url, "t") as client,
        pytest.raises(error, match=words) as caught,
    ):
        client.list_runs()
    assert url in str(caught.value)


# -- servers that go away and come back ------------------------------------------------------------------


def test_a_wait_goes_on_while_the_server_is_started_again(tmp_path, bash):
    go = tmp_path / "go"
    server = Server(tmp_path, "--PlynxApp.backend=inline")
    try:
        server.start()
        with Client(server.base, TOKEN) as client:
            run = held(client, bash, go)
            heard = []
            client.subscribe(heard.append, run.id)
            ended = []
            waiting = threading.Thread(target=lambda: ended.append(client.wait(run.id)))
            waiting.start()
            server.process.kill()
            server.process.wait()
            go.touch()
            server.start()
            waiting.join(60)
            assert [record.status for record in ended] == [RunStatus.SUCCESS]
            sequences = [message.sequence for message in heard if isinstance(message, RecordedEvent)]
            assert sequences == list(range(1, len(sequences) + 1))
    finally:
        server.stop()


def test_a_wait_ends_when_the_server_stays_away(tmp_path, bash):
    server = Server(tmp_path, "--PlynxApp.backend=inline")
    try:
        server.start()
        connection = RemoteConnection(server.base, TOKEN, patience_seconds=0.5)
        with Client(server.base, TOKEN) as client:
            run = held(client, bash, tmp_path / "go")
        threading.Timer(0.2, server.process.kill).start()
        with pytest.raises(ServerError, match=rf"{server.base} (can't be reached|broke)"):
            connection.wait(run.id)
        connection.close()
        (tmp_path / "go").touch()
    finally:
        server.stop()


def test_an_interrupt_ends_the_wait_at_once_and_leaves_the_run_going(server, bash, tmp_path, remote):
    run = held(remote, bash, tmp_path / "go")
    program = f"""
from plynx_jupyter.client import Client, Run
run = Run({run.id!r}, Client({server.base!r}, {TOKEN!r}))
print("waiting", flush=True)
run.wait(progress=False)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "waiting\n"
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
        assert time.monotonic() - began < 5
        assert "KeyboardInterrupt" in complaint
    finally:
        process.kill()
        process.communicate()
    assert run.status is RunStatus.RUNNING
    (tmp_path / "go").touch()
    assert run.wait(progress=False).status is RunStatus.SUCCESS


# -- what stands between ---------------------------------------------------------------------------------


class Proxy(ThreadingTCPServer):
    """Passes connections on to a server, but for websockets, which don't get through many a proxy."""

    def __init__(self, port):
        self.port = port
        self.upgrades = 0
        super().__init__(("127.0.0.1", 0), ProxyHandler)


class ProxyHandler(BaseRequestHandler):
    def handle(self):
        asked = self.request.recv(1 << 16)
        if b"upgrade: websocket" in asked.lower():
            self.server.upgrades += 1
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            there.sendall(asked)
            back = threading.Thread(target=self.pass_on, args=(there, self.request))
            back.start()
            self.pass_on(self.request, there)
            back.join()

    @staticmethod
    def pass_on(source, destination):
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                destination.sendall(piece)
            destination.shutdown(socket.SHUT_WR)


def test_events_are_polled_for_where_websockets_do_not_get_through(server, bash, tmp_path):
    proxy = Proxy(server.port)
    with serving(proxy) as url, Client(f"{url}base/", TOKEN) as client:
        everything = []
        client.subscribe(everything.append)
        run = held(client, bash, tmp_path / "go")
        heard = []
        end = client.subscribe(heard.append, run.id)
        (tmp_path / "go").touch()
        assert client.wait(run.id).status is RunStatus.SUCCESS
        end()
        sequences = [message.sequence for message in heard if isinstance(message, RecordedEvent)]
        assert sequences == list(range(1, len(sequences) + 1))
        deadline = time.monotonic() + 20
        # It isn't told when following begins: runs are started until one is heard of.
        while not everything:
            assert time.monotonic() < deadline
            Graph(client, nodes=[bash("echo > {{ outputs.o }}", "quick")]).run().wait(progress=False)
        assert proxy.upgrades >= 3


# -- uploads ---------------------------------------------------------------------------------------------


def test_a_large_file_is_sent_once(server, remote, bash, tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(1 << 20) * 3)
    node = bash("wc -c < {{ inputs.i }} > {{ outputs.o }}", "n", i=File(path))
    sent = []
    api = remote._connection._api
    upload = api.upload
    api.upload = lambda *arguments: sent.append(arguments) or upload(*arguments)
    for _ in range(2):
        run = Graph(remote, targets=[node]).run().wait(progress=False)
        assert run["n"].outputs["o"].read_bytes().split() == [str(3 << 20).encode()]
    assert len(sent) == 1


def test_files_inside_composites_are_sent_too(remote, bash, tmp_path):
    (tmp_path / "data.txt").write_text("inside")
    node = bash("cat {{ inputs.i }} > {{ outputs.o }}", "n", i=File(tmp_path / "data.txt", node_id="f"))
    grouped = group(Graph(targets=[node]).model, ["f", "n"], "Both", lambda: "both")
    run = Graph.of(grouped, client=remote).run().wait(progress=False)
    assert run["both/n"].outputs["o"].read_bytes() == b"inside"
