"""Two servers on one home: nothing runs twice, each sees what the other does, one goes on when the other dies."""

from __future__ import annotations

import time

import pytest

from tests.server.conftest import Server, bash_node


@pytest.fixture
def two(tmp_path):
    """Two servers that share a home."""
    servers = [Server(tmp_path, "--PlynxApp.backend=inline") for _ in range(2)]
    try:
        yield [server.start() for server in servers]
    finally:
        for server in servers:
            server.stop()


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_is_seen_and_stopped_by_the_other_and_taken_over_when_its_own_dies(two, tmp_path):
    first, second = two
    trace, go = tmp_path / "trace", tmp_path / "go"
    hold = f"echo b >> {trace}; until test -e {go}; do sleep 0.05; done"
    nodes = [
        bash_node("a", f"echo a >> {trace}; echo > {{{{ outputs.o }}}}"),
        bash_node("b", hold + "; cp {{ inputs.i }} {{ outputs.o }}", [("i", "a")]),
    ]
    body = {"graph": {"title": "Shared", "nodes": nodes}, "action": ["APPROVE"]}
    run_id = first.call("POST", "graphs", body)[2]["run_id"]
    until(lambda: trace.exists() and trace.read_text().split() == ["a", "b"])
    assert second.call("GET", f"runs/{run_id}")[2]["run"]["nodes"]["b"]["status"] == "RUNNING"
    first.process.kill()
    first.process.wait()
    go.touch()
    run = second.finished(run_id, 100)
    assert (run["status"], run["nodes"]["a"]["status"]) == ("SUCCESS", "SUCCESS")
    assert trace.read_text().split() == ["a", "b", "b"]


def test_the_other_server_can_stop_a_run(two):
    first, second = two
    graph = {"title": "Long", "nodes": [bash_node("a", "sleep 60; echo > {{ outputs.o }}")]}
    run_id = first.call("POST", "graphs", {"graph": graph, "action": ["APPROVE"]})[2]["run_id"]
    assert second.call("POST", f"runs/{run_id}/cancel")[0] == 200
    assert first.finished(run_id, 30)["status"] == "CANCELED"
