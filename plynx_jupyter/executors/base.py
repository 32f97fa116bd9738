"""What an executor is: the base class of all of them, plug-ins included, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.violation import Target, ValidationCode, Violation
from plynx_jupyter.model.ids import NodeId, OperationId, new_id
from plynx_jupyter.model.job import Job
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.kind import GRAPH
from plynx_jupyter.model.node import Node, place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.operations.default_nodes import bare_operation, default_operation, has_default
from plynx_jupyter.operations.names import collisions

if TYPE_CHECKING:
    from .fake_values import FakeValues

PathOrPaths: TypeAlias = "str | list[str]"
"""The path of a port, or the paths of one that is a list; an empty list input has none, an optional one ``""``."""


class JobContext(Protocol):
    """What a worker lends an executor for one job. Used on the thread that calls ``run``, except ``log``."""

    job: Job
    folder: Path
    """Private working folder, removed after the job. Code starts in it."""

    @property
    def inputs(self) -> Mapping[str, PathOrPaths]:
        """Files by input name; made present at the first look. Raw values are files with their text."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Where outputs have to be put, by name; for a list it is a folder whose sorted files are the items."""

    @property
    def params(self) -> Mapping[str, JsonValue]:
        """Parameter values by name."""

    @property
    def cloud_inputs(self) -> Mapping[str, PathOrPaths]:
        """Places in a cloud storage, for the inputs that refer to such."""

    @property
    def cloud_outputs(self) -> Mapping[str, str]:
        """Places in a cloud storage, for the outputs that refer to such."""

    def run_process(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        what: str = "The program",
    ) -> None:
        """Run a program to its end, with its output in the logs.

        Raises ``JobFailedError`` (about ``what``) when it ends badly, ``JobTimeoutError``, ``JobCanceledError``.
        """

    def call_function(self) -> None:
        """Call the job's function in a reusable child; its result becomes the outputs."""

    def run_notebook(self, source: str, parameters: Mapping[str, JsonValue]) -> None:
        """Execute a notebook in a kernel; the executed one becomes the log ``notebook``, also on failure."""

    def progress(self, done: int, total: int, label: str = "") -> None:
        """Tell how far the job is."""

    def log(self, line: str) -> None:
        """Add a line to the worker's log of the job."""

    def should_stop(self) -> str | None:
        """Return why the job has to stop, or None; for executors that do the work themselves."""


def name_spaces(values: JobContext | FakeValues) -> dict[str, Mapping[str, Any]]:
    """Return the mappings that scripts find, by the names under which they do."""
    return {
        "inputs": values.inputs,
        "outputs": values.outputs,
        "params": values.params,
        "cloud_inputs": values.cloud_inputs,
        "cloud_outputs": values.cloud_outputs,
    }


class BaseExecutor:
    """How jobs of one kind run. A plug-in sets ``kind`` and overrides ``run``; one object serves one job."""

    kind: ClassVar[str] = ""
    IS_GRAPH: ClassVar[bool] = False
    """Whether a node of this kind is a graph, which the scheduler takes apart and never runs as a whole."""
    needs_code: ClassVar[bool] = False
    """Whether to report nodes without ``_cmd``; for the built-in kinds but ``command`` the graph room does."""

    def __init__(self, job: Job, context: JobContext) -> None:
        self.job = job
        self.context = context

    def run(self) -> None:
        """Do the job; raises ``JobFailedError`` when it can't be done. Outputs are taken when it returns."""
        raise NotImplementedError(f"{type(self).__name__} doesn't override run()")

    def kill(self) -> None:
        """Make ``run`` return soon; called on another thread, on cancel and timeout, and perhaps more than once.

        To be overridden by executors that do the work themselves: what the context runs is stopped by it.
        """

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        """Return what is wrong with a node of this kind, besides what is wrong with nodes of every kind."""
        problems = [cls._problem(node, sentence) for sentence in cls.name_collisions(node)]
        if cls.needs_code and not node.code_function_location and not code_text(node).strip():
            problems.append(cls._code_problem(node, "there is no code", ValidationCode.MISSING_PARAMETER))
        return problems

    @classmethod
    def name_collisions(cls, node: Node) -> list[str]:
        """Return the names of ports and parameters that code couldn't tell apart, one sentence each."""
        inputs = collisions(port.name for port in node.inputs)
        outputs = collisions(port.name for port in node.outputs)
        return [*inputs, *outputs, *collisions(p.name for p in node.parameters if not p.is_system)]

    @classmethod
    def get_default_node(cls, is_workflow: bool = False) -> Node:
        """Return a new node of this kind, ready to be edited; of a plug-in's kind it has no ports and no code yet."""
        kind = GRAPH if is_workflow and not cls.kind else cls.kind
        operation = default_operation(kind) if has_default(kind) else bare_operation(kind)
        return place(operation, NodeId(operation.id))

    @classmethod
    def default_operation(cls) -> Operation:
        """Return ``get_default_node`` as a new operation, to be edited and stored."""
        node = cls.get_default_node()
        return Operation(
            id=OperationId(new_id()),
            title=node.title,
            kind=node.kind,
            inputs=node.inputs,
            outputs=node.outputs,
            parameters=node.parameters,
            description=node.description,
            code_function_location=node.code_function_location,
            auto_run_enabled=node.auto_run_enabled,
        )

    @classmethod
    def preview_command(cls, node: Node) -> str:
        """Return the code as it would run, with made-up paths; raises ``JobFailedError`` when it can't be made."""
        return code_text(node)

    @classmethod
    def _problem(cls, node: Node, what: str) -> Violation:
        return Violation(
            target=Target.NODE,
            object_id=node.id,
            validation_code=ValidationCode.INVALID_VALUE,
            message=f"Node {node.title!r} ({node.id}): {what}.",
        )

    @classmethod
    def _code_problem(
        cls, node: Node, what: str, code: ValidationCode = ValidationCode.INVALID_VALUE
    ) -> Violation:
        return Violation(
            target=Target.PARAMETER,
            object_id=CMD,
            validation_code=code,
            message=f"Node {node.title!r} ({node.id}), parameter {CMD}: {what}.",
        )


def code_text(node: Node) -> str:
    """Return the code of a node, empty when it has none."""
    code = node.value(CMD)
    return code.value if isinstance(code, Code) else code if isinstance(code, str) else ""


def job_code(job: Job) -> str:
    """Return the code of a job; raises ``InvalidInputError`` when it has none."""
    if job.code is None:
        raise InvalidInputError(
            f"Node {job.title!r} ({job.id.node_id}) has no code: set its parameter {CMD}."
        )
    return job.code.value
