"""How programs spell ports and parameters: plain names, or these small declarations."""

from __future__ import annotations

from collections.abc import Iterable

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterType
from plynx_jupyter.model.port import UNLIMITED
from plynx_jupyter.model.port import Input as InputPort
from plynx_jupyter.model.port import Output as OutputPort


def Input(  # noqa: N802 - reads like the class it makes
    name: str,
    file_type: str = "file",
    *,
    is_array: bool = False,
    min_count: int = 1,
    max_count: int | None = None,
    description: str = "",
) -> InputPort:
    """Declare an input; a list takes any number of resources unless ``max_count`` says how many."""
    if max_count is None:
        max_count = UNLIMITED if is_array else 1
    return InputPort(
        name=name,
        file_type=file_type,
        is_array=is_array,
        min_count=min_count,
        max_count=max_count,
        description=description,
    )


def Output(  # noqa: N802
    name: str, file_type: str = "file", *, is_array: bool = False, description: str = ""
) -> OutputPort:
    """Declare an output."""
    return OutputPort(name=name, file_type=file_type, is_array=is_array, description=description)


def Param(  # noqa: N802
    name: str,
    parameter_type: str | None = None,
    default: object = None,
    *,
    values: Iterable[str] = (),
    widget: str | None = "",
    description: str = "",
) -> Parameter:
    """Declare a parameter; its type is told from ``default`` when it isn't given.

    ``values`` are the choices of an ``enum``; ``default`` is then one of them, or nothing for the first.
    """
    choices = tuple(values)
    if parameter_type is None:
        parameter_type = "enum" if choices else _type_of(default)
    return Parameter(
        name=name,
        parameter_type=parameter_type,
        value=parameter_value(name, parameter_type, default, choices),
        widget=widget,
        description=description,
    )


def parameter_value(
    name: str, parameter_type: str, value: object, choices: tuple[str, ...] = ()
) -> JsonValue | Code | EnumChoice:
    """Bring a Python value into the shape a parameter of that type holds; ``None`` gives the type's default."""
    if parameter_type == ParameterType.ENUM.value:
        if isinstance(value, EnumChoice):
            return value
        if value is None:
            return EnumChoice(choices, 0)
        if value not in choices:
            raise OperationInvalidError(f"Parameter {name!r} is one of {', '.join(choices)}, not {value!r}.")
        return EnumChoice(choices, choices.index(str(value)))
    if value is None:
        return _DEFAULTS.get(parameter_type)
    if parameter_type == ParameterType.CODE.value and isinstance(value, str):
        return Code(value)
    if isinstance(value, tuple):
        return list(value)
    return value  # type: ignore[return-value]  # a wrong type is kept, for validation to report


_DEFAULTS: dict[str, JsonValue] = {
    "str": "",
    "text": "",
    "int": 0,
    "float": 0.0,
    "bool": False,
    "list_str": [],
    "list_int": [],
    "color": "#000000",
}


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, Code):
        return "code"
    if isinstance(value, list | tuple):
        return "list_int" if value and all(type(item) is int for item in value) else "list_str"
    return "str"
