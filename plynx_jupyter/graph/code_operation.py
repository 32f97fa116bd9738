"""Operations as generated programs declare them, and which nodes are calls of which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.kind import BASH_JINJA2, COMMAND, PYTHON
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import (
    CACHEABLE,
    CMD,
    TIMEOUT,
    Code,
    EnumChoice,
    Parameter,
    ParameterValue,
)
from plynx_jupyter.model.port import UNLIMITED, Input, Output

from .code_literal import block_literal, call, enclosed, keyword_name, literal, text_literal
from .document_writing import operation_to_dict

PLACEMENT: Final = ("node_id", "title", "description", "x", "y")
"""Keywords of a call that say where the node is; a port or parameter of that name comes first."""

_MODES: Final = {PYTHON: "python", BASH_JINJA2: "bash", COMMAND: "bash"}
_INNER: Final = "    "
_ITEM: Final = "        "
_FIXED_TYPES: Final = frozenset({"code", "list_node"})


@dataclass(frozen=True)
class Declaration:
    """An operation that a program declares once; ``varying`` are the parameters that its nodes set."""

    operation: Operation
    varying: frozenset[str]


def declare(nodes: Sequence[Node]) -> dict[int, Declaration]:
    """Return for the position of each node that can be a call, the declaration it is a call of."""
    groups: dict[str, list[int]] = {}
    for position, node in enumerate(nodes):
        if _is_callable(node):
            groups.setdefault(_signature(node), []).append(position)
    declared: dict[int, Declaration] = {}
    for positions in groups.values():
        operation = _operation_of(nodes[positions[0]])
        values = [{p.name: p.value for p in nodes[position].parameters} for position in positions]
        varying = frozenset(
            p.name for p in operation.parameters if any(not same(v[p.name], p.value) for v in values)
        )
        declaration = Declaration(_with_plain_system_values(operation), varying)
        for position in positions:
            declared[position] = declaration
    return declared


def operation_code(operation: Operation) -> str:
    """Return an expression for an operation."""
    parameters = _declared_parameters(operation)
    ports = [_input_code(port) for port in operation.inputs]
    outputs = [_output_code(port) for port in operation.outputs]
    if parameters is None or None in ports or None in outputs:
        return call(
            "Operation.of", [call("operation_from_dict", [literal(operation_to_dict(operation), _INNER)])]
        )
    code = operation.parameters[len(parameters)].value
    assert isinstance(code, Code)
    arguments = [f"id={text_literal(operation.id)}"] if operation.id else []
    arguments.append(f"title={text_literal(operation.title)}")
    arguments.append(f"kind={text_literal(operation.kind)}")
    if operation.description:
        arguments.append(f"description={block_literal(operation.description)}")
    for name, items in (("inputs", ports), ("params", parameters), ("outputs", outputs)):
        if items or name == "inputs":
            arguments.append(f"{name}={enclosed('[', [str(item) for item in items], ']', _INNER)}")
    arguments.append(f"code={block_literal(code.value)}")
    return "Operation(\n" + "".join(f"{_INNER}{argument},\n" for argument in arguments) + ")"


def parameter_code(parameter: Parameter, indent: str = _ITEM) -> str | None:
    """Return ``Param(…)`` for a parameter, or None if that can't say all of it."""
    value = parameter.value
    plain = Parameter(
        name=parameter.name,
        parameter_type=parameter.parameter_type,
        value=value,
        widget=parameter.widget,
        description=parameter.description,
    )
    if plain != parameter or parameter.parameter_type in _FIXED_TYPES or value is None:
        return None
    arguments = [text_literal(parameter.name), text_literal(parameter.parameter_type)]
    if isinstance(value, EnumChoice):
        if parameter.parameter_type != "enum" or not is_settable(value):
            return None
        arguments += [f"default={text_literal(value.chosen)}", f"values={literal(value.values, indent)}"]
    elif isinstance(value, (Code, tuple)) or parameter.parameter_type == "enum":
        return None
    else:
        arguments.append(f"default={literal(value, indent)}")
    if parameter.widget != "":
        arguments.append(f"widget={literal(parameter.widget)}")
    if parameter.description:
        arguments.append(f"description={literal(parameter.description)}")
    return call("Param", arguments, indent)


def is_settable(value: ParameterValue) -> bool:
    """Whether a call can hand over this value for a parameter and get just that."""
    if isinstance(value, EnumChoice):
        fits = type(value.index) is int and 0 <= value.index < len(value.values)
        return fits and value.values.index(value.chosen) == value.index
    return value is not None and not isinstance(value, (Code, tuple))


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of the same type: 1, 1.0 and True are not."""
    return type(one) is type(other) and repr(one) == repr(other)


def _is_callable(node: Node) -> bool:
    """Whether calling an operation can make this node."""
    if not (node.id and node.auto_run) or node.source is not None or node.extra:
        return False
    if not node.original_node_id and not _is_declarable(node):
        return False
    inputs = [keyword_name(port.name) for port in node.inputs]
    names = [*inputs, *(keyword_name(p.name) for p in node.parameters)]
    if len({*names}) < len(names) or any(p.is_system and not p.name.isidentifier() for p in node.parameters):
        return False
    if {"node_id", "title", "description"} & {*names} or ("x" in names and node.x is not None):
        return False
    return not ("y" in names and node.y is not None) and all(map(_is_bindable, node.inputs))


def _is_declarable(node: Node) -> bool:
    """Whether ``Operation(…)`` can say all of the operation of a node that was made from none in the catalogue."""
    operation = _with_plain_system_values(_operation_of(node))
    ports = [*map(_input_code, operation.inputs), *map(_output_code, operation.outputs)]
    return None not in ports and _declared_parameters(operation) is not None


def _is_bindable(port: Input) -> bool:
    if port.references:
        return port.primitive_override is None and (port.is_array or len(port.references) == 1)
    return not (isinstance(port.primitive_override, (list, tuple)) and port.is_array)


def _operation_of(node: Node) -> Operation:
    return Operation(
        id=OperationId(node.original_node_id or ""),
        title=node.title,
        kind=node.kind,
        description=node.description,
        inputs=tuple(replace(port, references=(), primitive_override=None) for port in node.inputs),
        outputs=node.outputs,
        parameters=node.parameters,
        code_function_location=node.code_function_location,
        node_status=node.node_status,
        auto_run_enabled=node.auto_run_enabled,
    )


def _signature(node: Node) -> str:
    """Return text that is equal for nodes that differ only in what a call can say."""
    operation = replace(_operation_of(node), title="", description="")
    data = operation_to_dict(operation)
    data["parameters"] = [
        repr(replace(p, value=EnumChoice(p.value.values) if isinstance(p.value, EnumChoice) else None))
        if is_settable(p.value) and p.parameter_type not in _FIXED_TYPES
        else repr(p)
        for p in node.parameters
    ]
    return json.dumps(data)


def _with_plain_system_values(operation: Operation) -> Operation:
    """Give a script operation the system values that a new one has, so that it can be declared in short."""
    if len(operation.parameters) < 3:
        return operation
    *others, cacheable, timeout = operation.parameters
    if _is_system(cacheable, CACHEABLE, "bool", "Cacheable") and isinstance(cacheable.value, bool):
        cacheable = replace(cacheable, value=True)
        if _is_system(timeout, TIMEOUT, "int", "Timeout (minutes)") and isinstance(timeout.value, int):
            return replace(operation, parameters=(*others, cacheable, replace(timeout, value=600)))
    return operation


def _declared_parameters(operation: Operation) -> list[str] | None:
    """Return the parameters of a script operation beside its code and system ones; None for another shape."""
    if len(operation.parameters) < 3 or operation.kind not in _MODES or not operation.title:
        return None
    *others, cmd, cacheable, timeout = operation.parameters
    code = cmd.value
    made = [parameter_code(parameter) for parameter in others]
    declared = [item for item in made if item is not None]
    expressible = (
        len(declared) == len(made)
        and isinstance(code, Code)
        and code.mode == _MODES[operation.kind]
        and _is_system(cmd, CMD, "code", "Code")
        and _is_system(cacheable, CACHEABLE, "bool", "Cacheable")
        and _is_system(timeout, TIMEOUT, "int", "Timeout (minutes)")
        and cacheable.value is True
        and timeout.value == 600
        and operation == _declarable(operation)
        and _is_runnable(operation.kind, code.value)
        and len({keyword_name(port.name) for port in operation.outputs}) == len(operation.outputs)
    )
    return declared if expressible else None


def _declarable(operation: Operation) -> Operation:
    """Return the operation with only what ``Operation(…)`` can declare."""
    return Operation(
        id=operation.id,
        title=operation.title,
        kind=operation.kind,
        description=operation.description,
        inputs=operation.inputs,
        outputs=operation.outputs,
        parameters=operation.parameters,
    )


def _is_runnable(kind: str, text: str) -> bool:
    """Whether the text passes what making a script operation checks."""
    if kind == PYTHON:
        try:
            compile(text, "script", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return bool(text.strip())


def _is_system(parameter: Parameter, name: str, parameter_type: str, widget: str) -> bool:
    return parameter == Parameter(
        name=name,
        parameter_type=parameter_type,
        value=parameter.value,
        widget=widget,
        mutable_type=False,
        removable=False,
        publicable=False,
    )


def _input_code(port: Input) -> str | None:
    if port.extra or port.primitive_override is not None:
        return None
    arguments = [text_literal(port.name)]
    if port.file_type != "file":
        arguments.append(text_literal(port.file_type))
    if port.is_array:
        arguments.append("is_array=True")
    if port.min_count != 1:
        arguments.append(f"min_count={port.min_count}")
    if port.max_count != (UNLIMITED if port.is_array else 1):
        arguments.append(f"max_count={port.max_count}")
    if port.description:
        arguments.append(f"description={literal(port.description)}")
    return arguments[0] if len(arguments) == 1 else call("Input", arguments, _ITEM)


def _output_code(port: Output) -> str | None:
    if port.extra or port.values or port.min_count != 1:
        return None
    arguments = [text_literal(port.name)]
    if port.file_type != "file":
        arguments.append(text_literal(port.file_type))
    if port.is_array:
        arguments.append("is_array=True")
    if port.description:
        arguments.append(f"description={literal(port.description)}")
    return arguments[0] if len(arguments) == 1 else call("Output", arguments, _ITEM)
