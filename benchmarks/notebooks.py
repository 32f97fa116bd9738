"""Notebooks against papermill on the same notebook."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import nbformat

from plynx_jupyter.client import Client, Graph, Operation, Param

from .cluster import fresh_home, shared_cluster
from .harness import Row, in_turn, median, shown

_salt = itertools.count(1)
LIGHT = ["x = [n * n for n in range(1000)]", "print(sum(x))", "print('done')"]
IMPORTS = [
    "import pandas as pd",
    "import matplotlib.pyplot as plt",
    "from sklearn.linear_model import Ridge",
    "1 + 1",
]


def measure(times: int = 5) -> list[Row]:
    rows = []
    with shared_cluster() as address, fresh_home() as home, Client(home=home, cluster=address) as client:
        for name, cells, goal in (
            ("light cells", LIGHT, 8),
            ("pandas, matplotlib, scikit-learn", IMPORTS, 20),
        ):
            rows.append(_compare(client, name, cells, goal, times))
    return rows


def _compare(client: Client, name: str, cells: list[str], goal: int, times: int) -> Row:
    import papermill

    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("salt = 0", metadata={"tags": ["parameters"]}),
            *map(nbformat.v4.new_code_cell, cells),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "n.ipynb"
        nbformat.write(notebook, path)
        op = Operation.from_notebook(path, params=[Param("salt", default=0)])

        def ours() -> None:
            Graph(client, nodes=[op(salt=next(_salt))]).run().wait()

        def reference() -> None:
            out = str(Path(folder) / "out.ipynb")
            papermill.execute_notebook(str(path), out, parameters={"salt": next(_salt)}, progress_bar=False)

        ours(), reference()  # both have imported what they need
        here, there = in_turn(times, ours, reference)
    ratio = median(there) / median(here)
    return Row(
        f"a notebook: {name}",
        shown(here),
        f"papermill: {shown(there)}",
        f"{ratio:.2f} x as fast",
        f"{goal} x later (warm kernels)",
        None,
    )
