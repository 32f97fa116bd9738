"""Functions and classes of Python, called with values."""

from __future__ import annotations

from typing import ClassVar

from plynx_jupyter.graph.violation import Violation
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.node import Node
from plynx_jupyter.operations.names import collisions

from .base import BaseExecutor, code_text
from .python import python_problem


class FunctionExecutor(BaseExecutor):
    """Calls the function or class in ``_cmd``, or the one at ``code_function_location`` (``module:qualname``).

    Inputs and parameters are arguments by name; what is returned are the outputs: a dict with a value for each,
    or the bare value when there is one. An object of a class is kept as long as its child process
    lives, and called again.
    """

    kind: ClassVar[str] = kinds.FUNCTION

    def run(self) -> None:
        """Call it."""
        self.context.call_function()

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        """Also report code that isn't Python."""
        problem = python_problem(code_text(node))
        found = [] if problem is None else [cls._code_problem(node, problem)]
        return [*super().validate(node), *found]

    @classmethod
    def name_collisions(cls, node: Node) -> list[str]:
        """Inputs and parameters share the argument names."""
        arguments = [p.name for p in node.inputs] + [p.name for p in node.parameters if not p.is_system]
        return [*collisions(arguments), *collisions(port.name for port in node.outputs)]
