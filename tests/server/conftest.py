"""One server for the tests of a file, and graphs as JSON has them."""

from __future__ import annotations

import pytest

from tests.server_process import TOKEN, Server, free_port

__all__ = ["TOKEN", "Server", "bash_node", "free_port"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"), "--PlynxApp.backend=inline")
    try:
        yield made.start()
    finally:
        made.stop()


def bash_node(node_id, code, inputs=(), title=None):
    return {
        "_id": node_id,
        "title": title or node_id,
        "kind": "bash_jinja2",
        "inputs": [
            {"name": name, "input_references": [{"node_id": source, "output_id": "o"}]}
            for name, source in inputs
        ],
        "outputs": [{"name": "o"}],
        "parameters": [{"name": "_cmd", "parameter_type": "code", "value": {"mode": "bash", "value": code}}],
    }


@pytest.fixture
def graph():
    """A graph of two nodes."""
    return {
        "title": "Hello",
        "nodes": [
            bash_node("a", "echo hi | tee {{ outputs.o }}"),
            bash_node("b", "cat {{ inputs.i }} > {{ outputs.o }}", [("i", "a")]),
        ],
    }
