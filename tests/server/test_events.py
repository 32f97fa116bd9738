"""The websocket of events, and a server that is killed and started again."""

from __future__ import annotations

import asyncio
import json

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.server.conftest import TOKEN, Server, bash_node


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
    "message", ["nonsense", "[]", "{}", '{"subscribe": "nobody"}', '{"subscribe": 1, "after": "x"}']
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
