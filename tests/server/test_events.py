"""The websocket of events, and a server that is killed and started again."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
import sys
from datetime import datetime
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from plynx_jupyter.graph.document import dumps, from_dict
from plynx_jupyter.metadata.sql.store import open_metadata
from tests.server.conftest import bash_node
from tests.server_process import TOKEN, Server


def request(server, **headers):
    url = server.url.replace("http", "ws") + "events"
    return HTTPRequest(url, headers={"Authorization": f"token {TOKEN}", **headers})


async def hear_until(socket, condition, seconds=60):
    heard = []

    async def hear():
        while not (heard and condition(heard[-1])):
            heard.append(json.loads(await socket.read_message()))

    await asyncio.wait_for(hear(), seconds)
    return heard


async def closed(socket):
    socket.close()
    while await socket.read_message() is not None:
        pass


def is_end(message):
    return message["kind"] == "event" and message["event"]["type"] == "run_finished"


async def approve(server, graph):
    body = await asyncio.to_thread(
        server.call, "POST", "graphs", {"graph": graph, "action": ["SAVE", "APPROVE"]}
    )
    return body[2]["run_id"]


async def test_events_and_log_lines_arrive_in_order_and_a_second_listener_catches_up(server):
    talk = bash_node("talk", "for i in 1 2 3; do echo line $i; sleep 0.3; done; echo > {{ outputs.o }}")
    run_id = await approve(server, {"title": "Talk", "nodes": [talk]})
    socket = await websocket_connect(request(server))
    await socket.write_message(json.dumps({"subscribe": run_id}))
    heard = await hear_until(socket, is_end)
    events = [message for message in heard if message["kind"] == "event"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    printed = "".join(m["text"] for m in heard if m["kind"] == "log" and m["stream"] == "stdout")
    assert "line 3\n" in printed
    await socket.write_message(json.dumps({"subscribe": run_id, "after": len(events) - 2}))
    late = await hear_until(socket, is_end)
    assert [message["sequence"] for message in late] == [len(events) - 1, len(events)]
    await closed(socket)


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        "[]",
        "{}",
        '{"subscribe": "nobody"}',
        '{"subscribe": 1}',
        '{"subscribe": "a", "after": "x"}',
        '{"subscribe": "a", "before": 1}',
        '{"subscribe": "*", "subscribe_graph": "a"}',
        "[" * 60_000,
        '{"subscribe_graph": "nobody"}',
        '{"subscribe_graph": "*"}',
        '{"subscribe": ""}',
    ],
)
async def test_a_request_that_cannot_be_served_is_told_and_the_socket_stays_open(server, message):
    socket = await websocket_connect(request(server))
    for _ in range(2):
        await socket.write_message(message)
        assert json.loads(await asyncio.wait_for(socket.read_message(), 10))["kind"] == "error"
    await closed(socket)


async def test_the_anonymous_and_other_origins_are_refused(server):
    url = server.url.replace("http", "ws") + "events"
    with pytest.raises(HTTPClientError) as caught:
        await websocket_connect(url)
    assert caught.value.code == 403
    with pytest.raises(HTTPClientError) as caught:
        await websocket_connect(HTTPRequest(url, headers={"Origin": "http://elsewhere.example"}))
    assert caught.value.code == 403


async def test_a_run_goes_on_after_the_server_was_killed_and_nothing_that_had_finished_runs_twice(tmp_path):
    trace, go = tmp_path / "trace", tmp_path / "go"
    first = bash_node("first", f"echo first >> {trace}; echo 1 > {{{{ outputs.o }}}}")
    held = bash_node(
        "held",
        f"echo held >> {trace}; until test -e {go}; do sleep 0.05; done; cat {{{{ inputs.i }}}} > {{{{ outputs.o }}}}",
        [("i", "first")],
    )
    server = Server(tmp_path)
    try:
        await asyncio.to_thread(server.start)
        run_id = await approve(server, {"title": "Survivor", "nodes": [first, held]})
        while not trace.exists() or trace.read_text().split() != ["first", "held"]:
            await asyncio.sleep(0.05)
        server.process.kill()
        server.process.wait()
        go.touch()
        await asyncio.to_thread(server.start)
        run = await asyncio.to_thread(server.finished, run_id, 110)
        assert run["status"] == "SUCCESS"
        assert trace.read_text().split() == ["first", "held", "held"]
    finally:
        await asyncio.to_thread(server.stop)


# -- listeners that come and go, and that don't read ---------------------------------------------------


class RawSocket:
    """A websocket client that does nothing by itself: no pongs, no reading ahead, and it can be torn off."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, server):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=1024)
        lines = [
            "GET /base/plynx/api/v0/events HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", f"Authorization: token {TOKEN}",
        ]  # fmt: skip
        writer.write("\r\n".join([*lines, "", ""]).encode())
        assert b"101" in await reader.readline()
        while (await reader.readline()).strip():
            pass
        return cls(reader, writer)

    async def send(self, opcode, payload=b""):
        assert len(payload) < 126
        self._writer.write(bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        await self._writer.drain()

    async def say(self, **request):
        await self.send(TEXT, json.dumps(request).encode())

    async def frame(self):
        """The next frame's opcode and content; (CLOSE, b"") at the end."""
        try:
            first, length = await self._reader.readexactly(2)
            if length > 125:
                length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), "big")
            return first & 0x0F, await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return CLOSE, b""

    async def message(self):
        while True:
            opcode, content = await asyncio.wait_for(self.frame(), 60)
            assert opcode != CLOSE
            if opcode == TEXT:
                return json.loads(content)

    async def cut(self):
        """Tear the connection off, without a word."""
        self._writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def sequences(heard):
    return [message["sequence"] for message in heard if message["kind"] == "event"]


async def test_a_listener_whose_connection_is_cut_again_and_again_hears_every_event_once(server):
    nodes = [bash_node("n0", "echo cut > {{ outputs.o }}")]
    for number in range(1, 8):
        code = f"cat {{{{ inputs.i }}}} > {{{{ outputs.o }}}}; echo {number}"
        nodes.append(bash_node(f"n{number}", code, [("i", f"n{number - 1}")]))
    run_id = await approve(server, {"title": "Cut", "nodes": nodes})
    heard, cuts = [], 0
    while not (heard and is_end(heard[-1])):
        listener = await RawSocket.connect(server)
        await listener.say(subscribe=run_id, after=len(sequences(heard)))
        while not (heard and is_end(heard[-1])):
            heard.append(await listener.message())
            if len(heard) > 5 * (cuts + 1):
                break
        await listener.cut()
        cuts += 1
    assert cuts > 3
    stored = (await asyncio.to_thread(server.call, "GET", f"runs/{run_id}/events"))[2]["events"]
    assert sequences(heard) == [event["sequence"] for event in stored] == list(range(1, len(stored) + 1))


def memory_bytes(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


async def test_listeners_that_do_not_read_hold_nothing_back_and_cost_little(server):
    line = "x" * 200
    code = f"for i in $(seq 10000); do echo {line}; done; echo > {{{{ outputs.o }}}}"
    nodes = [bash_node(f"loud{number}", f"true {number}; {code}") for number in range(2)]
    warm_up = await approve(server, {"title": "Loud", "nodes": nodes})
    await asyncio.to_thread(server.finished, warm_up)
    listeners = [await RawSocket.connect(server) for _ in range(10)]
    before = memory_bytes(server.process)
    graph = {"title": "Loud", "nodes": nodes}
    graph_id = (await asyncio.to_thread(server.call, "POST", "graphs", {"graph": graph}))[2]["graph"]["_id"]
    reply = await asyncio.to_thread(server.call, "POST", f"graphs/{graph_id}/approve", {"use_cache": False})
    run_id = reply[2]["run_id"]
    for listener in listeners:
        await listener.say(subscribe=run_id)
    assert (await asyncio.to_thread(server.finished, run_id))["status"] == "SUCCESS"
    assert memory_bytes(server.process) - before < 48 * 1024 * 1024
    heard = []
    while not (heard and is_end(heard[-1])):
        heard.append(await listeners[0].message())
    assert sequences(heard) == list(range(1, len(sequences(heard)) + 1))
    for listener in listeners:
        await listener.cut()


async def test_a_line_is_heard_while_the_operation_that_printed_it_still_runs(server, tmp_path):
    go = tmp_path / "go"
    code = f"echo I am here; until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}"
    run_id = await approve(server, {"title": "Live", "nodes": [bash_node("a", code)]})
    listener = await RawSocket.connect(server)
    await listener.say(subscribe=run_id)
    text = ""
    while "I am here" not in text:
        message = await listener.message()
        text += message["text"] if message["kind"] == "log" else ""
        assert not is_end(message)
    go.touch()
    while not is_end(await listener.message()):
        pass
    await listener.cut()


async def test_a_listener_that_answers_pings_stays_and_one_that_does_not_is_let_go(tmp_path):
    settings = "--ServerApp.tornado_settings={'ws_ping_interval': 50, 'ws_ping_timeout': 400}"
    server = Server(tmp_path, "--PlynxApp.backend=inline", settings)
    try:
        await asyncio.to_thread(server.start)
        listener = await RawSocket.connect(server)
        for _ in range(20):  # for longer than the server waits
            opcode, content = await asyncio.wait_for(listener.frame(), 10)
            assert opcode == PING
            await listener.send(PONG, content)

        async def left_alone():
            while (await listener.frame())[0] != CLOSE:
                pass

        await asyncio.wait_for(left_alone(), 10)
        await listener.cut()
    finally:
        await asyncio.to_thread(server.stop)


# -- what happens elsewhere ----------------------------------------------------------------------------


async def say(socket, **request):
    await socket.write_message(json.dumps(request))


async def hear(socket, kind, seconds=30, **fields):
    """The next message of a kind, about a run if ``run_id`` is given; others are passed over."""

    def fits(message):
        about = message.get("run", message)
        return message["kind"] == kind and all(about.get(name) == value for name, value in fields.items())

    return (await hear_until(socket, fits, seconds))[-1]


async def save(server, graph):
    return (await asyncio.to_thread(server.call, "POST", "graphs", {"graph": graph}))[2]["graph"]


async def test_a_graphs_listener_hears_of_saves_and_of_its_runs_and_of_nothing_else(server, graph):
    mine, other = await save(server, graph), await save(server, {**graph, "title": "Other"})
    socket = await websocket_connect(request(server))
    await say(socket, subscribe_graph=mine["_id"])
    first = await hear(socket, "graph", graph_id=mine["_id"])
    assert (first["update_date"], first["runs"]) == (mine["update_date"], [])
    await save(server, other)
    again = await save(server, mine)
    heard = json.loads(await asyncio.wait_for(socket.read_message(), 30))
    assert heard == {"kind": "graph_changed", "graph_id": mine["_id"], "update_date": again["update_date"]}
    await asyncio.to_thread(server.call, "POST", f"graphs/{other['_id']}/approve")
    reply = await asyncio.to_thread(server.call, "POST", f"graphs/{mine['_id']}/approve")
    heard = await hear_until(socket, lambda message: message["kind"] == "run_finished")
    assert {message["run"]["_id"] for message in heard if "run" in message} == {reply[2]["run_id"]}
    await say(socket, unsubscribe_graph=mine["_id"])
    await closed(socket)


async def test_a_graphs_listener_hears_of_what_another_program_saves_and_removes(server, graph):
    mine = await save(server, graph)
    socket = await websocket_connect(request(server))
    await say(socket, subscribe_graph=mine["_id"])
    await hear(socket, "graph")
    metadata = open_metadata(f"sqlite:///{server.folder / 'plynx' / 'plynx.sqlite'}")
    try:
        stored = metadata.save_graph(metadata.load_graph(mine["_id"]))
        heard = await hear(socket, "graph_changed", graph_id=mine["_id"])
        assert datetime.fromisoformat(heard["update_date"].replace("Z", "+00:00")) == stored.update_date
        metadata.delete_graph(mine["_id"])
    finally:
        metadata.close()
    assert (await hear(socket, "graph_removed", graph_id=mine["_id"]))["update_date"] is None
    await closed(socket)


async def test_the_list_of_runs_is_live_also_when_its_reader_comes_in_the_middle(server, tmp_path):
    go = tmp_path / "go"
    held = bash_node("held", f"until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}")
    run_id = await approve(server, {"title": "In the middle", "nodes": [held]})
    socket = await websocket_connect(request(server))
    await say(socket, subscribe="*")
    first = json.loads(await asyncio.wait_for(socket.read_message(), 30))
    assert first["kind"] == "runs"
    assert run_id in [run["_id"] for run in first["runs"]]
    go.touch()
    finished = (await hear(socket, "run_finished", _id=run_id))["run"]
    assert (finished["status"], finished["counts"]) == ("SUCCESS", {"SUCCESS": 1})
    assert finished["finished_at"] is not None
    await closed(socket)


async def test_a_run_of_the_command_line_on_the_same_home_is_seen_live(server, tmp_path):
    go, document = tmp_path / "go", tmp_path / "elsewhere.plynx"
    held = bash_node("held", f"until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}")
    quick = bash_node("quick", "cat {{ inputs.i }} > {{ outputs.o }}", [("i", "held")])
    document.write_text(dumps(from_dict({"_id": "e1", "title": "Elsewhere", "nodes": [held, quick]})))
    socket = await websocket_connect(request(server))
    await say(socket, subscribe="*")
    await hear(socket, "runs")
    command = [sys.executable, "-m", "plynx_jupyter", "run", str(document), "--backend", "inline", "--json"]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "PLYNX_HOME": str(server.folder / "plynx")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        run_id = (await hear(socket, "run_started", title="Elsewhere"))["run"]["_id"]
        await say(socket, subscribe=run_id)
        await hear_until(
            socket, lambda m: m["kind"] == "event" and m["event"]["type"] == "node_started", seconds=30
        )
        go.touch()
        ends = {"event", "run_finished"}  # of two subscriptions: in no order

        def is_last(message):
            if is_end(message) or message["kind"] == "run_finished":
                ends.discard(message["kind"])
            return not ends

        heard = await hear_until(socket, is_last)
        assert [m["run"]["counts"] for m in heard if m["kind"] == "run_finished"] == [{"SUCCESS": 2}]
    finally:
        go.touch()
        output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, output
    await closed(socket)


async def test_one_socket_has_no_more_than_so_many_subscriptions_but_runs_that_ended_do_not_count(server):
    node = bash_node("a", "echo > {{ outputs.o }}")
    run_id = await approve(server, {"title": "Ended", "nodes": [node]})
    graphs = [(await save(server, {"title": str(number)}))["_id"] for number in range(3)]
    socket = await websocket_connect(request(server))
    await say(socket, subscribe=run_id)
    await hear_until(socket, is_end)
    for _ in range(201):  # again and again: one takes the place of the other
        await say(socket, subscribe_graph=graphs[0])
        await hear(socket, "graph", graph_id=graphs[0])
    for graph_id in graphs:
        await say(socket, subscribe_graph=graph_id)
        await hear(socket, "graph", graph_id=graph_id)
    await closed(socket)
