"""Operations made of notebooks: ports and parameters are read from the code, nothing is run."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from plynx_jupyter.model.ids import OperationId, new_id
from plynx_jupyter.model.kind import NOTEBOOK
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code

from .default_nodes import DEFAULT_TIMEOUT_MINUTES, code_parameter, system_parameters
from .notebook_interface import interface_of
from .notebook_metadata import Declarations
from .notebook_source import read_notebook, text_of_file
from .specs import (
    InputForm,
    OutputForm,
    ParameterForm,
    Problems,
    make_inputs,
    make_outputs,
    make_parameters,
)

_UNNAMED = "notebook"


def operation_from_notebook(
    source: str | Path,
    *,
    inputs: Iterable[InputForm] = (),
    outputs: Iterable[OutputForm] = (),
    params: Iterable[ParameterForm] = (),
    title: str = "",
    description: str = "",
    cacheable: bool = True,
    timeout_minutes: float = DEFAULT_TIMEOUT_MINUTES,
    auto_run_enabled: bool = True,
) -> Operation:
    """Return an operation that runs a notebook, given as a path or as its text (which begins with ``{``).

    Ports and parameters given here are added to those that the notebook names itself (see ``notebook_metadata``,
    ``port_annotations`` and ``parameters_cell``) and win over them. A Python notebook that names no kernel is run by
    ``python3``, and the operation's ``extra["warnings"]`` says so. Raises ``OperationInvalidError`` with all problems.
    """
    text, name = _read(source)
    problems = Problems()
    given = Declarations(
        make_inputs(inputs, problems),
        make_outputs(outputs, problems),
        make_parameters(params, problems),
        title,
        description,
    )
    made = operation_of_notebook(read_notebook(text, name=name), name=name, given=given, problems=problems)
    system = system_parameters(cacheable=cacheable, timeout_minutes=timeout_minutes)
    own = tuple(parameter for parameter in made.parameters if parameter.name not in {p.name for p in system})
    return replace(made, parameters=(*own, *system), auto_run_enabled=auto_run_enabled)


def operation_of_notebook(
    notebook: Any, *, name: str, given: Declarations | None = None, problems: Problems | None = None
) -> Operation:
    """Return an operation that runs a notebook as ``read_notebook`` returns it; ``name`` is that of its file.

    Raises ``OperationInvalidError`` with all problems, those that are handed over before.
    """
    problems = Problems() if problems is None else problems
    interface = interface_of(notebook, problems=problems, given=given, name=name)
    problems.raise_for(name)
    return Operation(
        id=OperationId(new_id()),
        title=interface.title or ("Notebook" if name == _UNNAMED else Path(name).stem),
        kind=NOTEBOOK,
        inputs=interface.inputs,
        outputs=interface.outputs,
        parameters=(
            *interface.parameters,
            code_parameter(Code(bare_text(notebook), "ipynb")),
            *system_parameters(),
        ),
        description=interface.description,
        extra={"warnings": list(interface.warnings)} if interface.warnings else {},
    )


def bare_text(notebook: Any) -> str:
    """Return the notebook's JSON without outputs and traces of execution: the same for the same code."""
    from nbformat.v4 import nbjson

    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        if cell.cell_type == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    for key in ("papermill", "widgets", "signature"):
        notebook.metadata.pop(key, None)
    text = str(nbjson.writes(notebook, split_lines=True)) + "\n"
    # a lone surrogate becomes its JSON escape, which every reader understands
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _read(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return source, _UNNAMED
    path = Path(source)
    return text_of_file(path), path.name
