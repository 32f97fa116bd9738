"""``--server``: the same commands with the same output, done by a Jupyter server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading

import pytest

from plynx_jupyter.client import Client, File, Param
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.status import RunStatus
from tests.cli.conftest import bash
from tests.server_process import TOKEN, Server, free_port

COPY = "echo {{ params.text | sh }} | cat - {{ inputs.i }} | tee {{ outputs.o }}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"), "--PlynxApp.backend=inline")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def graph(saved, tmp_path):
    (tmp_path / "data.txt").write_text("dätä\n")
    data = File(tmp_path / "data.txt", node_id="data")
    return saved(bash(COPY, "Copy", "copy", inputs=["i"], params=[Param("text", default="hi")], i=data))


@pytest.fixture
def call(capfd):
    """Call a command in an environment without a home of its own."""
    from plynx_jupyter.cli.main import _status

    def call(*arguments):
        status = _status([*map(str, arguments)])
        said = capfd.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def there(server):
    return ("--server", server.base, "--token", TOKEN)


def without_ids(text):
    return re.sub(r"\b[0-9a-f]{12,64}\b|\d+\.\d+ s|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "#", text)


def test_commands_say_the_same_with_and_without_a_server(graph, call, plynx, there):
    def both(*arguments):
        here = [*arguments, "--backend", "inline"] if arguments[0] == "run" else arguments
        first, second = plynx(*here), call(*arguments, *there)
        assert tuple(map(str, map(without_ids, map(str, first)))) == tuple(map(without_ids, map(str, second)))
        return second

    assert "will run" in both("plan", graph)[1]
    status, out, _ = both("run", graph)
    assert (status, "SUCCESS" in out, "1 ran" in out) == (0, True, True)
    assert "1 restored" in both("run", graph)[1]
    assert "restored" in both("plan", graph)[1]
    assert "The graph" in both("runs", "-n", "1")[1]
    run_id = call("runs", *there, "-n", "1")[1].split()[0]
    assert "hi\ndätä" in call("logs", run_id, "copy", *there)[1]
    assert "Copy" in both("cache", "list")[1]
    assert "artifacts" in call("cache", "du", *there)[1]
    both("cache", "clean", "--dry-run")
    assert both("logs", "feedfeed", "copy")[0] == 2
    assert both("run", graph, "-p", "nobody.x=1")[0] == 2


def test_outputs_are_brought_here(graph, call, there, tmp_path):
    status, out, _ = call("run", graph, *there, "--json", "--output-dir", tmp_path / "out")
    report = json.loads(out)
    assert (status, report["status"]) == (0, "SUCCESS")
    (tmp_path / "out" / "Copy" / "o").read_text(encoding="utf-8").index("dätä")
    assert report["nodes"][1]["outputs"]["o"]["path"] == str(tmp_path / "out" / "Copy" / "o")


def test_the_environment_names_the_server_and_an_explicit_home_wins(
    graph, call, plynx, server, monkeypatch, home
):
    monkeypatch.setenv("PLYNX_URL", server.base)
    monkeypatch.setenv("PLYNX_TOKEN", TOKEN)
    assert call("run", graph)[0] == 0
    assert not home.exists()
    assert "No runs yet" in plynx("runs")[1]


def test_what_a_server_has_of_its_own_cannot_be_chosen(graph, call, plynx, there):
    for arguments in (("--cluster", "tcp://x:1"), ("--backend", "inline")):
        status, _, complaint = call("run", graph, *arguments, *there)
        assert status == 2
        assert f"{arguments[0]} can't be chosen for a server" in complaint
    assert "--home can't be chosen" in plynx("runs", *there)[2]


def test_a_server_that_cannot_be_reached_is_one_clear_line(graph, call):
    status, _, complaint = call("run", graph, "--server", f"127.0.0.1:{free_port()}")
    assert status == 1
    assert re.fullmatch(
        r"Error: The Jupyter server at http://127\.0\.0\.1:\d+/ can't be reached: .*\n", complaint
    )


def test_ctrl_c_cancels_the_run_on_the_server(saved, server, there, tmp_path):
    node = bash("echo begun; until test -e /nowhere; do sleep 0.05; done", "Held", "held")
    path = saved(node, title=tmp_path.name)
    process = subprocess.Popen(
        [sys.executable, "-m", "plynx_jupyter", "run", str(path), *there],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        while "Held: running" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, complaint = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()
    assert (process.returncode, complaint) == (130, "")
    assert "Canceling" in out
    assert "CANCELED" in out
    with Client(server.base, TOKEN) as client:
        (run,), _ = client.list_runs(Query(words=(tmp_path.name,)))
    assert run.status is RunStatus.CANCELED
