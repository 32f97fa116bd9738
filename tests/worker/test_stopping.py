"""Cancel, timeout and memory: whatever the code does, none of its processes is left."""

from __future__ import annotations

import threading
import time

import pytest

from plynx_jupyter.worker.cancel import CancelToken
from plynx_jupyter.worker.job_watch import StopGrace

STUBBORN = "trap '' INT TERM HUP\n"
RUNAWAYS = {
    "plain": "sleep 98765",
    "stubborn": STUBBORN + "while true; do sleep 98765; done",
    "background": "sleep 98765 & sleep 98765 & wait",
    "nohup": "nohup sleep 98765 > /dev/null 2>&1 & wait",
    "setsid": "setsid sleep 98765 & setsid bash -c 'sleep 98765 & sleep 98765' & wait",
    "double fork": STUBBORN
    + "(setsid bash -c 'trap \"\" INT TERM; sleep 98765; sleep 98765' &) ; sleep 98765; sleep 98765",
    "cleared environment": "(env -i setsid /bin/sh -c 'trap \"\" TERM; sleep 98765; :' &) ; sleep 98765",
}
SHORT = StopGrace(terminate_after_seconds=0.1, kill_after_seconds=0.2)


@pytest.mark.parametrize("name", RUNAWAYS)
def test_nothing_is_left_after_a_timeout(workshop, name):
    before = workshop.sleepers()
    job = workshop.job("bash_jinja2", RUNAWAYS[name], timeout_seconds=0.3)
    result = workshop.run(job, grace=SHORT)
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert "0.3 s" in result.error.message
    assert workshop.sleepers() <= before


@pytest.mark.parametrize("name", ["plain", "stubborn", "double fork", "cleared environment"])
def test_nothing_is_left_within_two_seconds_after_a_cancel(workshop, name):
    before = workshop.sleepers()
    token = CancelToken()
    canceled_at: list[float] = []

    def on_report(report):
        if getattr(report, "text", "") == "ready\n":
            canceled_at.append(time.monotonic())
            token.cancel()

    result = workshop.run(
        workshop.job("bash_jinja2", f"echo ready\n{RUNAWAYS[name]}"), token, reports=on_report
    )
    assert time.monotonic() - canceled_at[0] < 2
    assert result.error is not None
    assert result.error.code == "job.canceled"
    assert workshop.log(result) == "ready\n"
    assert workshop.sleepers() <= before


def test_processes_left_in_the_background_end_with_the_script_and_do_not_fail_it(workshop):
    before = workshop.sleepers()
    code = (
        "nohup setsid sleep 98765 > /dev/null 2>&1 &\n(setsid sleep 98765 &)\necho done > {{ outputs.out }}"
    )
    started = time.monotonic()
    result = workshop.run(workshop.job("bash_jinja2", code, outputs={"out": "file"}))
    assert workshop.output_of(result) == b"done\n"
    assert time.monotonic() - started < 5
    assert "background" in workshop.log(result, "worker")
    assert workshop.sleepers() <= before


def test_a_canceled_job_leaves_the_others_alone(workshop):
    token = CancelToken()
    results = {}
    other = workshop.job("bash_jinja2", "sleep 1; echo mine")
    thread = threading.Thread(
        target=lambda: results.update(other=workshop.run(other, reports=lambda _: None))
    )
    thread.start()
    threading.Timer(0.2, token.cancel).start()
    stopped = workshop.run(workshop.job("bash_jinja2", RUNAWAYS["setsid"]), token)
    thread.join()
    assert stopped.error is not None
    assert results["other"].error is None
    assert workshop.log(results["other"]) == "mine\n"


@pytest.mark.parametrize(
    "code",
    [
        "import time\ndef f():\n    time.sleep(600)",
        "import signal, time\ndef f():\n    for s in (2, 15): signal.signal(s, signal.SIG_IGN)\n    time.sleep(600)",
        "import subprocess\ndef f():\n    subprocess.run(['setsid', 'sleep', '98765'])",
        "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    ],
)
def test_a_function_that_takes_too_long_is_stopped_and_the_next_gets_a_new_child(workshop, code):
    before = workshop.sleepers()
    result = workshop.run(workshop.job("function", code, timeout_seconds=0.3), grace=SHORT)
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert workshop.sleepers() <= before
    after = workshop.run(workshop.job("function", "def f():\n    return 1", outputs={"out": "int"}))
    assert workshop.output_of(after) == 1


def test_a_script_may_clean_up_when_it_is_interrupted(workshop):
    code = "import time\ntry:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('cleaned up')\n    raise"
    result = workshop.run(workshop.job("python", code, timeout_seconds=0.5))
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert workshop.log(result) == "cleaned up\n"


@pytest.mark.parametrize("kind", ["python", "function"])
def test_a_job_over_its_memory_is_stopped_with_figures(workshop, kind):
    body = "data = bytearray(300 * 1024 * 1024)\nimport time\ntime.sleep(60)\n"
    code = body if kind == "python" else "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    result = workshop.run(workshop.job(kind, code, request={"memory_bytes": 150 * 1024**2}))
    assert result.error is not None
    assert result.error.code == "job.failed"
    assert "Out of memory" in result.error.message
    assert "150 MiB" in result.error.message
    assert result.peak_memory_bytes is not None
    assert result.peak_memory_bytes > 150 * 1024**2


def test_memory_of_children_counts(workshop):
    child = "x = bytearray(300 << 20)\nimport time\ntime.sleep(60)"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    result = workshop.run(workshop.job("python", code, request={"memory_bytes": 150 * 1024**2}))
    assert result.error is not None
    assert "Out of memory" in result.error.message


def test_the_peak_of_memory_is_recorded(workshop):
    result = workshop.run(workshop.job("python", "x = bytearray(200 * 1024 * 1024)"))
    assert result.error is None
    assert result.peak_memory_bytes is not None
    assert 200 * 1024**2 < result.peak_memory_bytes < 400 * 1024**2


def test_the_worker_survives_code_that_kills_its_supervisor(workshop):
    code = "setsid sleep 98765 &\nkill -9 $PPID\nsleep 98765"
    before = workshop.sleepers()
    result = workshop.run(workshop.job("bash_jinja2", code))
    assert result.error is not None
    assert "vanished" in result.error.message
    assert workshop.sleepers() <= before


def test_a_supervisor_that_the_code_has_stopped_still_obeys(workshop):
    before = workshop.sleepers()
    code = "kill -STOP $PPID\nsleep 98765 & sleep 98765"
    started = time.monotonic()
    result = workshop.run(workshop.job("bash_jinja2", code, timeout_seconds=0.3), grace=SHORT)
    assert time.monotonic() - started < 3
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert workshop.sleepers() <= before
