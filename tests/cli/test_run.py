"""``jupyter plynx run``: success, failure, cancel, parameters, JSON, programs."""

from __future__ import annotations

import json
import signal
import time

import psutil
import pytest

from plynx_jupyter.client import Param
from tests.cli.conftest import bash, function

INLINE = ("--backend", "inline")
ECHO = "echo {{ params.text | sh }} > {{ outputs.o }}"


@pytest.fixture
def echo(saved):
    first = bash(ECHO, "Echo", "echo", params=[Param("text", default="hi")])
    return saved(first, bash("cat {{inputs.i}} > {{outputs.o}}", "Cat", "cat", inputs=["i"], i=first))


def run_json(plynx, *arguments):
    status, out, err = plynx("run", *INLINE, "--json", *arguments)
    return status, json.loads(out), err


def test_success_is_zero_and_says_what_ran_and_then_what_was_restored(plynx, echo):
    status, out, _ = plynx("run", *INLINE, echo)
    assert status == 0
    assert "SUCCESS" in out
    assert "2 ran" in out
    status, out, _ = plynx("run", *INLINE, echo)
    assert (status, "2 restored" in out) == (0, True)


def test_json_is_one_object_on_standard_output(plynx, echo):
    status, report, _ = run_json(plynx, echo)
    assert status == 0
    assert set(report) == {"run_id", "status", "duration_seconds", "nodes"}
    node = report["nodes"][1]
    assert (node["id"], node["title"], node["kind"], node["status"], node["error"]) == (
        "cat", "Cat", "bash_jinja2", "SUCCESS", None,
    )  # fmt: skip
    output = node["outputs"]["o"]
    assert (output["file_type"], output["size_bytes"], len(output["digest"])) == ("file", 3, 64)
    with open(output["path"]) as stream:
        assert stream.read() == "hi\n"


@pytest.mark.parametrize("target", ["echo.text", "Echo.text"])
def test_parameters_are_set_by_id_or_title(plynx, echo, target, tmp_path):
    text = 'it\'s "quoted" = ünïcödé'
    status, _, _ = run_json(plynx, echo, "-p", f"{target}={text}", "--output-dir", tmp_path / "out")
    assert status == 0
    assert (tmp_path / "out" / "Cat" / "o").read_text() == f"{text}\n"


def test_all_wrong_parameters_are_told_at_once(plynx, saved):
    path = saved(function("def operation(n):\n    return {'o': n}\n", params=[Param("n", default=1)]))
    status, _, err = plynx(
        "run", *INLINE, path, "-p", "step.n=abc", "-p", "nobody.n=1", "-p", "step.m=1", "-p", "nonsense"
    )
    assert status == 2
    for part in ("step.n=abc", "nobody", "'m'", "NODE.PARAM=VALUE"):
        assert part in err


def test_until_runs_only_what_is_needed(plynx, echo):
    _, report, _ = run_json(plynx, echo, "--until", "echo")
    assert [(node["id"], node["status"]) for node in report["nodes"]] == [
        ("echo", "SUCCESS"),
        ("cat", "CREATED"),
    ]


def test_no_cache_runs_everything_again(plynx, echo):
    run_json(plynx, echo)
    _, report, _ = run_json(plynx, echo, "--no-cache")
    assert [node["status"] for node in report["nodes"]] == ["SUCCESS", "SUCCESS"]


def test_failure_is_one_and_says_which_node_and_why(plynx, saved):
    path = saved(bash("echo went wrong >&2; exit 3", "Breaks", "b"))
    status, out, _ = plynx("run", *INLINE, path)
    assert status == 1
    for part in ("Breaks", "went wrong", "3", "jupyter plynx logs"):
        assert part in out
    status, report, _ = run_json(plynx, path)
    assert (status, report["status"], report["nodes"][0]["error"]["exit_code"]) == (1, "FAILED", 3)


def test_a_program_is_asked_for_its_graph(plynx, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(
        "from plynx_jupyter import Client, Graph, Operation\n"
        "op = Operation(title='T', kind='bash_jinja2', code='echo hi > {{outputs.o}}', outputs=['o'])\n"
        "Graph(Client(), title='From a program', targets=[op()]).approve().wait()\n"
    )
    status, out, _ = plynx("run", *INLINE, path)
    assert status == 0
    assert "1 ran" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "no graph"),
        ("raise ValueError('broken')\n", "ValueError: broken"),
        ("import sys; sys.exit(3)", "exit"),
    ],
)
def test_a_program_without_a_graph_says_so(plynx, tmp_path, text, message):
    path = tmp_path / "program.py"
    path.write_text(text)
    status, _, err = plynx("run", *INLINE, path)
    assert status == 2
    assert message in err


def test_a_missing_file_is_invalid_input(plynx, tmp_path):
    status, _, err = plynx("run", tmp_path / "nowhere.plynx")
    assert status == 2
    assert "nowhere.plynx" in err


def test_an_unreachable_cluster_fails_with_its_address(plynx, echo, monkeypatch):
    monkeypatch.setattr("plynx_jupyter.execution.dask.cluster._CONNECT_TIMEOUT_SECONDS", 1.0)
    status, out, _ = plynx("run", echo, "--cluster", "tcp://127.0.0.1:9")
    assert status == 1
    assert "tcp://127.0.0.1:9" in out


def test_ctrl_c_cancels_and_leaves_nothing_running(program, saved, tmp_path):
    pids = tmp_path / "pids"
    path = saved(
        bash(
            f"trap '' TERM; setsid nohup sleep 300 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; sleep 300"
        )
    )
    process = program("run", path)
    deadline = time.monotonic() + 60
    while not pids.exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    jobs = [psutil.Process(int(pid)) for pid in pids.read_text().split()]
    mine = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=40)
    assert process.returncode == 130, err
    assert "CANCELED" in out
    _, alive = psutil.wait_procs([*jobs, *mine], timeout=5)
    assert not alive
