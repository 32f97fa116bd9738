"""Operations made of the text of a script: Python, bash with Jinja2, or any executable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from plynx_jupyter.model.ids import OperationId, new_id
from plynx_jupyter.model.kind import BASH_JINJA2, COMMAND, FUNCTION, PYTHON, canonical_kind
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code

from .default_nodes import DEFAULT_TIMEOUT_MINUTES, code_parameter, system_parameters
from .specs import (
    InputForm,
    OutputForm,
    ParameterForm,
    Problems,
    check_names,
    make_inputs,
    make_outputs,
    make_parameters,
)
from .template_names import names_in_template

_MODES: Final = {PYTHON: "python", FUNCTION: "python", BASH_JINJA2: "bash", COMMAND: "bash"}


def operation_from_script(
    text: str,
    *,
    kind: str = PYTHON,
    title: str = "",
    inputs: Iterable[InputForm] | None = None,
    outputs: Iterable[OutputForm] | None = None,
    params: Iterable[ParameterForm] | None = None,
    description: str = "",
    cacheable: bool = True,
    timeout_minutes: float = DEFAULT_TIMEOUT_MINUTES,
    auto_run_enabled: bool = True,
) -> Operation:
    """Return an operation that runs the script ``text``.

    Ports are names (of type ``file``), pairs of name and type (``("data", "csv[]")``) or model values; parameters
    are names (``str``), ``(name, type)``, ``(name, type, default)`` or model values. For ``bash_jinja2`` with
    none of them given they are taken from what the template names. Raises ``OperationInvalidError`` with all
    problems.
    """
    problems = Problems()
    kind = canonical_kind(kind)
    if kind not in _MODES:
        problems.append(f"a script is one of {', '.join(_MODES)}, not {kind!r}")
    if not text.strip():
        problems.append("the script is empty")
    if kind == BASH_JINJA2 and inputs is None and outputs is None and params is None:
        inputs, outputs, params = names_in_template(text, problems)
    elif kind in (PYTHON, FUNCTION):
        _check_python(text, problems)
    made_inputs = make_inputs(inputs or (), problems)
    made_outputs = make_outputs(outputs or (), problems)
    made_parameters = make_parameters(params or (), problems)
    check_names(made_inputs, made_outputs, made_parameters, problems)
    problems.raise_for(f"The script {title!r}" if title else "The script")
    return Operation(
        id=OperationId(new_id()),
        title=title or "Script",
        kind=kind,
        inputs=made_inputs,
        outputs=made_outputs,
        parameters=(
            *made_parameters,
            code_parameter(Code(text, _MODES[kind])),
            *system_parameters(cacheable=cacheable, timeout_minutes=timeout_minutes),
        ),
        description=description,
        auto_run_enabled=auto_run_enabled,
    )


def _check_python(text: str, problems: Problems) -> None:
    try:
        compile(text, "script", "exec", dont_inherit=True)
    except SyntaxError as error:
        problems.append(f"line {error.lineno}: {error.msg}")
    except ValueError as error:
        problems.append(str(error))
