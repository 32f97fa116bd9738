"""Under JupyterHub: the hub's names, its tokens and cookies, all through its proxy."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

GRAPH = {
    "title": "Under the hub",
    "nodes": [
        {
            "_id": "a", "title": "a", "kind": "bash_jinja2", "outputs": [{"name": "o"}],
            "parameters": [{
                "name": "_cmd", "parameter_type": "code",
                "value": {"mode": "bash", "value": "for i in 1 2 3; do echo line $i; done; echo hi > {{ outputs.o }}"},
            }],
        }
    ],
}  # fmt: skip


def finished(person, run_id):
    deadline = time.monotonic() + 60
    while True:
        run = person.call("GET", f"runs/{run_id}").json()["run"]
        if run["status"] in ("SUCCESS", "FAILED", "CANCELED"):
            return run
        assert time.monotonic() < deadline, run
        time.sleep(0.1)


def test_the_hubs_user_owns_their_server(alice):
    user = alice.call("GET", "users/me").json()["user"]
    assert (user["name"], "IS_ADMIN" in user["policies"]) == ("alice", True)


def test_a_graph_runs_by_a_token_of_the_hub_and_its_output_is_read(alice):
    body = alice.call("POST", "graphs", {"graph": GRAPH, "action": ["SAVE", "APPROVE"]}).json()
    assert body["graph"]["author"] == "alice", body
    run = finished(alice, body["run_id"])
    assert (run["status"], run["author"]) == ("SUCCESS", "alice")
    digest = run["nodes"]["a"]["outputs"]["o"][0]["digest"]
    assert alice.call("GET", f"resources/{digest}").content == b"hi\n"


def test_a_browser_does_the_same_with_its_cookie(alice):
    refused = alice.browser.post(alice.url("search_runs"), json={})
    assert refused.status_code == 403
    headers = {"X-XSRFToken": alice.cookie("/user/alice/"), "Referer": f"{alice.hub.url}/user/alice/lab"}
    body = {"graph": {**GRAPH, "title": "By cookie"}, "action": ["APPROVE"]}
    reply = alice.browser.post(alice.url("graphs"), json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    assert finished(alice, reply.json()["run_id"])["status"] == "SUCCESS"
    assert alice.browser.get(alice.url("users/me")).json()["user"]["name"] == "alice"


async def events_of(socket, run_id):
    """Follow a run to its end; return the sequence numbers of its events."""
    await socket.write_message(json.dumps({"subscribe": run_id}))
    sequences = []
    while True:
        message = json.loads(await asyncio.wait_for(socket.read_message(), 30))
        if message["kind"] == "event":
            sequences.append(message["sequence"])
            if message["event"]["type"] == "run_finished":
                break
    socket.close()
    while await socket.read_message() is not None:
        pass
    return sequences


def websocket(person, owner=None, **headers):
    url = person.url("events", owner).replace("http", "ws", 1)
    return websocket_connect(HTTPRequest(url, headers=headers))


async def test_events_come_through_the_proxy(alice):
    graph = {**GRAPH, "nodes": [json.loads(json.dumps(GRAPH["nodes"][0]))]}
    graph["nodes"][0]["parameters"][0]["value"]["value"] += "; sleep 0.5; echo last"
    started = await asyncio.to_thread(alice.call, "POST", "graphs", {"graph": graph, "action": ["APPROVE"]})
    run_id = started.json()["run_id"]
    by_token = await events_of(await websocket(alice, Authorization=f"token {alice.token}"), run_id)
    by_cookie = await events_of(await websocket(alice, Cookie=alice.cookies(), Origin=alice.hub.url), run_id)
    assert by_token == by_cookie == list(range(1, len(by_token) + 1))


async def test_nobody_else_hears_events_nor_another_site_in_the_users_browser(alice, bob):
    strangers = [
        {},
        {"Authorization": f"token {bob.token}"},
        {"Cookie": bob.cookies(), "Origin": bob.hub.url},
        {"Cookie": alice.cookies(), "Origin": "http://elsewhere.example"},
    ]
    for headers in strangers:
        with pytest.raises(HTTPClientError) as refused:
            await websocket(alice, **headers)
        assert refused.value.code == 403, headers


def test_others_and_the_anonymous_are_kept_out(alice, bob):
    assert bob.call("GET", "users/me").json()["user"]["name"] == "bob"
    for path in ("users/me", "graphs", "health"):
        assert bob.call("GET", path, owner="alice").status_code == 403
        assert bob.browser.get(bob.url(path, "alice")).status_code == 403
        assert httpx.get(alice.url(path)).status_code == 403
    assert bob.call("POST", "search_graphs", {}).json()["total_count"] == 0
