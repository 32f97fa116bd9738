"""The ports and parameters of a notebook, from its metadata and its cells; nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plynx_jupyter.model.parameter import Parameter
from plynx_jupyter.model.port import Input, Output

from .names import identifier
from .notebook_language import LANGUAGES, language_of
from .notebook_metadata import KEY, Declarations, declarations
from .notebook_source import code_cells, read_notebook, tags, text_of_file
from .parameters_cell import parameters_in_cell, parameters_in_lines
from .port_annotations import NamedPort, ports_in_cell
from .specs import Problems, check_names, make_inputs, make_outputs, names_of

PARAMETERS_TAG: Final = "parameters"
_DEFAULT_KERNEL: Final = "python3"
_PARAMETERIZED: Final = frozenset({"python", *LANGUAGES})


@dataclass(frozen=True, slots=True)
class NotebookInterface:
    """What a notebook takes and makes; ``warnings`` say what was left out or taken for granted."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    parameters: tuple[Parameter, ...]
    language: str
    title: str = ""
    description: str = ""
    warnings: tuple[str, ...] = ()


def interface_of_file(path: Path) -> NotebookInterface:
    """Return the interface of a notebook's file; raises ``OperationInvalidError`` with all problems."""
    problems = Problems()
    interface = interface_of(
        read_notebook(text_of_file(path), name=path.name), problems=problems, name=path.name
    )
    problems.raise_for(path.name)
    return interface


def interface_of(
    notebook: Any, *, problems: Problems, given: Declarations | None = None, name: str = "notebook"
) -> NotebookInterface:
    """Return the interface of a notebook, adding all ``problems``.

    What is ``given`` wins over the metadata, which wins over the cells; names known from before are left out.
    """
    given = given or Declarations()
    declared = _declared(notebook, given, problems)
    known = names_of(declared.inputs, declared.outputs, declared.parameters)
    language = language_of(notebook)
    warnings = _kernel_warnings(notebook, language, name, problems)
    ports = [port for port in _ports(notebook, language, problems) if port.spec.name not in known]
    # a port that the metadata calls data.csv is the variable data_csv: not a parameter then
    hidden = {*map(identifier, known), *known, *(port.spec.name for port in ports)}
    found = _parameters(notebook, language, hidden, problems, warnings)
    inputs = (*declared.inputs, *make_inputs((p.spec for p in ports if p.is_input), problems))
    outputs = (*declared.outputs, *make_outputs((p.spec for p in ports if not p.is_input), problems))
    parameters = (*declared.parameters, *found)
    check_names(inputs, outputs, parameters, problems)
    _check_variables(inputs, outputs, parameters, problems)
    if language not in _PARAMETERIZED:
        _refuse_values(sorted(names_of(inputs, outputs, parameters)), language, problems)
        warnings.append(f"no values can be passed to notebooks in {language}; it runs as it is")
    return NotebookInterface(
        inputs, outputs, parameters, language, declared.title, declared.description, tuple(warnings)
    )


def _declared(notebook: Any, given: Declarations, problems: Problems) -> Declarations:
    kept = declarations(notebook.metadata.get(KEY), problems)
    known = names_of(given.inputs, given.outputs, given.parameters)
    return Declarations(
        (*given.inputs, *(port for port in kept.inputs if port.name not in known)),
        (*given.outputs, *(port for port in kept.outputs if port.name not in known)),
        (*given.parameters, *(one for one in kept.parameters if one.name not in known)),
        given.title or kept.title,
        given.description or kept.description,
    )


def _refuse_values(names: list[str], language: str, problems: Problems) -> None:
    if names:
        problems.append(
            f"no values can be passed to notebooks in {language}, so there can't be "
            f"{', '.join(map(repr, names))}; they can to those in {', '.join(sorted(_PARAMETERIZED))}"
        )


def _kernel_warnings(notebook: Any, language: str, name: str, problems: Problems) -> list[str]:
    if notebook.metadata.get("kernelspec", {}).get("name"):
        return []
    if language != "python":
        problems.append(
            f"it is written in {language}, but names no kernel: choose one in Jupyter, and save it"
        )
        return []
    return [f"{name} names no kernel; it will run with {_DEFAULT_KERNEL}"]


def _check_variables(
    inputs: Iterable[Input], outputs: Iterable[Output], parameters: Iterable[Parameter], problems: Problems
) -> None:
    """Inputs, outputs and parameters become variables of one notebook, so no two may be spelled alike."""
    taken = {identifier(item.name): item.name for group in (inputs, parameters) for item in group}
    for port in outputs:
        other = taken.get(identifier(port.name))
        if other == port.name:
            problems.append(f"{other!r} is an output and also an input or parameter")
        elif other is not None:
            problems.append(
                f"the output {port.name!r} and {other!r} are both the variable {identifier(other)}"
            )


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
    tagged = [
        (n, cell) for n, cell in enumerate(code_cells(notebook), start=1) if PARAMETERS_TAG in tags(cell)
    ]
    if len(tagged) > 1:
        cells = ", ".join(str(number) for number, _ in tagged)
        problems.append(f"cells {cells} are all tagged {PARAMETERS_TAG!r}; only one may be")
    if not tagged:
        return ()
    number, cell = tagged[0]
    if language == "python":
        return parameters_in_cell(cell.source, cell=number, ports=hidden, problems=problems)
    if language in LANGUAGES:
        spelled = LANGUAGES[language]
        return parameters_in_lines(
            cell.source, spelled, cell=number, ports=hidden, problems=problems, warnings=warnings
        )
    return ()
