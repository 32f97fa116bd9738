"""Bash scripts made from Jinja2 templates."""

from __future__ import annotations

from typing import ClassVar

from plynx_jupyter.errors import TemplateError
from plynx_jupyter.graph.violation import Violation
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.node import Node

from .base import BaseExecutor, code_text, job_code, name_spaces
from .fake_values import fake_values
from .template import check_syntax, render


class BashJinja2Executor(BaseExecutor):
    """Renders ``_cmd`` and has ``bash`` run it.

    The template knows ``inputs``, ``outputs``, ``params``, ``cloud_inputs`` and ``cloud_outputs`` (``input``,
    ``output`` and ``param`` are older spellings), and a filter ``sh`` that quotes: ``{{ params.title | sh }}``.
    """

    kind: ClassVar[str] = kinds.BASH_JINJA2

    def run(self) -> None:
        """Render and run the script."""
        text = render(job_code(self.job), name_spaces(self.context))
        if "\0" in text:
            raise TemplateError("The script holds a NUL character, which bash can't read.")
        script = self.context.folder / "exec.sh"
        script.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        self.context.run_process(["bash", str(script)], what="The script")

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        """Also report a template that isn't well formed."""
        problem = check_syntax(code_text(node))
        found = (
            [] if problem is None else [cls._code_problem(node, f"the template isn't well formed: {problem}")]
        )
        return [*super().validate(node), *found]

    @classmethod
    def preview_command(cls, node: Node) -> str:
        """Return the rendered script, with made-up paths; raises ``TemplateError``."""
        return render(code_text(node), name_spaces(fake_values(node)))
