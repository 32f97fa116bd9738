"""The file through which a run tells a notebook its values: written by the worker, read in the kernel.

A file and not only variables, so that values can be had wherever in the notebook they are imported, in modules
beside it, and in programs it starts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "PLYNX_NOTEBOOK_VALUES"
"""The environment variable that holds the file's path; without it, no run is going on."""


@dataclass(frozen=True, slots=True)
class RunValues:
    """Paths of ports and values of parameters by name, and the file types of ports (``csv[]`` for lists)."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text(json.dumps(asdict(self)), encoding="ascii")


def current_run() -> RunValues | None:
    """Return the values of the run that this process belongs to, or None outside of runs."""
    path = os.environ.get(VARIABLE)
    return _read(path) if path else None


@lru_cache(maxsize=1)
def _read(path: str) -> RunValues | None:
    try:
        return RunValues(**json.loads(Path(path).read_text(encoding="ascii")))
    except FileNotFoundError:  # a program that outlived the run it was started by
        return None
