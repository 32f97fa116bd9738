"""A server that starts imports nothing heavy for it; its routes are there all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import Application, RequestHandler

from plynx_jupyter.server.lazy_routes import LazyRoutes

START = """
import json, sys
from jupyter_server.serverapp import ServerApp
app = ServerApp()
app.initialize(argv=[
    "--no-browser", "--allow-root", "--port=0", "--ServerApp.jpserver_extensions={'plynx_jupyter': True}",
])
modules = sorted(sys.modules)
app.http_server.stop()
print(json.dumps({"enabled": "plynx" in app.web_app.settings, "modules": modules}))
"""


def test_the_extension_is_initialized_without_importing_anything_heavy(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "PLYNX_HOME": str(tmp_path / "plynx")}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", START],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["enabled"]
    heavy = {
        "sqlalchemy",
        "alembic",
        "dask",
        "distributed",
        "pydantic",
        "papermill",
        "pandas",
        "PIL",
        "fsspec",
    }
    assert heavy & {name.partition(".")[0] for name in found["modules"]} == set()
    ours = {name for name in found["modules"] if name.startswith("plynx_jupyter.")}
    assert not [name for name in ours if ".services" in name or ".handlers" in name or name.endswith(".app")]
    assert not (tmp_path / "plynx").exists()


class Here(RequestHandler):
    """There."""


def asked(path):
    line = RequestStartLine("GET", path, "HTTP/1.1")
    return HTTPServerRequest(start_line=line, headers=HTTPHeaders({"Host": "here"}))


def test_routes_are_loaded_with_the_first_request_and_once_and_unknown_paths_are_left_to_others():
    loads = []

    def load():
        loads.append(1)
        return [("/ours/here", Here)]

    routes = LazyRoutes(Application([], base_url="/base/"), load)
    assert loads == []
    assert routes.find_handler(asked("/base/ours/here")).handler_class is Here
    assert routes.find_handler(asked("/base/ours/elsewhere")) is None
    assert routes.find_handler(asked("/ours/here")) is None
    assert loads == [1]


def test_routes_that_cannot_be_loaded_are_tried_again():
    answers = [ImportError("not now"), [("/ours/here", Here)]]

    def load():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    routes = LazyRoutes(Application([], base_url="/base/"), load)
    with pytest.raises(ImportError, match="not now"):
        routes.find_handler(asked("/base/ours/here"))
    assert routes.find_handler(asked("/base/ours/here")).handler_class is Here
