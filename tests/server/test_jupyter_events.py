"""Other extensions, and Jupyter's own websocket, hear of runs."""

from __future__ import annotations

import asyncio
import json
import os
import time

import pytest
from jupyter_events import EventLogger
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from plynx_jupyter.server.event_schemas import RUN_FINISHED, RUN_STARTED, register_schemas
from tests.server.conftest import bash_node
from tests.server_process import TOKEN, Server

LISTENER = """
import json, pathlib

def _jupyter_server_extension_points():
    return [{"module": "a_listener"}]

def _load_jupyter_server_extension(serverapp):
    heard = pathlib.Path(HEARD)
    async def listen(logger, schema_id, data):
        with heard.open("a") as file:
            file.write(json.dumps({"schema_id": schema_id, **data}) + "\\n")
    for name in ("run_started", "run_finished"):
        schema_id = "https://schema.plynx.org/jupyter/" + name + "/v1"
        serverapp.event_logger.add_listener(schema_id=schema_id, listener=listen)
"""


class ListeningServer(Server):
    """A server with a second extension, which writes down what it hears."""

    def start(self):
        modules, config = self.folder / "modules", self.folder / "home/config/jupyter_server_config.d"
        for folder in (modules, config):
            folder.mkdir(parents=True, exist_ok=True)
        # Its name is before ours, so it is loaded before our schemas are registered.
        (modules / "a_listener.py").write_text(LISTENER.replace("HEARD", repr(str(self.folder / "heard"))))
        (config / "a_listener.json").write_text(
            '{"ServerApp": {"jpserver_extensions": {"a_listener": true}}}'
        )
        with pytest.MonkeyPatch.context() as patch:
            path = os.environ.get("PYTHONPATH")
            patch.setenv("PYTHONPATH", os.pathsep.join([str(modules), *([path] if path else [])]))
            return super().start()

    def heard(self, run_id):
        """What was heard of a run, once its end was."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            heard = self.folder / "heard"
            lines = heard.read_text().splitlines() if heard.exists() else []
            found = [event for event in map(json.loads, lines) if event["run_id"] == run_id]
            if found and found[-1]["schema_id"] == RUN_FINISHED:
                return found
            time.sleep(0.02)
        raise AssertionError((self.folder / "server.log").read_text())


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    made = ListeningServer(tmp_path_factory.mktemp("listening"), "--PlynxApp.backend=inline")
    yield made.start()
    made.stop()


def approve(server, graph):
    body = server.call("POST", "graphs", {"graph": graph, "action": ["SAVE", "APPROVE"]})[2]
    return body["run_id"], body["graph"]["_id"]


def test_another_extension_hears_of_the_start_and_the_end_of_a_run_once_and_in_order(listening, graph):
    run_id, graph_id = approve(listening, graph)
    started, finished = listening.heard(run_id)
    assert started["schema_id"] == RUN_STARTED
    assert (started["title"], started["graph_id"], started["status"]) == ("Hello", graph_id, "RUNNING")
    assert sum(started["counts"].values()) == 2
    assert "finished_at" not in started
    assert (finished["title"], finished["graph_id"], finished["status"]) == ("Hello", graph_id, "SUCCESS")
    assert finished["counts"] == {"SUCCESS": 2}
    assert finished["author"] == started["author"] != ""
    times = [finished[name] for name in ("created_at", "started_at", "finished_at")]
    assert times == sorted(times)
    assert finished["started_at"] == started["started_at"]


def test_a_run_that_fails_is_announced_as_failed(listening):
    run_id, _ = approve(listening, {"title": "Wrong", "nodes": [bash_node("a", "exit 3")]})
    finished = listening.heard(run_id)[-1]
    assert (finished["status"], finished["counts"]) == ("FAILED", {"FAILED": 1})


async def test_jupyters_own_websocket_of_events_delivers_runs(listening):
    url = listening.url.replace("http", "ws").replace("plynx/api/v0/", "api/events/subscribe")
    socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    graph = {"title": "Heard", "nodes": [bash_node("a", "echo > {{ outputs.o }}")]}
    run_id, _ = await asyncio.to_thread(approve, listening, graph)
    heard = []
    while not (heard and heard[-1]["schema_id"] == RUN_FINISHED and heard[-1]["run_id"] == run_id):
        heard.append(json.loads(await asyncio.wait_for(socket.read_message(), 30)))
    assert {RUN_STARTED, RUN_FINISHED} <= {event["schema_id"] for event in heard if event["run_id"] == run_id}
    socket.close()
    while await socket.read_message() is not None:
        pass


def test_a_run_that_another_server_began_is_only_announced_as_finished(tmp_path):
    go = tmp_path / "go"
    held = bash_node("held", f"until test -e {go}; do sleep 0.05; done; echo > {{{{ outputs.o }}}}")
    server = ListeningServer(tmp_path, "--PlynxApp.backend=inline")
    try:
        server.start()
        run_id, _ = approve(server, {"title": "Handed on", "nodes": [held]})
        deadline = time.monotonic() + 30
        # The file is there before the line in it is.
        while not ((tmp_path / "heard").exists() and (tmp_path / "heard").read_text().endswith("\n")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        server.process.kill()
        server.process.wait()
        go.touch()
        server.start()
        assert [event["schema_id"] for event in server.heard(run_id)] == [RUN_STARTED, RUN_FINISHED]
    finally:
        server.stop()


def test_the_schemas_are_registered_once_however_often_that_is_asked_for():
    logger = EventLogger()
    register_schemas(logger)
    register_schemas(logger)
    assert sorted(logger.schemas.schema_ids) == [RUN_FINISHED, RUN_STARTED]
