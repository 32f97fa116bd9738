"""Notebooks as jobs: values in, outputs out, the executed notebook kept, nothing left running."""

from __future__ import annotations

import json
import math

import pytest

from plynx_jupyter.model.job import JobProgress
from plynx_jupyter.worker.cancel import CancelToken


def notebook(*cells: str) -> str:
    made = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for n, text in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_gets_its_values_and_leaves_its_outputs(workshop):
    params = {"nan": math.nan, "text": "'\"\n🐎", "big-number": 10**30, "list": [1, None, True]}
    code = notebook(
        "values = [nan, text, big_number, list, params['big-number'], inputs['data.csv'] == data_csv]\n"
        "content = open(data_csv).read() + repr(values)",
        "open(out, 'w').write(content)\nprint('written')",
    )
    job = workshop.job(
        "notebook", code, inputs={"data.csv": ("csv", "a,b\n")}, outputs={"out": "file"}, params=params
    )
    result = workshop.run(job)
    expected = "a,b\n" + repr([math.nan, "'\"\n🐎", 10**30, [1, None, True], 10**30, True])
    assert workshop.output_of(result).decode() == expected
    assert "written" in workshop.log(result)
    executed = json.loads(workshop.read(result.logs["notebook"][0]))
    assert executed["cells"][-1]["outputs"][0]["text"] in ("written\n", ["written\n"])
    assert [(r.done, r.total) for r in workshop.reports if isinstance(r, JobProgress)][-1] == (2, 2)


def test_a_failed_notebook_is_kept_and_names_its_cell(workshop):
    result = workshop.run(workshop.job("notebook", notebook("print('fine')", "1 / 0", "print('never')")))
    assert result.error is not None
    assert result.error.cell == 2
    assert "ZeroDivisionError" in result.error.message
    assert "ZeroDivisionError" in workshop.read(result.logs["notebook"][0]).decode()


@pytest.mark.parametrize("way", ["timeout", "cancel"])
def test_nothing_is_left_of_a_stopped_notebook(workshop, way):
    start = (
        "import os, subprocess\nsubprocess.Popen(['setsid', 'sleep', '98765'])\nprint('ready', flush=True)"
    )
    hide = "subprocess.Popen('(setsid nohup sleep 98765 &)', shell=True)"
    token = CancelToken()
    code = notebook(start, hide, "import time\ntime.sleep(600)")
    before = workshop.sleepers()

    def on_report(report):
        if isinstance(report, JobProgress) and report.done == 2 and way == "cancel":
            token.cancel()

    limit = 4.0 if way == "timeout" else None
    job = workshop.job("notebook", code, timeout_seconds=limit)
    result = workshop.run(job, token, reports=on_report)
    assert result.error is not None
    assert result.error.code == ("job.timeout" if way == "timeout" else "job.canceled")
    assert result.error.cell == 3
    assert "notebook" in result.logs
    assert workshop.processes() == []
    assert workshop.sleepers() <= before


def test_what_is_no_notebook_is_refused(workshop):
    for code in ("{ not json", '{"a": 1}'):
        result = workshop.run(workshop.job("notebook", code))
        assert result.error is not None
        assert set(result.logs) == {"stdout", "stderr", "worker"}


def test_a_notebook_over_its_memory_is_stopped_with_figures(workshop):
    code = notebook("data = bytearray(500 << 20)\nimport time\ntime.sleep(60)")
    result = workshop.run(workshop.job("notebook", code, request={"memory_bytes": 300 << 20}))
    assert result.error is not None
    assert result.error.code == "job.failed"
    assert "Out of memory" in result.error.message
    assert "300 MiB" in result.error.message
    assert result.error.cell == 1
