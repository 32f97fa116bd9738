"""Clients of the application in this process, and of a real Jupyter server: what holds for one holds for both."""

from __future__ import annotations

import pytest

from plynx_jupyter.client import Client, Operation
from tests.server_process import TOKEN, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"), "--PlynxApp.backend=inline")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def remote(server):
    with Client(server.base, TOKEN) as made:
        yield made


@pytest.fixture(params=["embedded", "remote"])
def client(request, tmp_path_factory):
    if request.param == "remote":
        yield request.getfixturevalue("remote")
        return
    with Client(home=tmp_path_factory.mktemp("home"), backend="inline") as made:
        yield made


@pytest.fixture
def bash():
    """Make a node that runs a script."""

    def make(code, node_id, *, title=None, outputs=("o",), params=(), **inputs):
        operation = Operation(
            title=title or node_id, kind="bash_jinja2", code=code, inputs=list(inputs), outputs=list(outputs),
            params=list(params),
        )  # fmt: skip
        return operation(node_id=node_id, **inputs)

    return make
