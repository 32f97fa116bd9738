"""Values outside of runs: the variables of the notebook that is open, and what its file declares."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .port_types import Input, annotated_type

if TYPE_CHECKING:
    from plynx_jupyter.operations.notebook_interface import NotebookInterface

OUTPUTS_FOLDER: Final = "outputs"
"""Where outputs go that the notebook assigns no path to; below the working directory, made when needed."""
_NOTEBOOK_VARIABLES: Final = ("__vsc_ipynb_file__", "__session__")
"""Variables in which front ends leave the path of the notebook, besides the environment's JPY_SESSION_NAME."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of ports and parameters without a run: file types by name, and defaults of parameters."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def variables() -> Mapping[str, Any]:
    """Return the variables of the notebook, or of the program that runs."""
    return vars(sys.modules["__main__"])


def declared() -> Declared:
    """Return what annotations of this session and the notebook's file declare; the session wins."""
    found = _declared_in_file(variables())
    inputs, outputs = dict(found.inputs), dict(found.outputs)
    annotations = variables().get("__annotations__")
    for name, annotation in (annotations if isinstance(annotations, dict) else {}).items():
        known = annotated_type(annotation)
        if known is not None:
            marker, file_type = known
            (inputs if marker is Input else outputs)[name] = file_type
    return Declared(inputs, outputs, found.params)


def _declared_in_file(session: Mapping[str, Any]) -> Declared:
    places = [os.environ.get("JPY_SESSION_NAME"), *(session.get(name) for name in _NOTEBOOK_VARIABLES)]
    for place in places:
        if isinstance(place, str) and place.endswith(".ipynb"):
            try:
                stamp = os.stat(place)  # noqa: PTH116
            except OSError:
                continue  # a notebook without a file yet, or the file is another machine's
            return _read(place, stamp.st_mtime_ns, stamp.st_size)
    return Declared()


@lru_cache(maxsize=4)
def _read(path: str, mtime_ns: int, size: int) -> Declared:
    from plynx_jupyter.errors import OperationInvalidError
    from plynx_jupyter.operations.notebook_interface import interface_of_file

    try:
        return _plain(interface_of_file(Path(path)))
    except OperationInvalidError:
        return Declared()  # being edited, it need not be an operation at every moment


def _plain(interface: NotebookInterface) -> Declared:
    def types(ports: Any) -> dict[str, str]:
        return {port.name: port.file_type + "[]" * port.is_array for port in ports}

    values = {p.name: getattr(p.value, "chosen", p.value) for p in interface.parameters}
    return Declared(types(interface.inputs), types(interface.outputs), values)
