"""Operations as programs use them: captured from code or fetched from the catalogue, called to make nodes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from plynx_jupyter.errors import InvalidInputError, OperationInvalidError, PlynxError
from plynx_jupyter.model import operation as model
from plynx_jupyter.model.ids import NodeId, OperationId, new_id
from plynx_jupyter.model.kind import PYTHON
from plynx_jupyter.model.node import place
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterValue
from plynx_jupyter.model.port import Input, Output
from plynx_jupyter.operations.function import operation_from_function
from plynx_jupyter.operations.names import identifier
from plynx_jupyter.operations.notebook import operation_from_notebook
from plynx_jupyter.operations.script import operation_from_script

from .client import Client
from .node import Node, OutputHandle
from .ports import parameter_value

InputSpec: TypeAlias = "str | tuple[str, str] | Input"
OutputSpec: TypeAlias = "str | tuple[str, str] | Output"
ParameterSpec: TypeAlias = "str | Parameter"

_PLACEMENT = ("node_id", "title", "description", "x", "y")


class Operation:
    """Something that can be run. Call it with its inputs and parameters to get a node.

    With an ``id`` alone (and, as a check, the names of its ports) it stands for an operation of the catalogue;
    with ``code`` (a script, see ``kind``) it is a new one. ``from_function``, ``from_notebook`` and
    ``from_script`` make operations of what is already there.
    """

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - PLynx's own spelling
        *,
        title: str | None = None,
        kind: str = PYTHON,
        inputs: Iterable[InputSpec] | None = None,
        params: Iterable[ParameterSpec] | None = None,
        outputs: Iterable[OutputSpec] | None = None,
        code: str | None = None,
        description: str = "",
        client: Client | None = None,
    ) -> None:
        if code is not None:
            made = operation_from_script(
                code,
                kind=kind,
                title=title or "Operation",
                inputs=inputs,
                outputs=outputs,
                params=params,
                description=description,
            )
            self.model = replace(made, id=OperationId(id)) if id else made
            self._is_known = id is not None
        elif id is not None:
            self.model = (client or Client()).load_operation(OperationId(id))
            self._is_known = True
            _check_interface(self.model, title, inputs, params, outputs)
        else:
            raise OperationInvalidError("An Operation needs the id of a stored one, or code of its own.")

    @classmethod
    def of(cls, operation: model.Operation, *, is_known: bool = True) -> Operation:
        """Wrap an operation that is already there; nodes refer to it by its id if others know that too."""
        made = cls.__new__(cls)
        made.model = operation
        made._is_known = is_known
        return made

    @classmethod
    def from_function(cls, function: Callable[..., Any], **overrides: Any) -> Operation:
        """Make an operation of a function, or of a class with ``__call__``; see ``operations.function``."""
        return cls.of(operation_from_function(function, **overrides), is_known="id" in overrides)

    @classmethod
    def from_notebook(cls, path: str | Path, **overrides: Any) -> Operation:
        """Make an operation of a notebook; see ``operations.notebook``."""
        return cls.of(operation_from_notebook(Path(path), **overrides), is_known=False)

    @classmethod
    def from_script(cls, script: str | Path, *, kind: str = PYTHON, **overrides: Any) -> Operation:
        """Make an operation of a script, given as text or as the ``Path`` of a file; see ``operations.script``."""
        if isinstance(script, Path):
            overrides.setdefault("title", script.stem)
            script = script.read_text(encoding="utf-8")
        return cls.of(operation_from_script(script, kind=kind, **overrides), is_known=False)

    @property
    def id(self) -> OperationId:
        """The operation's id."""
        return self.model.id

    @property
    def title(self) -> str:
        """The operation's title."""
        return self.model.title

    def save(self, client: Client | None = None) -> Operation:
        """Store the operation in the catalogue and return it as stored."""
        return Operation.of((client or Client()).save_operation(self.model))

    @property
    def __signature__(self) -> inspect.Signature:
        """Lets notebooks complete and document calls."""
        names = [port.name for port in self.model.inputs]
        names += [parameter.name for parameter in self.model.parameters if not parameter.is_system]
        return inspect.Signature(
            [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
                for name in dict.fromkeys(map(identifier, names))
            ]
        )

    def __call__(self, **arguments: Any) -> Node:
        """Return a node of this operation.

        Inputs take outputs of other nodes (``node.outputs.x``, a node with a single output, or a list of them
        for list inputs), or a plain value where the file type is a value; parameters take values. Names with
        dots or dashes are spelled with underscores. ``node_id``, ``title``, ``description``, ``x`` and ``y`` place the
        node. A wrong name raises ``InvalidInputError`` that lists the right ones; so do wrong values, all at once.
        """
        placement = {name: arguments.pop(name) for name in _PLACEMENT if self._places(name, arguments)}
        inputs = {identifier(port.name): port for port in self.model.inputs}
        parameters = {(p.name if p.is_system else identifier(p.name)): p for p in self.model.parameters}
        self._refuse_unknown(arguments, inputs, parameters)
        problems: list[str] = []
        sources: dict[NodeId, Node] = {}
        bound = tuple(
            _bind(port, arguments[name], sources, problems) if name in arguments else port
            for name, port in inputs.items()
        )
        valued = tuple(
            _set(parameter, arguments[name], problems) if name in arguments else parameter
            for name, parameter in parameters.items()
        )
        if problems:
            raise InvalidInputError(f"{self.title!r} can't be called like this:\n" + "\n".join(problems))
        node_id = NodeId(placement.pop("node_id", None) or new_id())
        node = place(self.model, node_id)
        if not self._is_known:  # its id was made up just now: there is nothing the node could be traced to
            node = replace(node, original_node_id=None)
        placed: Mapping[str, Any] = {k: v for k, v in placement.items() if v is not None}
        return Node(replace(node, inputs=bound, parameters=valued, **placed), tuple(sources.values()))

    def _places(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Tell whether a keyword is about the node's place; a port or parameter of that name wins."""
        if name not in arguments:
            return False
        taken = {identifier(port.name) for port in self.model.inputs}
        return name not in taken and name not in {identifier(p.name) for p in self.model.parameters}

    def _refuse_unknown(
        self, arguments: Mapping[str, Any], inputs: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> None:
        unknown = [name for name in arguments if name not in inputs and name not in parameters]
        if unknown:
            shown = [name for name, parameter in parameters.items() if not parameter.is_system]
            raise InvalidInputError(
                f"{self.title!r} has no input or parameter {', '.join(map(repr, unknown))}. "
                f"Its inputs are {', '.join(inputs) or 'none'}; its parameters are {', '.join(shown) or 'none'}."
            )

    def __repr__(self) -> str:
        return f"<Operation {self.title!r} ({self.model.kind})>"


def _bind(port: Input, value: Any, sources: dict[NodeId, Node], problems: list[str]) -> Input:
    values = list(value) if isinstance(value, list | tuple) and port.is_array else [value]
    handles = [_handle(item) for item in values if item is not None]
    if all(isinstance(handle, OutputHandle) for handle in handles):
        references = []
        for handle in handles:
            assert isinstance(handle, OutputHandle)
            sources[handle.node.id] = handle.node
            references.append(handle.reference)
        return replace(port, references=tuple(references))
    if any(isinstance(handle, OutputHandle) for handle in handles):
        problems.append(f"- input {port.name!r} mixes outputs of nodes and plain values")
        return port
    if any(isinstance(handle, PlynxError) for handle in handles):
        problems.extend(f"- input {port.name!r}: {h}" for h in handles if isinstance(h, PlynxError))
        return port
    return replace(port, primitive_override=value)


def _handle(value: Any) -> Any:
    """Return the output that a value stands for, or the value itself."""
    if isinstance(value, Node):
        names = list(value.outputs)
        if len(names) == 1:
            return OutputHandle(value, names[0])
        return InvalidInputError(f"{value.title!r} has the outputs {', '.join(names)}; say which")
    return value


def _set(parameter: Parameter, value: Any, problems: list[str]) -> Parameter:
    held: ParameterValue = parameter.value
    choices = held.values if isinstance(held, EnumChoice) else ()
    if isinstance(held, Code) and isinstance(value, str):
        return replace(parameter, value=Code(value, held.mode))
    try:
        return replace(
            parameter, value=parameter_value(parameter.name, parameter.parameter_type, value, choices)
        )
    except OperationInvalidError as error:
        problems.append(f"- {error}")
        return parameter


def _check_interface(
    operation: model.Operation,
    title: str | None,
    inputs: Iterable[InputSpec] | None,
    params: Iterable[ParameterSpec] | None,
    outputs: Iterable[OutputSpec] | None,
) -> None:
    """Hold what a program declares of a stored operation against what is stored, all differences at once."""
    problems: list[str] = []
    for what, declared, stored in (
        ("input", inputs, {port.name for port in operation.inputs}),
        ("parameter", params, {parameter.name for parameter in operation.parameters}),
        ("output", outputs, {port.name for port in operation.outputs}),
    ):
        for item in declared or ():
            name = item if isinstance(item, str) else item[0] if isinstance(item, tuple) else item.name
            if name not in stored:
                known = ", ".join(sorted(stored)) or "none"
                problems.append(f"- it has no {what} {name!r} (it has: {known})")
    if problems:
        raise OperationInvalidError(
            f"The stored operation {operation.title!r} ({operation.id}) isn't what is declared here"
            + (f" as {title!r}" if title else "")
            + ":\n"
            + "\n".join(problems)
        )
