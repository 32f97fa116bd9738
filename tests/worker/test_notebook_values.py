"""What a notebook imports from ``plynx_jupyter.notebook`` while it runs, and ports that its cells assign."""

from __future__ import annotations

import json

import pytest

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(*cells: str, kernel=KERNEL, tagged: int | None = None) -> str:
    made = [
        {
            "cell_type": "code", "id": f"c{n}", "source": text, "outputs": [], "execution_count": None,
            "metadata": {"tags": ["parameters"]} if n == tagged else {},
        }
        for n, text in enumerate(cells)
    ]  # fmt: skip
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def test_values_saving_and_showing_work_inside_a_run(workshop):
    code = notebook(
        "from plynx_jupyter.notebook import inputs, outputs, params, save, show\n"
        "rows = open(inputs['data.csv']).read()\n"
        "assert list(params) == ['rate', 'big-one'] and params['big-one'] == 10**30, dict(params)\n"
        "assert inputs['many'] == list(inputs['many']) and len(inputs['many']) == 2",
        "import PIL.Image\n"
        "save('plot', PIL.Image.new('RGB', (20, 10)))\n"
        "save('report.json', {'rate': params['rate'], 'rows': rows})\n"
        "save('parts', ['a', 'b'])\nsave('label', 'text\\n')\n"
        "show('plot')\nshow('data.csv')",
        "try:\n    save('nothing', 1)\nexcept KeyError as error:\n    print(error)",
    )
    job = workshop.job(
        "notebook",
        code,
        inputs={"data.csv": ("csv", "a,b\n1,2\n"), "many": ("text[]", ["x", "y"])},
        outputs={"plot": "image", "report.json": "json", "parts": "text[]", "label": "str"},
        params={"rate": 0.5, "big-one": 10**30},
    )
    result = workshop.run(job)
    assert result.error is None, result.error
    assert workshop.output_of(result, "plot").startswith(b"\x89PNG")
    assert json.loads(workshop.output_of(result, "report.json")) == {"rate": 0.5, "rows": "a,b\n1,2\n"}
    assert [workshop.read(one) for one in result.outputs["parts"]] == [b"a", b"b"]
    assert workshop.output_of(result, "label") == "text\n"
    executed = json.loads(workshop.read(result.logs["notebook"][0]))
    shown = [out["data"] for out in executed["cells"][2]["outputs"] if out["output_type"] == "display_data"]
    assert "image/png" in shown[0]
    assert "text/html" in shown[1]
    log = workshop.log(result)
    assert "has no output 'nothing'. Its outputs are: plot, report.json, parts, label." in log


def test_ports_that_cells_assign_get_the_values_of_the_run(workshop):
    code = notebook(
        "rate = 0.1\nnote = 'é'; data = 'sample.csv'",
        "from plynx_jupyter.notebook import Input, Output\n"
        "%matplotlib inline\n"
        "é = 'é'; table: Input['csv'] = (\n    'sample'\n    '.csv'\n); x = 1\nrows = open(table).read()",
        "import os\nplot = os.path.join('out', 'plot.png')  # output: text\n"
        "with open(plot, 'w') as file: file.write(rows + str(rate))\nwritten = plot",
        "plot = 'mine now'\nassert written == outputs['plot'] != plot and x == 1",
        tagged=0,
    )
    job = workshop.job(
        "notebook", code, inputs={"table": ("csv", "a\n1\n")}, outputs={"plot": "text"}, params={"rate": 0.5}
    )
    result = workshop.run(job)
    assert result.error is None, result.error
    assert workshop.output_of(result, "plot") == b"a\n1\n0.5"


def test_outputs_that_were_not_made_are_named(workshop):
    code = notebook("from plynx_jupyter.notebook import save\nsave('a', 'x')")
    result = workshop.run(workshop.job("notebook", code, outputs={"a": "text", "b": "image", "c": "csv"}))
    assert result.error is not None
    assert result.error.code == "job.output_missing"
    assert all(f"The output {name!r} was not made" in result.error.message for name in "bc")
    assert "'a'" not in result.error.message


@pytest.fixture
def bash_kernel(tmp_path, monkeypatch):
    import sys

    pytest.importorskip("bash_kernel")
    folder = tmp_path / "jupyter" / "kernels" / "bash"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Bash", "language": "bash"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return {"name": "bash", "display_name": "Bash", "language": "bash"}


def test_a_bash_notebook_runs_with_its_ports_and_parameters(workshop, bash_kernel):
    code = notebook(
        "count=1\nlabels=(a b)",
        'data="sample.csv"  # input: csv\nresult=out.txt  # output: text\nwc -l < "$data" > "$result"',
        'echo "$count ${labels[1]} ${params[count]} ${inputs[big-data]}" >> "$result"\n'
        '[ "${outputs[result]}" = "$result" ] && echo same >> "$result"',
        kernel=bash_kernel,
        tagged=0,
    )
    job = workshop.job(
        "notebook", code, inputs={"data": ("csv", "a\nb\n"), "big-data": ("csv", "c\n")},
        outputs={"result": "text"}, params={"count": 7, "labels": ["x", "y z"]},
    )  # fmt: skip
    result = workshop.run(job)
    assert result.error is None, result.error
    lines = workshop.output_of(result, "result").decode().split("\n")
    assert lines[0] == "2"
    assert lines[1].startswith("7 y z 7 /")
    assert lines[2] == "same"
