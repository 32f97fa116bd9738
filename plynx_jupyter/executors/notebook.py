"""Notebooks, executed in a kernel of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.graph.violation import Violation
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.node import Node
from plynx_jupyter.operations.names import collisions, identifier

from .base import BaseExecutor, JobContext, code_text, job_code


class NotebookExecutor(BaseExecutor):
    """Executes ``_cmd``, a notebook as JSON.

    Each input and output path and each parameter is a variable under its name (``data.csv``: ``data_csv``), and
    the dicts ``inputs``, ``outputs`` and ``params`` hold them under the names as they are.
    """

    kind: ClassVar[str] = kinds.NOTEBOOK

    def run(self) -> None:
        """Execute the notebook."""
        self.context.run_notebook(job_code(self.job), notebook_parameters(self.context))

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        """Also report code that isn't a notebook."""
        problem = _form_problem(code_text(node))
        found = [] if problem is None else [cls._code_problem(node, problem)]
        return [*super().validate(node), *found]

    @classmethod
    def name_collisions(cls, node: Node) -> list[str]:
        """Inputs, outputs and parameters share the variable names."""
        ports = [port.name for port in node.inputs] + [port.name for port in node.outputs]
        return collisions([*ports, *(p.name for p in node.parameters if not p.is_system)])


def notebook_parameters(context: JobContext) -> dict[str, JsonValue]:
    """Return what is injected; raises ``JobFailedError`` when two names would be the same variable."""
    spaces: tuple[Mapping[str, Any], ...] = (context.inputs, context.outputs, context.params)
    problems = collisions(name for space in spaces for name in space)
    if problems:
        raise JobFailedError(f"The notebook can't be given its parameters: {'; '.join(problems)}.")
    dicts = zip(("inputs", "outputs", "params"), spaces, strict=True)
    single = {identifier(name): value for space in spaces for name, value in space.items()}
    return {**{name: dict(space) for name, space in dicts}, **single}


def _form_problem(text: str) -> str | None:
    if not text.strip():
        return None  # said already, in general
    try:
        document = json.loads(text)
    except ValueError as error:
        return f"this is no notebook: {error}"
    if not isinstance(document, dict) or not isinstance(
        document.get("cells", document.get("worksheets")), list
    ):
        return "this is no notebook: it has no list of cells"
    return None
