"""What a new operation of each kind looks like, ready to be edited."""

from __future__ import annotations

from typing import Final

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.ids import NodeId, OperationId, new_id
from plynx_jupyter.model.node import Node, place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import CACHEABLE, CMD, NODES, TIMEOUT, Code, Parameter
from plynx_jupyter.model.port import Input, Output

DEFAULT_TIMEOUT_MINUTES: Final = 600

_PYTHON = """\
# inputs and outputs hold paths, params hold values
with open(inputs["data"]) as source, open(outputs["result"], "w") as result:
    for line in source:
        result.write(line)
"""
_FUNCTION = """\
def operation(data: str) -> dict:
    return {"result": data}
"""
_BASH = """\
# inputs and outputs are paths, params are values
cat {{ inputs.data | sh }} > {{ outputs.result | sh }}
"""
_COMMAND = """\
#!/bin/sh
# inputs, outputs and parameters are environment variables
cat "$data" > "$result"
"""
_NOTEBOOK = """\
{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "parameters",
   "metadata": {
    "tags": [
     "parameters"
    ]
   },
   "outputs": [],
   "source": [
    "data = \\"data\\"  # input: file\\n",
    "result = \\"result\\"  # output: file"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "copy",
   "metadata": {},
   "outputs": [],
   "source": [
    "with open(data) as source, open(result, \\"w\\") as target:\\n",
    "    target.write(source.read())"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"""
_SAMPLES: Final = {
    kinds.PYTHON: Code(_PYTHON, "python"),
    kinds.FUNCTION: Code(_FUNCTION, "python"),
    kinds.BASH_JINJA2: Code(_BASH, "bash"),
    kinds.COMMAND: Code(_COMMAND, "bash"),
    kinds.NOTEBOOK: Code(_NOTEBOOK, "ipynb"),
}
_TITLES: Final = {
    kinds.FILE: "File",
    kinds.PYTHON: "Python script",
    kinds.FUNCTION: "Python function",
    kinds.BASH_JINJA2: "Bash script",
    kinds.COMMAND: "Command",
    kinds.NOTEBOOK: "Notebook",
    kinds.COMPOSITE: "Composite",
}


def system_parameters(
    *, cacheable: bool = True, timeout_minutes: float = DEFAULT_TIMEOUT_MINUTES
) -> tuple[Parameter, ...]:
    """Return the system parameters that every operation that runs begins with, besides its code."""
    return (
        Parameter(
            name=CACHEABLE,
            parameter_type="bool",
            value=cacheable,
            widget="Cacheable",
            mutable_type=False,
            removable=False,
            publicable=False,
        ),
        Parameter(
            name=TIMEOUT,
            parameter_type="int" if isinstance(timeout_minutes, int) else "float",
            value=timeout_minutes,
            widget="Timeout (minutes)",
            mutable_type=False,
            removable=False,
            publicable=False,
        ),
    )


def code_parameter(code: Code) -> Parameter:
    """Return the parameter that holds an operation's code."""
    return Parameter(
        name=CMD,
        parameter_type="code",
        value=code,
        widget="Code",
        mutable_type=False,
        removable=False,
        publicable=False,
    )


def default_operation(kind: str) -> Operation:
    """Return a new operation of ``kind`` with sample code; raises ``OperationInvalidError`` for unknown kinds."""
    kind = kinds.canonical_kind(kind)
    if kind not in _TITLES:
        raise OperationInvalidError(f"There is no default for the kind {kind!r}; known: {', '.join(_TITLES)}")
    identity = OperationId(new_id())
    if kind == kinds.FILE:
        return Operation(id=identity, title="File", kind=kind, outputs=(Output(name="out"),))
    if kind == kinds.COMPOSITE:
        nodes = Parameter(name=NODES, parameter_type="list_node", value=(), widget=None)
        return Operation(id=identity, title="Composite", kind=kind, parameters=(nodes,))
    file_type = "str" if kind == kinds.FUNCTION else "file"
    return Operation(
        id=identity,
        title=_TITLES[kind],
        kind=kind,
        inputs=(Input(name="data", file_type=file_type),),
        outputs=(Output(name="result", file_type=file_type),),
        parameters=(code_parameter(_SAMPLES[kind]), *system_parameters()),
    )


def has_default(kind: str) -> bool:
    """Tell whether this project has a default operation of a kind."""
    return kinds.canonical_kind(kind) in _TITLES


def bare_operation(kind: str, title: str = "") -> Operation:
    """Return a new operation of a kind that is a plug-in's: nothing but the system parameters."""
    identity = OperationId(new_id())
    return Operation(id=identity, title=title or kind, kind=kind, parameters=system_parameters())


def default_node(kind: str) -> Node:
    """Return a node of ``default_operation(kind)``, belonging to no stored operation."""
    operation = default_operation(kind)
    return place(operation, NodeId(new_id()))
