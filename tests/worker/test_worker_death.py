"""When a worker is killed, its jobs' processes don't outlive it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plynx_jupyter.worker.marked_processes import marked

PROGRAM = """
import sys
from plynx_jupyter.model.job import AttemptId, Job, StorageLocation
from plynx_jupyter.model.parameter import Code
from plynx_jupyter.worker.job_runner import JobRunner

kind, code, folder = sys.argv[1:]
job = Job(id=AttemptId("r", "n", 1), title="t", kind=kind, code=Code(code),
          storage=StorageLocation(url="file://" + folder + "/store"))
JobRunner(__import__("pathlib").Path(folder)).run(job, lambda r: print(getattr(r, "text", ""), flush=True))
"""
CODES = {
    "bash_jinja2": "setsid nohup sleep 98765 & trap '' TERM INT HUP; echo ready; sleep 98765; sleep 98765",
    "function": "import os\ndef f():\n    print('ready', flush=True)\n    os.system('setsid sleep 98765; true')",
}


@pytest.mark.parametrize("kind", CODES)
def test_the_processes_of_a_killed_worker_end(tmp_path: Path, kind: str) -> None:
    mark = f"{os.getpid()}-{kind}"
    command = [sys.executable, "-c", PROGRAM, kind, CODES[kind], str(tmp_path)]
    environment = {**os.environ, "PLYNX_TEST": mark}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        while worker.stdout.readline() != "ready\n":
            assert worker.poll() is None
        assert len(marked("PLYNX_TEST", mark)) > 2
        worker.kill()
    give_up_at = time.monotonic() + 5
    while marked("PLYNX_TEST", mark):
        assert time.monotonic() < give_up_at
