"""Executables of any language, which find their inputs in environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.node import Node
from plynx_jupyter.operations.names import identifier

from .base import BaseExecutor, JobContext, job_code
from .shell_values import shell_text

_OTHER = re.compile(r"[^A-Z0-9]")
_SPACES = ("INPUT", "OUTPUT", "PARAM", "CLOUD_INPUT", "CLOUD_OUTPUT")


class CommandExecutor(BaseExecutor):
    """Runs ``_cmd`` as an executable: what its first line ``#!…`` names, ``/bin/sh`` without one.

    ``INPUT_<NAME>``, ``OUTPUT_<NAME>``, ``PARAM_<NAME>`` (and ``CLOUD_INPUT_<NAME>``, ``CLOUD_OUTPUT_<NAME>``) are
    set, with names in upper case and ``_`` for everything that isn't a letter or digit. The paths of a list
    stand one to a line, as do the items of list parameters; booleans are ``true`` and ``false``. The name as it is
    (``data``, ``data_csv``) is set too, unless the environment has such a variable.
    """

    kind: ClassVar[str] = kinds.COMMAND
    needs_code: ClassVar[bool] = True

    def run(self) -> None:
        """Run the executable."""
        text = job_code(self.job)
        program = self.context.folder / "exec"
        program.write_text(text, encoding="utf-8", newline="")
        program.chmod(0o700)
        command = [str(program)] if text.startswith("#!") else ["/bin/sh", str(program)]
        self.context.run_process(command, environment=variables(self.context), what="The command")

    @classmethod
    def name_collisions(cls, node: Node) -> list[str]:
        """Names that are equal as variables, such as ``a.b`` and ``A-B``."""
        groups = (
            ("INPUT", [port.name for port in node.inputs]),
            ("OUTPUT", [port.name for port in node.outputs]),
            ("PARAM", [p.name for p in node.parameters if not p.is_system]),
        )
        return [sentence for space, names in groups for sentence in _equal(space, names)]


def variable(space: str, name: str) -> str:
    """Return the name of the variable for a port or parameter.

    >>> variable("INPUT", "data.csv"), variable("PARAM", "hidden-layer-sizes")
    ('INPUT_DATA_CSV', 'PARAM_HIDDEN_LAYER_SIZES')
    """
    return f"{space}_{_OTHER.sub('_', name.upper())}"


def variables(context: JobContext) -> dict[str, str]:
    """Return the variables of a job; raises ``JobFailedError`` for names that are equal as variables."""
    spaces: tuple[Mapping[str, Any], ...] = (
        context.inputs,
        context.outputs,
        context.params,
        context.cloud_inputs,
        context.cloud_outputs,
    )
    problems = [s for space, values in zip(_SPACES, spaces, strict=True) for s in _equal(space, list(values))]
    if problems:
        raise JobFailedError(f"The command can't be given its variables: {'; '.join(problems)}.")
    found: dict[str, str] = {}
    for values in spaces[:3]:
        found.update({identifier(name): _text(name, value) for name, value in values.items()})
    found = {name: text for name, text in found.items() if name not in os.environ}
    for space, values in zip(_SPACES, spaces, strict=True):
        found.update({variable(space, name): _text(name, value) for name, value in values.items()})
    return found


def _equal(space: str, names: list[str]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for name in names:
        spelled = variable(space, name)
        if spelled in first:
            problems.append(f"{first[spelled]!r} and {name!r} would both be the variable {spelled}")
        first.setdefault(spelled, name)
    return problems


def _text(name: str, value: object) -> str:
    text = "\n".join(map(shell_text, value)) if isinstance(value, list) else shell_text(value)
    if "\0" in text:
        raise JobFailedError(f"The value of {name!r} holds a NUL character, which no variable can.")
    return text
