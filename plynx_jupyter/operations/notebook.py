"""Operations made of notebooks: ports and parameters are read from the code, nothing is run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.ids import OperationId, new_id
from plynx_jupyter.model.kind import NOTEBOOK
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, Parameter

from .default_nodes import DEFAULT_TIMEOUT_MINUTES, code_parameter, system_parameters
from .notebook_source import code_cells, read_notebook, tags
from .parameters_cell import parameters_in_cell
from .port_annotations import NamedPort, ports_in_cell
from .specs import (
    InputForm,
    OutputForm,
    ParameterForm,
    Problems,
    check_names,
    make_inputs,
    make_outputs,
    make_parameters,
    names_of,
)

_PARAMETERS = "parameters"


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

    Ports and parameters given here are added to those that the notebook names itself (see ``port_annotations``
    and ``parameters_cell``) and win over them. A notebook that names no kernel is run by ``python3``, and the
    operation's ``extra["warnings"]`` says so. Raises ``OperationInvalidError`` with all problems.
    """
    text, name = _read(source)
    notebook = read_notebook(text, name=name)
    problems, warnings = Problems(), []
    language = _language(notebook)
    if not notebook.metadata.get("kernelspec", {}).get("name"):
        warnings.append(f"{name} names no kernel; it will run with python3")
    given_inputs, given_outputs = make_inputs(inputs, problems), make_outputs(outputs, problems)
    given_parameters = make_parameters(params, problems)
    given = names_of(given_inputs, given_outputs, given_parameters)
    ports = [port for port in _ports(notebook, language, problems) if port.spec.name not in given]
    hidden = {*given, *(port.spec.name for port in ports)}
    found_parameters = _parameters(notebook, language, hidden, problems, warnings)
    all_inputs = (*given_inputs, *make_inputs((p.spec for p in ports if p.is_input), problems))
    all_outputs = (*given_outputs, *make_outputs((p.spec for p in ports if not p.is_input), problems))
    all_parameters = (*given_parameters, *found_parameters)
    check_names(all_inputs, all_outputs, all_parameters, problems)
    # all three become variables of one notebook
    both = names_of(all_outputs) & names_of(all_inputs, all_parameters)
    problems += [f"{shared!r} is an output and also an input or parameter" for shared in sorted(both)]
    problems.raise_for(name)
    return Operation(
        id=OperationId(new_id()),
        title=title or _title(source),
        kind=NOTEBOOK,
        inputs=all_inputs,
        outputs=all_outputs,
        parameters=(
            *all_parameters,
            code_parameter(Code(bare_text(notebook), "ipynb")),
            *system_parameters(cacheable=cacheable, timeout_minutes=timeout_minutes),
        ),
        description=description,
        auto_run_enabled=auto_run_enabled,
        extra={"warnings": list(warnings)} if warnings else {},
    )


def bare_text(notebook: Any) -> str:
    """Return the notebook's JSON without outputs and traces of execution: the same for the same code."""
    from nbformat.v4 import nbjson

    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        if cell.cell_type == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    for key in ("papermill", "widgets", "signature"):
        notebook.metadata.pop(key, None)
    return str(nbjson.writes(notebook, split_lines=True)) + "\n"


def _read(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return source, "notebook"
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8"), path.name
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise OperationInvalidError(f"The notebook {path} can't be read: {error}") from error


def _title(source: str | Path) -> str:
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return "Notebook"
    return Path(source).stem


def _language(notebook: Any) -> str:
    metadata = notebook.metadata
    named = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(named or "python").lower()


def _ports(notebook: Any, language: str, problems: Problems) -> list[NamedPort]:
    found: dict[str, NamedPort] = {}
    for number, cell in enumerate(code_cells(notebook), start=1):
        for port in ports_in_cell(cell.source, cell=number, language=language, problems=problems):
            first = found.setdefault(port.spec.name, port)
            if first is not port:
                problems.append(f"{port.place}: {port.spec.name!r} is already declared in {first.place}")
    return list(found.values())


def _parameters(
    notebook: Any, language: str, hidden: set[str], problems: Problems, warnings: list[str]
) -> tuple[Parameter, ...]:
    tagged = [(n, cell) for n, cell in enumerate(code_cells(notebook), start=1) if _PARAMETERS in tags(cell)]
    if len(tagged) > 1:
        cells = ", ".join(str(number) for number, _ in tagged)
        problems.append(f"cells {cells} are all tagged {_PARAMETERS!r}; only one may be")
    if not tagged:
        return ()
    if language != "python":
        warnings.append(f"parameters of a {language} notebook can't be read from its cell; declare them")
        return ()
    number, cell = tagged[0]
    return parameters_in_cell(cell.source, cell=number, ports=hidden, problems=problems)
