"""The server's log as JSON lines, with the ids of runs and nodes as fields."""

from __future__ import annotations

import json
import time

import pytest

from tests.server.conftest import bash_node
from tests.server_process import Server

JSON_LINES = {
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"formatter": "json"}},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logging")
    config = folder / "home/config"
    config.mkdir(parents=True)
    content = {"Application": {"logging_config": JSON_LINES, "log_level": "DEBUG"}}
    (config / "jupyter_server_config.json").write_text(json.dumps(content))
    made = Server(folder, "--PlynxApp.backend=inline")
    yield made.start()
    made.stop()


def logged(server, run_id):
    """The lines about a run, once its end is among them."""
    deadline = time.monotonic() + 30
    while True:
        lines = (server.folder / "server.log").read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and run_id in line]
        found = [line for line in found if line.get("run_id") == run_id]
        if any(line.get("event") == "run_finished" for line in found):
            return found
        assert time.monotonic() < deadline, lines
        time.sleep(0.02)


def test_runs_and_nodes_are_logged_with_their_ids_in_words_and_as_fields(server):
    nodes = [bash_node("good", "echo > {{ outputs.o }}"), bash_node("bad", "exit 4")]
    body = {"graph": {"title": "Logged", "nodes": nodes}, "action": ["SAVE", "APPROVE"]}
    run_id = server.call("POST", "graphs", body)[2]["run_id"]
    found = logged(server, run_id)
    assert all(run_id in line["message"] for line in found)
    assert all(line["node_id"] in line["message"] for line in found if "node_id" in line)
    told = {(line["event"], line.get("node_id"), line["levelname"]) for line in found if "event" in line}
    assert told == {
        ("run_started", None, "INFO"),
        ("node_started", "good", "DEBUG"),
        ("node_started", "bad", "DEBUG"),
        ("node_ended", "good", "DEBUG"),
        ("node_ended", "bad", "WARNING"),
        ("run_finished", None, "WARNING"),
    }
    assert {line["name"] for line in found} >= {"plynx_jupyter.server.run_log"}
