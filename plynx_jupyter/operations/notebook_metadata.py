"""The ports and parameters that a notebook's own metadata declares, under ``plynx``: what no code has to say.

The form is the document's: ``{"inputs": [{"name": "data.csv", "file_type": "csv"}], "outputs": [...],
"parameters": [{"name": "rate", "parameter_type": "float", "value": 0.5}], "title": "...", "description": "..."}``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from plynx_jupyter.model.parameter import EnumChoice, Parameter
from plynx_jupyter.model.port import UNLIMITED, Input, Output

from .decorators import ParameterSpec, PortSpec
from .names import identifier
from .parameters_cell import RESERVED
from .specs import Problems, make_inputs, make_outputs, make_parameter
from .type_names import type_of_value

KEY: Final = "plynx"
_T = TypeVar("_T")
_PORT_KEYS: Final = frozenset({"name", "file_type", "is_array", "min_count", "max_count", "description"})
_PARAMETER_KEYS: Final = frozenset({"name", "parameter_type", "value", "widget", "description"})
_SPACES: Final = {"inputs": _PORT_KEYS, "outputs": _PORT_KEYS, "parameters": _PARAMETER_KEYS}
_TEXTS: Final = ("title", "description")


@dataclass(frozen=True, slots=True)
class Declarations:
    """What a notebook's metadata says."""

    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    title: str = ""
    description: str = ""


def declarations(data: object, problems: Problems, *, where: str = "metadata plynx") -> Declarations:
    """Read what stands under ``plynx``, or came from a dialog in the same form; adds a problem for each mistake."""
    if data is None:
        return Declarations()
    if not isinstance(data, Mapping):
        problems.append(f"{where}: it has to be an object, not {_kind(data)}")
        return Declarations()
    forms: dict[str, list[dict[str, Any]]] = {
        space: _forms(data.get(space), keys, f"{where}, {space}", problems) for space, keys in _SPACES.items()
    }
    for text in _TEXTS:
        if not isinstance(data.get(text, ""), str):
            problems.append(f"{where}, {text}: it has to be text, not {_kind(data[text])}")
    here = Problems()
    made = Declarations(
        make_inputs(map(_port, forms["inputs"]), here),
        make_outputs(map(_port, forms["outputs"]), here),
        tuple(_present(_parameter(form, here) for form in forms["parameters"])),
        *(data.get(text, "") if isinstance(data.get(text), str) else "" for text in _TEXTS),
    )
    problems += [f"{where}: {problem}" for problem in here]
    return made


def with_declarations(notebook: Any, declared: Declarations) -> Any:
    """Return a copy of the notebook whose metadata declares exactly this; the notebook given stays as it is."""
    changed = copy.deepcopy(notebook)
    changed.metadata[KEY] = declared_form(declared)
    return changed


def declared_form(declared: Declarations) -> dict[str, Any]:
    """Return the form in which metadata holds declarations, without what is as it would be anyway."""
    form: dict[str, Any] = {
        "inputs": [_port_form(port) for port in declared.inputs],
        "outputs": [_port_form(port) for port in declared.outputs],
        "parameters": [_parameter_form(parameter) for parameter in declared.parameters],
        "title": declared.title,
        "description": declared.description,
    }
    return {key: value for key, value in form.items() if value}


def _forms(items: object, keys: frozenset[str], where: str, problems: Problems) -> list[dict[str, Any]]:
    if items is None:
        return []
    if not isinstance(items, list):
        problems.append(f"{where}: it has to be a list, not {_kind(items)}")
        return []
    good = []
    for number, item in enumerate(items, start=1):
        wrong = _wrong(item, keys)
        if wrong:
            problems.append(f"{where}, number {number}: {wrong}")
        else:
            good.append(dict(item))
    return good


def _wrong(item: object, keys: frozenset[str]) -> str:
    """Return what is wrong with the form of one port or parameter, empty when nothing is."""
    if not isinstance(item, Mapping):
        return f"it has to be an object with a name, not {_kind(item)}"
    name = item.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        return f"it needs a name, of printable characters, not {name!r}"
    if name.startswith("_") or identifier(name) in RESERVED:
        return f"{name!r} is a name that the system keeps for itself; choose another"
    unknown = sorted(str(key) for key in item if key not in keys)
    if unknown:
        return f"{name!r} has unknown keys {', '.join(unknown)}; known are {', '.join(sorted(keys))}"
    for key, kind in _KINDS.items():
        if key in item and type(item[key]) is not kind:
            return f"{key} of {name!r} has to be {kind.__name__}, not {_kind(item[key])}"
    return ""


_KINDS: Final[Mapping[str, type]] = {
    "file_type": str,
    "is_array": bool,
    "min_count": int,
    "max_count": int,
    "description": str,
    "parameter_type": str,
}


def _port(form: dict[str, Any]) -> PortSpec:
    return PortSpec(
        form["name"],
        form.get("file_type", "file"),
        form.get("is_array", False),
        form.get("min_count", 1),
        form.get("max_count"),
        form.get("description", ""),
    )


def _parameter(form: dict[str, Any], problems: Problems) -> Parameter | None:
    name, value = form["name"], form.get("value")
    named = form.get("parameter_type") or ("str" if value is None else type_of_value(value))
    if named is None:
        problems.append(f"parameter {name!r} has the value {value!r}, which fits no parameter type")
        return None
    widget = form.get("widget", "")
    if not isinstance(widget, str | None):
        problems.append(f"widget of parameter {name!r} has to be text or null, not {_kind(widget)}")
        return None
    return make_parameter(ParameterSpec(name, named, value, widget, form.get("description", "")), problems)


def _port_form(port: Input | Output) -> dict[str, Any]:
    form: dict[str, Any] = {"name": port.name, "file_type": port.file_type}
    if port.is_array:
        form["is_array"] = True
    if port.min_count != 1:
        form["min_count"] = port.min_count
    if isinstance(port, Input) and port.max_count != (UNLIMITED if port.is_array else 1):
        form["max_count"] = port.max_count
    if port.description:
        form["description"] = port.description
    return form


def _parameter_form(parameter: Parameter) -> dict[str, Any]:
    value = parameter.value
    form: dict[str, Any] = {"name": parameter.name, "parameter_type": parameter.parameter_type}
    form["value"] = (
        {"values": list(value.values), "index": value.index} if isinstance(value, EnumChoice) else value
    )
    if parameter.widget != parameter.name:
        form["widget"] = parameter.widget
    if parameter.description:
        form["description"] = parameter.description
    return form


def _present(items: Iterable[_T | None]) -> list[_T]:
    return [item for item in items if item is not None]


def _kind(value: object) -> str:
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number")
