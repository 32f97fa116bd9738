"""How things are timed and told: medians with spread, ratios, the machine."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path


@dataclass
class Row:
    """One line of the results; ``reached`` is None where no goal is set yet."""

    what: str
    ours: str
    reference: str
    ratio: str
    goal: str
    reached: bool | None
    notes: list[str] = field(default_factory=list)


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def median(values: list[float]) -> float:
    return statistics.median(values)


def shown(values: list[float], unit: str = "s", scale: float = 1.0, digits: int = 2) -> str:
    """Write a median with the range it lies in."""
    scaled = [value * scale for value in values]
    middle = f"{median(scaled):.{digits}f} {unit}"
    return middle if len(scaled) == 1 else f"{middle} ({min(scaled):.{digits}f}-{max(scaled):.{digits}f})"


def in_turn(times: int, *calls: Callable[[], object]) -> list[list[float]]:
    """Time several calls in turn, ``times`` times each, so that a busy moment hits all of them."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(times):
        for values, call in zip(taken, calls, strict=True):
            values.append(seconds_of(call))
    return taken


def machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = ""
    if Path("/proc/cpuinfo").exists():
        names = [
            line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else ""
    return f"{model or platform.machine()}, {cores} cores, {platform.system()} {platform.release().split('-')[0]}"


def versions() -> str:
    names = ("plynx-jupyter", "distributed", "papermill", "nbclient", "ipykernel", "SQLAlchemy")
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)])


def table(rows: list[Row]) -> str:
    lines = ["| what | here | reference | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        mark = {True: "reached", False: "**missed**", None: ""}[row.reached]
        lines.append(f"| {row.what} | {row.ours} | {row.reference} | {row.ratio} | {row.goal} | {mark} |")
    return "\n".join(lines)
