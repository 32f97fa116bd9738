"""Declarations of ports and parameters in their short forms, turned into the model's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.graph.parameter_values import check_value
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import UNLIMITED, Input, Output

from .decorators import ParameterSpec, PortSpec
from .names import collisions
from .type_names import DEFAULTS, enum_choice, parameter_type, port_type, type_of_value

InputForm: TypeAlias = "str | tuple[str, Any] | PortSpec | Input"
OutputForm: TypeAlias = "str | tuple[str, Any] | PortSpec | Output"
ParameterForm: TypeAlias = "str | tuple[Any, ...] | ParameterSpec | Parameter"


class Problems(list[str]):
    """Reasons why something can't be an operation, gathered until all are known."""

    def raise_for(self, what: str) -> None:
        """Raise ``OperationInvalidError`` with every reason, if there is any."""
        if self:
            listed = "".join(f"\n- {problem}" for problem in dict.fromkeys(self))
            raise OperationInvalidError(f"{what} can't become an operation:{listed}", problems=list(self))


def make_inputs(forms: Iterable[InputForm], problems: Problems) -> tuple[Input, ...]:
    """Return input ports for names (type ``file``), pairs of name and type, or ports."""
    made = [form if isinstance(form, Input) else _input(_port_spec(form), problems) for form in forms]
    return tuple(port for port in made if port is not None)


def make_outputs(forms: Iterable[OutputForm], problems: Problems) -> tuple[Output, ...]:
    """Return output ports for names (type ``file``), pairs of name and type, or ports."""
    made = [form if isinstance(form, Output) else _output(_port_spec(form), problems) for form in forms]
    return tuple(port for port in made if port is not None)


def make_parameters(forms: Iterable[ParameterForm], problems: Problems) -> tuple[Parameter, ...]:
    """Return parameters for names (type ``str``), (name, type), (name, type, default), or parameters."""
    made = []
    for form in forms:
        if isinstance(form, Parameter):
            made.append(form)
            continue
        spec = form if isinstance(form, ParameterSpec) else _parameter_spec(form)
        parameter = make_parameter(spec, problems)
        if parameter is not None:
            made.append(parameter)
    return tuple(made)


def check_names(inputs: Iterable[Input], outputs: Iterable[Output], parameters: Iterable[Parameter],
                problems: Problems) -> None:  # fmt: skip
    """Add problems for names that are given twice, or that programs can't tell apart."""
    problems += [f"input or parameter {text}" for text in collisions(
        [*(port.name for port in inputs), *(p.name for p in parameters if not p.is_system)]
    )]  # fmt: skip
    problems += [f"output {text}" for text in collisions([port.name for port in outputs])]


def names_of(*groups: Iterable[Input | Output | Parameter] | Iterable[PortSpec | ParameterSpec]) -> set[str]:
    """Return the names of ports and parameters, declared or made."""
    return {item.name for group in groups for item in group}


def make_parameter(spec: ParameterSpec, problems: Problems) -> Parameter | None:
    """Return the parameter that ``spec`` declares; adds a problem when type or default are wrong."""
    kind = parameter_type(spec.var_type)
    if kind is None:
        problems.append(f"parameter {spec.name!r} has no parameter type {spec.var_type!r}")
        return None
    value: Any = DEFAULTS.get(kind) if spec.default is None else spec.default
    if kind == "enum":
        value = enum_choice(spec.var_type, spec.default)
        if value is None:
            problems.append(
                f"parameter {spec.name!r} is an enum: give its values, with the default among them"
            )
            return None
    elif kind == "code" and not isinstance(value, Code):
        value = Code(str(value or ""))
    elif isinstance(value, tuple):
        value = list(value)
    parameter = Parameter(
        name=spec.name,
        parameter_type=kind,
        value=value,
        widget=spec.name if spec.widget == "" else spec.widget,
        description=spec.description,
    )
    wrong = check_value(parameter)
    if wrong:
        problems.append(f"the default of parameter {spec.name!r} is wrong: {wrong}")
        return None
    return parameter


def inferred_parameter(
    name: str, default: Any, problems: Problems, description: str = ""
) -> Parameter | None:
    """Return a parameter whose type follows from its default value alone."""
    kind = type_of_value(default)
    if kind is None:
        problems.append(f"parameter {name!r} has the default {default!r}, which fits no parameter type")
        return None
    return make_parameter(ParameterSpec(name, kind, default, description=description), problems)


def _port_spec(form: Any) -> PortSpec:
    if isinstance(form, PortSpec):
        return form
    return PortSpec(form, "file") if isinstance(form, str) else PortSpec(form[0], form[1])


def _parameter_spec(form: Any) -> ParameterSpec:
    if isinstance(form, str):
        return ParameterSpec(form, "str")
    return ParameterSpec(*form)


def _input(spec: PortSpec, problems: Problems) -> Input | None:
    kind = port_type(spec.var_type)
    if kind is None:
        problems.append(f"input {spec.name!r} has no file type {spec.var_type!r}")
        return None
    is_array = spec.is_array or kind.is_array
    most = spec.max_count if spec.max_count is not None else UNLIMITED if is_array else 1
    least = 0 if kind.optional else spec.min_count
    if 0 <= most < least:
        problems.append(f"input {spec.name!r} takes at least {least} and at most {most}")
    return Input(
        name=spec.name,
        file_type=kind.file_type,
        is_array=is_array,
        min_count=least,
        max_count=most,
        description=spec.description,
    )


def _output(spec: PortSpec, problems: Problems) -> Output | None:
    kind = port_type(spec.var_type)
    if kind is None:
        problems.append(f"output {spec.name!r} has no file type {spec.var_type!r}")
        return None
    made = Output(
        name=spec.name, file_type=kind.file_type, min_count=spec.min_count, description=spec.description
    )
    return replace(made, is_array=spec.is_array or kind.is_array)
