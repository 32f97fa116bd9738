"""Functions of files are read by a child process, which never outlives the question."""

from __future__ import annotations

import os
import sys
import time

import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.operations.function_reading import read_function

STARTS_A_SLEEPER = """
import pathlib, subprocess, sys
sleeper = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
pathlib.Path("sleeper.pid").write_text(str(sleeper.pid))
"""


def ended(pid):
    """Wait until a process is gone, or at most a while; return whether it is."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_nothing_of_the_file_runs_in_this_process(tmp_path):
    path = tmp_path / "tools_of_this_test.py"
    path.write_text(
        "import sys\nsys.seen = True\nprint('noise')\n\ndef scale(factor: int = 2) -> int:\n    ...\n"
    )
    operation = read_function(path, "scale")
    assert [parameter.name for parameter in operation.parameters][:1] == ["factor"]
    assert not hasattr(sys, "seen")
    assert path.stem not in sys.modules
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_file_that_takes_too_long_is_given_up_with_all_that_it_started(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text(f"{STARTS_A_SLEEPER}\nwhile True:\n    pass\n")
    with pytest.raises(OperationInvalidError, match="more than 2 s"):
        read_function(path, "f", seconds=2)
    assert ended(int((tmp_path / "sleeper.pid").read_text()))


def test_what_a_file_starts_ends_with_the_reading_of_it(tmp_path):
    path = tmp_path / "starts.py"
    path.write_text(f"{STARTS_A_SLEEPER}\ndef f() -> int:\n    return 1\n")
    assert read_function(path, "f").outputs[0].file_type == "int"
    assert ended(int((tmp_path / "sleeper.pid").read_text()))
