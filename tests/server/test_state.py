"""What the server tells of its stores and of its workers."""

from __future__ import annotations

import time

import pytest

from plynx_jupyter import __version__
from tests.server.conftest import bash_node
from tests.server_process import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("state"), "--PlynxApp.backend=inline")
    yield made.start()
    made.stop()


def test_health_tells_versions_places_and_how_long_the_stores_took(server):
    status, _, body = server.call("GET", "health")
    assert (status, body["status"], body["version"]) == (200, "SUCCESS", __version__)
    home = str(server.folder / "plynx")
    assert body["home"] == home
    assert body["checks"]["database"]["place"] == f"sqlite:///{home}/plynx.sqlite"
    assert body["checks"]["storage"]["place"] == f"file://{home}/artifacts"
    for check in body["checks"].values():
        assert check["ok"]
        assert 0 < check["seconds"] < body["seconds"] < 30
    assert {"python", "jupyter_server"} <= set(body["versions"])


def test_health_says_that_the_storage_is_gone_and_when_it_is_there_again(server, graph):
    body = {"graph": graph, "action": ["SAVE", "APPROVE"]}
    server.finished(server.call("POST", "graphs", body)[2]["run_id"])
    artifacts = server.folder / "plynx" / "artifacts"
    aside = artifacts.rename(artifacts.with_name("aside"))
    artifacts.write_text("not a folder")
    try:
        status, _, body = server.call("GET", "health")
        assert (status, body["status"], body["code"]) == (503, "FAILED", "unhealthy")
        assert str(artifacts) in body["message"]
        assert (body["checks"]["database"]["ok"], body["checks"]["storage"]["ok"]) == (True, False)
    finally:
        artifacts.unlink()
        aside.rename(artifacts)
    assert server.call("GET", "health")[0] == 200


def test_health_says_that_the_database_cannot_be_opened(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    server = Server(
        tmp_path, f"--PlynxApp.database_url=sqlite:///{tmp_path}/file/x.sqlite", "--PlynxApp.backend=inline"
    )
    try:
        server.start()
        status, _, body = server.call("GET", "health")
        assert (status, body["code"]) == (503, "unhealthy")
        assert str(tmp_path / "file") in body["message"]
    finally:
        server.stop()


def until(condition):
    deadline = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_what_each_worker_runs_and_why_a_node_waits(server, tmp_path):
    go = tmp_path / "go"
    wait = f"until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}"
    nodes = [bash_node(name, f"true {name}; {wait}", title=name.upper()) for name in "abc"]
    nodes.append(bash_node("d", "cat {{ inputs.i }} > {{ outputs.o }}", [("i", "a")]))
    body = {"graph": {"title": "Busy", "nodes": nodes}, "action": ["SAVE", "APPROVE"]}
    run_id = server.call("POST", "graphs", body)[2]["run_id"]

    def busy():
        state = server.call("GET", "worker_states")[2]
        return state if (state["running_count"], state["queued_count"]) == (2, 1) else None

    state = until(busy)
    [worker] = state["workers"]
    assert (worker["name"], worker["slots"], state["slots"]) == ("inline", 2, 2)
    assert [node["run_id"] for node in worker["running"]] == [run_id, run_id]
    assert all(node["started_at"] for node in worker["running"])
    [waiting] = state["queued"]
    assert waiting["reason"] == "no_free_slot"
    running = {(node["node_id"], node["title"]) for node in worker["running"]}
    assert running | {(waiting["node_id"], waiting["title"])} == {("a", "A"), ("b", "B"), ("c", "C")}
    assert server.call("GET", "master_state")[2] == state
    go.touch()
    server.finished(run_id)
    assert server.call("GET", "worker_states")[2]["running_count"] == 0
