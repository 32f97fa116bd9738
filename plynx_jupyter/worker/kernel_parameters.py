"""Notebook parameters as a cell: values become source text that evaluates to equal values."""

from __future__ import annotations

import keyword
import math
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.operations.names import identifier
from plynx_jupyter.operations.notebook_binding import bind_ports
from plynx_jupyter.operations.notebook_language import language_name
from plynx_jupyter.operations.notebook_source import tags

INJECTED_TAG = "injected-parameters"
PARAMETERS_TAG = "parameters"
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MOST_DECIMAL_DIGITS = 4000  # Python refuses to read or write longer decimal integers


def inject(notebook: Any, parameters: Mapping[str, JsonValue], *, language: str, kernel_name: str) -> Any:
    """Put a cell that assigns ``parameters`` into the notebook; return it, or None when there is nothing to assign.

    It replaces an ``injected-parameters`` cell, else follows the one tagged ``parameters``, else comes first.
    Ports that other cells assign get their values there, too; see ``operations.notebook_binding``.
    Raises ``JobFailedError`` naming all parameters whose names or values can't be passed on.
    """
    if not parameters or (not any(parameters.values()) and not _is_known(language, kernel_name)):
        return None
    import nbformat

    source = parameters_source(parameters, language=language, kernel_name=kernel_name)
    bind_ports(
        notebook,
        _ports(parameters),
        language=language_name(language),
        spell=lambda name: _assigner(language, kernel_name)(name, parameters[name]),
        skip=(PARAMETERS_TAG, INJECTED_TAG),
    )
    cell = nbformat.v4.new_code_cell(source=source, metadata={"tags": [INJECTED_TAG]})
    cell["id"] = "injected-parameters"
    cells = notebook.cells
    old, declared = _tagged(cells, INJECTED_TAG), _tagged(cells, PARAMETERS_TAG)
    if old is not None:
        cells[old] = cell
    else:
        cells.insert(0 if declared is None else declared + 1, cell)
    return cell


def _ports(parameters: Mapping[str, JsonValue]) -> set[str]:
    """Return the names of the variables that are ports: those of the dictionaries ``inputs`` and ``outputs``."""
    spaces = (parameters.get(space) for space in ("inputs", "outputs"))
    names = {identifier(name) for space in spaces if isinstance(space, dict) for name in space}
    return names & set(parameters)


def parameters_source(parameters: Mapping[str, JsonValue], *, language: str, kernel_name: str = "") -> str:
    """Return source text in ``language`` that assigns every parameter; Python gets exactly equal values."""
    assign = _assigner(language, kernel_name)
    lines, problems = [], []
    for name, value in parameters.items():
        if not _NAME.fullmatch(name) or keyword.iskeyword(name):
            problems.append(f"{name!r} can't be the name of a variable")
            continue
        try:
            lines.append(assign(name, value))
        except (ValueError, TypeError, NotImplementedError, OverflowError) as error:
            problems.append(f"{name!r} can't be passed to a {language} notebook: {error}")
    if problems:
        raise JobFailedError("Notebook parameters: " + "; ".join(problems))
    comment = "%" if language.lower() == "matlab" else "//" if language.lower() in _SLASHES else "#"
    return "\n".join([f"{comment} Parameters", *lines])


_SLASHES = {"scala", "c#", "csharp", "f#", "fsharp", "javascript", "typescript", "c++", "rust", "java"}


def _tagged(cells: list[Any], tag: str) -> int | None:
    return next((i for i, cell in enumerate(cells) if cell.cell_type == "code" and tag in tags(cell)), None)


def _assigner(language: str, kernel_name: str) -> Callable[[str, JsonValue], str]:
    match language.lower():
        case "python" | "ipython" | "sage" | "sagemath":
            return lambda name, value: f"{name} = {python_literal(value)}"
        case "bash" | "sh":
            return _bash_assignment
        case "r":
            return lambda name, value: f"{_r_name(name)} <- {_r_literal(value)}"
        case "julia":
            return lambda name, value: f"{name} = {_julia_literal(value)}"
    return _papermill_assigner(language, kernel_name)


def _is_known(language: str, kernel_name: str) -> bool:
    try:
        _assigner(language, kernel_name)
    except JobFailedError:
        return False
    return True


def _papermill_assigner(language: str, kernel_name: str) -> Callable[[str, JsonValue], str]:
    from papermill.exceptions import PapermillException
    from papermill.translators import papermill_translators

    try:
        translator = papermill_translators.find_translator(kernel_name, language)
    except PapermillException:
        raise JobFailedError(
            f"Parameters can't be passed to a {language!r} notebook (kernel {kernel_name!r}): "
            "no translation is known"
        ) from None

    def assign(name: str, value: JsonValue) -> str:
        _refuse_non_finite(value)
        return str(translator.assign(name, translator.translate(value)))

    return assign


def _refuse_non_finite(value: JsonValue) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} has no literal there")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_non_finite(item)


def python_literal(value: JsonValue) -> str:
    """Return ASCII Python source that evaluates to ``value``, on one line.

    Unlike papermill's translation it holds for integers of any length, and isn't reformatted afterwards.

    >>> python_literal([1, float("nan"), {"a": "\\n"}])
    "[1, float('nan'), {'a': '\\\\n'}]"
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, int) and not isinstance(value, bool):
        # bit_length is cheap, decimal conversion of huge integers is refused
        return str(value) if value.bit_length() < _MOST_DECIMAL_DIGITS * 3 else hex(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!a}: {python_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(python_literal(item) for item in value) + "]"
    if value is None or isinstance(value, bool | float | str):
        return ascii(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _bash_assignment(name: str, value: JsonValue) -> str:
    if not isinstance(value, dict):
        return f"{name}={_bash_word(value)}"
    # An associative array, which can't hold lists: those are arrays of their own, under their own names.
    items = (
        f"[{shlex.quote(key)}]={_bash_word(item)}"
        for key, item in value.items()
        if key and not isinstance(item, dict | list)
    )
    return f"declare -A {name}=({' '.join(items)})"


def _bash_word(value: JsonValue) -> str:
    match value:
        case None:
            return "''"
        case bool():
            return "true" if value else "false"
        case dict():
            raise ValueError("bash has no nested values; pass them as JSON text")
        case list():
            if any(isinstance(item, dict | list) for item in value):
                raise ValueError("bash has no nested values; pass them as JSON text")
            return "(" + " ".join(_bash_word(item) for item in value) + ")"
        case str() if "\0" in value:
            raise ValueError("bash can't hold NUL characters")
    return shlex.quote(str(value))


def _r_name(name: str) -> str:
    # a leading underscore isn't a name in R unless it is quoted
    return f"`{name}`" if name.startswith("_") else name


def _r_literal(value: JsonValue) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Inf" if value > 0 else "-Inf"
        case int() if abs(value) > 2**53:
            raise ValueError(f"{value} has more digits than R's numbers keep; pass it as text")
        case int() if abs(value) < 2**31:
            return f"{value}L"
        case dict():
            items = (f"{_escaped(key)} = {_r_literal(item)}" for key, item in value.items())
            return f"list({', '.join(items)})"
        case list():
            return f"list({', '.join(map(_r_literal, value))})"
        case str():
            return _escaped(value)
    return repr(value)


def _julia_literal(value: JsonValue) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Inf" if value > 0 else "-Inf"
        case int() if not -(2**63) <= value < 2**63:
            return f'big"{value}"'
        case dict():
            items = (f"{_julia_literal(key)} => {_julia_literal(item)}" for key, item in value.items())
            return f"Dict{{String,Any}}({', '.join(items)})"
        case list():
            return f"Any[{', '.join(map(_julia_literal, value))}]"
        case str():
            return _escaped(value).replace("$", "\\$")  # "$x" is interpolation in Julia
    return repr(value)


def _escaped(text: str) -> str:
    """Return a double-quoted literal with C-like escapes, understood by R and Julia alike."""
    if "\0" in text:
        raise ValueError("text with NUL characters has no literal there")
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(plain.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
