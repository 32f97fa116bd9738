"""What it costs to start."""

from __future__ import annotations

import subprocess
import sys

from .harness import Row, in_turn, median, shown


def _program(*arguments: str):
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def measure(times: int = 9) -> list[Row]:
    bare, package, names, version = in_turn(
        times,
        _program("-c", "pass"),
        _program("-c", "import plynx_jupyter"),
        _program("-c", "from plynx_jupyter import Client, File, Graph, Operation"),
        _program("-m", "plynx_jupyter", "version"),
    )
    above = median(package) - median(bare)
    return [
        Row(
            "`import plynx_jupyter` above bare Python",
            f"{above * 1000:.0f} ms",
            f"bare Python: {shown(bare, 'ms', 1000, 0)}",
            "",
            "150 ms",
            above <= 0.15,
        ),
        Row(
            "`from plynx_jupyter import Client, File, Graph, Operation` above bare Python",
            f"{(median(names) - median(bare)) * 1000:.0f} ms",
            "",
            "",
            "",
            None,
        ),
        Row("`jupyter-plynx version`", shown(version, "ms", 1000, 0), "", "", "", None),
    ]
