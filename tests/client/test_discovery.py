"""Which server a client finds by itself, and that it costs nothing where there is none."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time

import httpx
import pytest
import websocket

from plynx_jupyter.client import Client
from plynx_jupyter.client.discovery import server_beside
from plynx_jupyter.client.embedded import EmbeddedConnection
from plynx_jupyter.client.remote import RemoteConnection
from plynx_jupyter.metadata.base import Query
from tests.server_process import TOKEN, free_port


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """An empty runtime folder, and none of Jupyter's variables."""
    for name in list(os.environ):
        if name.startswith(("JUPYTERHUB_", "JPY_", "PLYNX_", "JUPYTER_SERVER", "JUPYTER_TOKEN")):
            monkeypatch.delenv(name)
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("PLYNX_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def beside(server, runtime, monkeypatch):
    """The runtime folder and the home of the server."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(server.folder / "home" / "runtime"))
    monkeypatch.setenv("PLYNX_HOME", str(server.folder / "plynx"))
    return server


def connection(**arguments):
    """Return what a client connects to; nothing is started by that."""
    return Client(**arguments)._connection


def note(runtime, **told):
    record = {"pid": os.getppid(), "url": f"http://127.0.0.1:{free_port()}/", "token": "t", **told}
    (runtime / f"jpserver-{record['pid']}.json").write_text(json.dumps(record))


def test_without_a_server_it_is_this_process_and_that_is_known_at_once(runtime):
    assert isinstance(connection(), EmbeddedConnection)
    client = Client()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert server_beside(client.settings.home) is None
        took.append(time.perf_counter() - began)
    assert min(took) < 0.005


def test_looking_for_a_server_imports_nothing_that_takes_time(runtime):
    program = (
        "import sys; from plynx_jupyter.client import Client\n"
        "before = set(sys.modules); client = Client(); client._connect()\n"
        "found = set(sys.modules) - before\n"
        "print([name for name in ('httpx', 'http.client', 'websocket', 'jupyter_server') if name in found])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_server_beside_is_found_by_its_runtime_file(beside):
    with Client() as client:
        assert isinstance(client._connection, RemoteConnection)
        assert client.list_runs()[1] >= 0


def test_a_kernel_asks_the_server_that_started_it_first(beside, runtime, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG, "plynx_jupyter.client.discovery")
    folder = beside.folder / "home" / "runtime"
    other = folder / f"jpserver-{os.getppid()}.json"
    other.write_text(json.dumps({"pid": os.getppid(), "url": "http://127.0.0.1:1/"}))
    try:
        monkeypatch.setenv("JPY_PARENT_PID", str(os.getppid()))
        assert isinstance(connection(), RemoteConnection)
        assert "http://127.0.0.1:1/ isn't used" in caplog.text
        caplog.clear()
        monkeypatch.setenv("JPY_PARENT_PID", str(beside.process.pid))
        assert isinstance(connection(), RemoteConnection)
        assert caplog.text == ""
    finally:
        other.unlink()


def test_a_server_with_another_home_is_not_used(beside, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG, "plynx_jupyter.client.discovery")
    monkeypatch.setenv("PLYNX_HOME", str(tmp_path / "elsewhere"))
    assert isinstance(connection(), EmbeddedConnection)
    assert f"its home is {beside.folder / 'plynx'}" in caplog.text


@pytest.mark.parametrize("name", ["home", "cluster", "workers", "backend", "settings"])
def test_what_is_said_of_this_process_is_meant_for_it(beside, name, monkeypatch):
    monkeypatch.setenv("PLYNX_URL", beside.base)
    given = {
        "home": beside.folder / "plynx", "cluster": "tcp://127.0.0.1:1", "workers": 1, "backend": "inline",
        "settings": Client(home=beside.folder / "plynx").settings,
    }  # fmt: skip
    assert isinstance(connection(**{name: given[name]}), EmbeddedConnection)


def test_the_environment_names_a_server(server, runtime, monkeypatch):
    monkeypatch.setenv("PLYNX_URL", server.base)
    monkeypatch.setenv("PLYNX_TOKEN", TOKEN)
    with Client() as client:
        assert client.list_runs()[1] >= 0


@pytest.mark.parametrize(
    "told",
    [
        {},  # nobody listens there
        {"pid": 2**22 + 1},  # gone
        {"pid": os.getpid()},  # this process: to ask itself it would have to wait for itself
        {"url": "http+unix://%2Ftmp%2Fsocket"},
        {"url": None},
        {"pid": "x"},
    ],
)
def test_a_runtime_file_of_no_use_is_passed_over(runtime, told):
    note(runtime, **told)
    (runtime / "jpserver-1.json").write_text("not JSON")
    began = time.perf_counter()
    assert isinstance(connection(), EmbeddedConnection)
    assert time.perf_counter() - began < 1


def test_the_hub_s_token_goes_to_the_server_that_the_hub_started_alone(runtime, monkeypatch):
    from plynx_jupyter.client.discovery import _from_file

    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hub-token")
    for path, token in (("/user/ann/", "hub-token"), ("/user/bob/", ""), ("/", "")):
        note(runtime, url=f"http://127.0.0.1:1{path}", token="")
        assert _from_file(next(runtime.iterdir())).token == token


def test_a_program_finds_the_server_without_importing_the_application(beside):
    program = (
        "import sys; from plynx_jupyter.client import Client\n"
        "client = Client(); client.list_runs(); client.close()\n"
        "print([name for name in ('sqlalchemy', 'distributed', 'plynx_jupyter.app') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_in_a_kernel_that_the_server_started_a_run_is_the_server_s(server, bash, tmp_path):
    code = """
import os
from plynx_jupyter.client import Client, Graph, Operation
client = Client()
op = Operation(title="In a kernel", kind="bash_jinja2", code="echo > {{ outputs.o }}", outputs=["o"])
run = Graph(client, title="From a kernel", targets=[op()]).run().wait(progress=False)
print(type(client._connection).__name__, run.status.value, os.environ["JPY_PARENT_PID"])
"""
    assert execute(server, code) == f"RemoteConnection SUCCESS {server.process.pid}\n"
    with Client(server.base, TOKEN) as client:
        assert client.list_runs(Query(words=("kernel",)))[0][0].title == "From a kernel"


def execute(server, code):
    """Run code in a new kernel of the server, and return what it prints."""
    api = f"{server.base}api/kernels"
    authorization = {"Authorization": f"token {TOKEN}"}
    kernel = httpx.post(api, headers=authorization, json={"name": "python3"}, timeout=30).json()["id"]
    socket = websocket.create_connection(
        f"ws{api[4:]}/{kernel}/channels", header=authorization, suppress_origin=True, timeout=60
    )
    try:
        header = {
            "msg_id": "1",
            "msg_type": "execute_request",
            "session": "s",
            "username": "",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True}
        socket.send(
            json.dumps(
                {
                    "header": header,
                    "parent_header": {},
                    "metadata": {},
                    "channel": "shell",
                    "content": content,
                }
            )
        )
        printed = ""
        while True:
            message = json.loads(socket.recv())
            if message["msg_type"] == "stream":
                printed += message["content"]["text"]
            elif message["msg_type"] == "error":
                printed += "\n".join(message["content"]["traceback"])
            elif message["msg_type"] == "execute_reply":
                break
        return printed
    finally:
        socket.close()
        httpx.delete(f"{api}/{kernel}", headers=authorization, timeout=30)
