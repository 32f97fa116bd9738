"""Python scripts, each in a fresh interpreter."""

from __future__ import annotations

import json
import pickle
import pprint
import sys
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.graph.violation import Violation
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.node import Node

from .base import BaseExecutor, code_text, job_code, name_spaces
from .fake_values import FakeValues, fake_values

_RUNNER = str(Path(__file__).with_name("python_runner.py"))
_ALWAYS = ("inputs", "outputs", "params")


class PythonExecutor(BaseExecutor):
    """Runs ``_cmd`` as a program that finds the dicts ``inputs``, ``outputs`` and ``params`` (and ``cloud_…``).

    Values travel in a file beside the script, not as text in it, so that they arrive as they were, and line
    numbers in tracebacks are the author's.
    """

    kind: ClassVar[str] = kinds.PYTHON

    def run(self) -> None:
        """Run the script."""
        folder = self.context.folder
        script, values, failure = folder / "exec.py", folder / ".values.pickle", folder / ".failure.json"
        script.write_text(job_code(self.job), encoding="utf-8", newline="")
        values.write_bytes(
            pickle.dumps({name: dict(space) for name, space in name_spaces(self.context).items()})
        )
        command = [sys.executable, _RUNNER, str(script), str(values), str(failure)]
        try:
            self.context.run_process(command, what="The script")
        except JobFailedError as error:
            if type(error) is not JobFailedError or not failure.is_file():
                raise
            told = json.loads(failure.read_text(encoding="utf-8"))
            raise JobFailedError(told["message"], traceback=told["traceback"], exit_code=1) from error

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        """Also report code that isn't Python."""
        problem = python_problem(code_text(node))
        found = [] if problem is None else [cls._code_problem(node, problem)]
        return [*super().validate(node), *found]

    @classmethod
    def preview_command(cls, node: Node) -> str:
        """Return the script with its values, made-up paths among them, written out in front."""
        return _written_out(fake_values(node)) + code_text(node)


@lru_cache(maxsize=256)  # graphs hold many nodes of the same code
def python_problem(text: str) -> str | None:
    """Return why ``text`` isn't a Python program, or None."""
    try:
        compile(text, "<code>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except ValueError as error:  # a NUL character
        return str(error)
    return None


def _written_out(values: FakeValues) -> str:
    shown = {name: dict(space) for name, space in name_spaces(values).items() if space or name in _ALWAYS}
    return "".join(f"{name} = {pprint.pformat(space)}\n" for name, space in shown.items()) + "\n"
