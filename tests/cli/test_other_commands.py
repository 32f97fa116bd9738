"""``plan``, ``validate``, ``code``, ``runs``, ``logs``, ``cache``, ``version``, and what costs time at start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from plynx_jupyter import __version__
from plynx_jupyter.client import Param
from tests.cli.conftest import bash

INLINE = ("--backend", "inline")


@pytest.fixture
def echo(saved):
    return saved(
        bash(
            "echo {{ params.text }} | tee {{ outputs.o }}",
            "Echo",
            "echo",
            params=[Param("text", default="hi")],
        )
    )


def test_plan_says_what_would_run_and_why(plynx, echo):
    assert "will run" in plynx("plan", echo)[1]
    plynx("run", *INLINE, echo)
    assert "restored" in plynx("plan", echo)[1]
    status, out, _ = plynx("plan", echo, "-p", "echo.text=ho", "--json")
    (forecast,) = json.loads(out)
    assert (status, forecast["action"]) == (0, "run")
    assert '"hi"' in forecast["reason"]


def test_validate_says_when_all_is_well(plynx, echo):
    status, out, _ = plynx("validate", echo)
    assert (status, "no problems" in out) == (0, True)


def test_code_prints_a_program_that_runs(plynx, echo, tmp_path):
    status, out, _ = plynx("code", echo)
    assert status == 0
    program = tmp_path / "again.py"
    program.write_text(out)
    assert plynx("run", *INLINE, program)[0] == 0


def test_runs_and_logs(plynx, echo):
    plynx("run", *INLINE, echo)
    (listed,) = json.loads(plynx("runs", "--json")[1])
    assert (listed["status"], listed["title"], listed["nodes"]) == ("SUCCESS", "The graph", {"SUCCESS": 1})
    assert listed["run_id"] in plynx("runs")[1]
    assert "hi" in plynx("logs", listed["run_id"][:20], "Echo")[1]
    status, _, err = plynx("logs", listed["run_id"], "nobody")
    assert (status, "echo" in err) == (2, True)
    status, _, err = plynx("logs", "ffff", "echo")
    assert (status, "ffff" in err) == (2, True)


def test_the_cache_is_listed_protected_and_cleaned(plynx, echo):
    plynx("run", *INLINE, echo)
    (entry,) = json.loads(plynx("cache", "list", "--json")[1])
    assert "1 results" in plynx("cache", "du")[1]
    assert "1 results stay" in plynx("cache", "clean", "--dry-run")[1]
    assert "1 results are protected" in plynx("cache", "protect", entry["key"][:8])[1]
    assert "protected" in plynx("cache", "clean", "--include-shown", "--dry-run")[1]
    plynx("cache", "protect", entry["key"], "--off")
    assert "Removed 1 results" in plynx("cache", "clean", "--include-shown", "--grace", "0", "--yes")[1]
    assert "Nothing is stored" in plynx("cache", "list")[1]
    assert "1 ran" in plynx("run", *INLINE, echo)[1]


def test_version_and_help_load_nothing_heavy(home):
    assert (
        subprocess.check_output([sys.executable, "-m", "plynx_jupyter", "version"], text=True).strip()
        == __version__
    )
    code = (
        "import sys\nfrom plynx_jupyter.cli.main import _status\n_status(['--help'])\n"
        "print(sorted({'sqlalchemy','distributed','dask','papermill','nbformat','pandas'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip().endswith("[]")


def test_a_run_whose_program_was_killed_is_shown_as_interrupted(plynx, echo, home):
    from datetime import datetime, timedelta, timezone

    from plynx_jupyter.metadata.sql.store import open_metadata
    from plynx_jupyter.model.ids import RunId
    from plynx_jupyter.model.run import Run
    from plynx_jupyter.model.status import RunStatus

    plynx("run", *INLINE, echo)
    done = json.loads(plynx("runs", "--json")[1])[0]["run_id"]
    metadata = open_metadata(f"sqlite:///{home / 'plynx.sqlite'}")
    now = datetime.now(timezone.utc)
    graph = metadata.load_run(RunId(done)).graph
    metadata.create_run(
        Run(id=RunId("killed"), graph=graph, graph_id=graph.id, status=RunStatus.RUNNING, created_at=now), ()
    )
    assert metadata.own_run(RunId("killed"), "somebody", now + timedelta(seconds=60))
    assert "RUNNING" in plynx("runs")[1]
    assert metadata.own_run(RunId("killed"), "somebody", now - timedelta(seconds=1))
    metadata.close()
    assert "INTERRUPTED" in plynx("runs")[1]
