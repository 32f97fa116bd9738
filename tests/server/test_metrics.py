"""What ``/metrics`` tells of runs, on a real server."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from plynx_jupyter.server.metrics import families
from tests.server.conftest import bash_node
from tests.server_process import TOKEN, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("metrics"), "--PlynxApp.backend=inline")
    yield made.start()
    made.stop()


def scrape(server, token=TOKEN):
    """Return the samples of ours: the value by name and labels."""
    url = server.url.replace("plynx/api/v0/", "metrics")
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=30) as reply:
        parsed = list(text_string_to_metric_families(reply.read().decode()))
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in parsed
        for sample in family.samples
        if sample.name.startswith("plynx_")
    }


def approve(server, *nodes, **options):
    graph = {"title": "Counted", "nodes": list(nodes)}
    graph_id = server.call("POST", "graphs", {"graph": graph, "action": ["SAVE"]})[2]["graph"]["_id"]
    return server.call("POST", f"graphs/{graph_id}/approve", options)[2]["run_id"]


def difference(after, before):
    return {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def counted(server, run_id, before):
    """What has been counted since, once the end of the run was."""
    status = server.finished(run_id)["status"]
    key = ("plynx_runs_finished_total", status)
    until(lambda: scrape(server).get(key, 0) > before.get(key, 0))
    return difference(scrape(server), before)


def test_runs_nodes_attempts_and_what_the_cache_did_are_counted(server):
    chain = [
        bash_node("a", "echo counted > {{ outputs.o }}"),
        bash_node("b", "cat {{ inputs.i }} > {{ outputs.o }}", [("i", "a")]),
    ]
    before = scrape(server)
    first = counted(server, approve(server, *chain), before)
    assert first["plynx_runs_started_total",] == 1
    assert first["plynx_runs_finished_total", "SUCCESS"] == 1
    assert first["plynx_nodes_finished_total", "SUCCESS"] == 2
    assert first["plynx_job_attempts_total", "success"] == 2
    assert first["plynx_cache_lookups_total", "miss"] == 2
    assert first["plynx_job_seconds_count",] == 2
    before = scrape(server)
    second = counted(server, approve(server, *chain), before)
    assert second["plynx_nodes_finished_total", "RESTORED"] == 2
    assert second["plynx_cache_lookups_total", "hit"] == 2
    assert ("plynx_job_attempts_total", "success") not in second


def test_a_node_that_is_tried_again_is_counted_once_as_failed_with_each_of_its_attempts(server):
    node = bash_node("a", "exit 7")
    node["parameters"].append({"name": "_retries", "parameter_type": "int", "value": 2})
    follower = bash_node("b", "cat {{ inputs.i }} > {{ outputs.o }}", [("i", "a")])
    before = scrape(server)
    found = counted(server, approve(server, node, follower), before)
    assert found["plynx_job_attempts_total", "failed"] == 3
    assert found["plynx_job_retries_total",] == 2
    assert found["plynx_nodes_finished_total", "FAILED"] == 1
    assert found["plynx_nodes_finished_total", "CANCELED"] == 1
    assert found["plynx_runs_finished_total", "FAILED"] == 1


def test_what_runs_and_what_waits_can_be_seen_while_it_does(server, tmp_path):
    go = tmp_path / "go"
    wait = f"until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}"
    run_id = approve(server, *[bash_node(name, f"true {name}; {wait}") for name in "abc"])
    # The server has two slots.
    until(
        lambda: (
            {
                ("plynx_nodes_running",): 2,
                ("plynx_nodes_queued",): 1,
                ("plynx_runs_active",): 1,
                ("plynx_workers",): 1,
                ("plynx_worker_slots",): 2,
            }.items()
            <= scrape(server).items()
        )
    )
    go.touch()
    server.finished(run_id)
    until(lambda: scrape(server)["plynx_runs_active",] == 0)
    assert scrape(server)["plynx_nodes_running",] == 0


async def test_listeners_and_what_they_subscribe_to_are_counted_while_they_are_there(server):
    graph_id = server.call("POST", "graphs", {"graph": {"title": "Followed"}})[2]["graph"]["_id"]
    url = server.url.replace("http", "ws") + "events"
    socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    for request in ({"subscribe": "*"}, {"subscribe_graph": graph_id}):
        await socket.write_message(json.dumps(request))
        await socket.read_message()
    found = await asyncio.to_thread(scrape, server)
    assert (found["plynx_websocket_listeners",], found["plynx_websocket_subscriptions",]) == (1, 2)
    socket.close()
    while await socket.read_message() is not None:
        pass
    await asyncio.to_thread(until, lambda: scrape(server)["plynx_websocket_listeners",] == 0)
    assert (await asyncio.to_thread(scrape, server))["plynx_websocket_subscriptions",] == 0


def test_no_label_is_an_id_or_a_title(server):
    words = {word for key in scrape(server) for word in key[1:]}
    statuses = {"SUCCESS", "FAILED", "CANCELED", "RESTORED"}
    outcomes = {"success", "failed", "canceled", "lost", "hit", "miss", "not_cacheable"}
    buckets = {word for word in words if word == "+Inf" or word.replace(".", "").isdecimal()}
    assert words - buckets <= statuses | outcomes


def test_metrics_are_jupyters_to_guard(server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        scrape(server, token=None)
    with caught.value as reply:
        assert reply.code == 403


def test_the_families_are_registered_once_in_a_process():
    assert families() is families()
