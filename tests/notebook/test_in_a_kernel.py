"""A notebook opened by hand, in a real kernel, as a Jupyter server starts it."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

from plynx_jupyter.notebook.run_values import VARIABLE


def test_it_works_in_a_kernel_that_no_run_started(tmp_path, monkeypatch):
    cells = [
        "from plynx_jupyter.notebook import Input, Output, inputs, outputs, params, save, show\n"
        'data: Input["csv"] = "sample.csv"\nplot: Output["png"]\nrate = 0.5',
        "# output: json\nscores = None\n"
        "print(dict(inputs), dict(outputs), dict(params))\n"
        "import PIL.Image\nsave('plot', PIL.Image.new('RGB', (4, 4)))\nsave('report.txt', 'text', 'text')",
        "show('plot')\nshow('data')",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.cells[0].metadata["tags"] = ["parameters"]
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = tmp_path / "by hand.ipynb"
    nbformat.write(book, path)
    (tmp_path / "sample.csv").write_text("a\n1\n")
    monkeypatch.delenv(VARIABLE, raising=False)
    # as jupyter_server tells a kernel whose notebook it is
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    NotebookClient(book, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert book.cells[1].outputs[0].text == (
        "{'data': 'sample.csv'} {'plot': 'outputs/plot.png', 'scores': 'outputs/scores.json'} {'rate': 0.5}\n"
    )
    assert (tmp_path / "outputs" / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "outputs" / "report.txt").read_text() == "text"
    pictures, table = [out.data for out in book.cells[2].outputs if out.output_type == "display_data"]
    assert "image/png" in pictures
    assert "text/html" in table
