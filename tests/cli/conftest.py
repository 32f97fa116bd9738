"""Calls of the command line within the test process, and as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from plynx_jupyter.cli.main import _status
from plynx_jupyter.client import Graph, Input, Operation, Output, Param


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def plynx(home, capfd):
    """Call a command; return its exit status, what it said, and what it complained of."""

    def call(*arguments):
        status = _status(["--home", str(home), *map(str, arguments)])
        said = capfd.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def program(home):
    """Start the command line as a program of its own."""
    started = []

    def start(*arguments, **options):
        process = subprocess.Popen(
            [sys.executable, "-m", "plynx_jupyter", "--home", str(home), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), **options,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def bash(code, title="Step", node_id="step", inputs=(), outputs=("o",), params=(), **arguments):
    op = Operation(
        title=title,
        kind="bash_jinja2",
        code=code,
        inputs=list(inputs),
        outputs=list(outputs),
        params=list(params),
    )
    return op(node_id=node_id, **arguments)


def function(code, title="Step", node_id="step", outputs=("o",), inputs=(), params=(), **arguments):
    op = Operation(
        title=title, kind="function", code=code, inputs=[Input(n, "int") for n in inputs],
        outputs=[Output(n, "int") for n in outputs], params=list(params),
    )  # fmt: skip
    return op(node_id=node_id, **arguments)


@pytest.fixture
def saved(tmp_path):
    """Save a graph of nodes and return the document's path; ``edit`` may spoil the document first."""

    def save(*nodes, edit=None, name="g.plynx", title="The graph"):
        path = Graph(title=title, nodes=list(nodes), id="g").save(tmp_path / name)
        if edit is not None:
            data = json.loads(path.read_text())
            edit(data)
            path.write_text(json.dumps(data))
        return path

    return save


__all__ = ["Param", "bash", "function"]
