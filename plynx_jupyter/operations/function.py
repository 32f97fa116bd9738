"""Operations made of live Python functions and classes."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.ids import OperationId, new_id
from plynx_jupyter.model.kind import FUNCTION
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input, Output

from .decorators import Declaration, ParameterSpec, PortSpec, declaration_of
from .default_nodes import code_parameter, system_parameters
from .function_source import location_of, module_text
from .names import identifier
from .specs import (
    Problems,
    check_names,
    inferred_parameter,
    make_inputs,
    make_outputs,
    make_parameter,
    make_parameters,
    names_of,
)
from .type_names import is_known_name, parameter_type, port_type

_OUT = "out"
_MISSING = inspect.Parameter.empty


def operation_from_function(target: Callable[..., Any], **overrides: Any) -> Operation:
    """Return an operation of kind ``function`` for a function, or for a class whose instances are called.

    What decorators declare comes first. Every argument they leave out is an **input** when it has no default and
    a type that names a file type (``pd.DataFrame``, ``Path``, ``"csv"``, ``Annotated[Path, "csv"]``, ``int``,
    ``list[Path]`` for a list input), and a **parameter** when it has a default and a primitive type (or none at
    all, then the default's type counts; ``Literal`` and ``Enum`` are enums). An argument with a default of None
    that can't be a parameter is an optional input. Outputs are what ``@output`` declares, else the return type: a
    ``TypedDict`` gives names and types, anything else but ``dict`` one output named ``out``.

    Code in a module that can be imported is referred to (``code_function_location``); other code is kept as text
    with all it needs (``function_source``). ``overrides`` are fields of the operation. Raises
    ``OperationInvalidError`` with all problems at once.
    """
    problems = Problems()
    name = getattr(target, "__name__", repr(target))
    signature = _signature(target, problems)
    if signature is None:
        problems.raise_for(f"{name!r}")
        raise AssertionError("unreachable")
    said = declaration_of(target) or Declaration()
    inputs, parameters = _arguments(signature, said, _namespace(target), problems)
    outputs = _outputs(signature, said, _namespace(target), problems)
    check_names(inputs, outputs, parameters, problems)
    location = location_of(target)
    code = None if location else Code(module_text(target, problems), "python")
    problems.raise_for(f"{name!r}")
    made = Operation(
        id=OperationId(new_id()),
        title=said.title or name.replace("_", " ").strip().capitalize(),
        description=said.description or _summary(target),
        kind=said.kind or FUNCTION,
        inputs=inputs,
        outputs=outputs,
        parameters=(
            *parameters,
            *(() if code is None else (code_parameter(code),)),
            *system_parameters(cacheable=said.cacheable),
        ),
        code_function_location=location,
        auto_run_enabled=said.auto_run_enabled,
    )
    return _overridden(made, overrides)


def _overridden(made: Operation, overrides: dict[str, Any]) -> Operation:
    known = {field.name for field in fields(Operation)}
    unknown = [name for name in overrides if name not in known]
    if unknown:
        raise OperationInvalidError(
            f"An operation has no {', '.join(map(repr, unknown))}; it has {', '.join(sorted(known))}"
        )
    return replace(made, **overrides)


def _signature(target: Any, problems: Problems) -> inspect.Signature | None:
    function = target
    if inspect.isclass(target):
        if not any("__call__" in vars(base) for base in target.__mro__[:-1]):
            problems.append("the class has no __call__ method")
            return None
        function = target.__call__
        required = [p.name for p in _made_with(target) if p.default is _MISSING and p.kind not in _STARS]
        if required:
            problems.append(f"the class is made without arguments, but asks for {', '.join(required)}")
    elif not inspect.isfunction(inspect.unwrap(target)):
        problems.append("it is neither a function nor a class written in Python")
        return None
    inner = inspect.unwrap(function)
    if (
        inspect.iscoroutinefunction(inner)
        or inspect.isgeneratorfunction(inner)
        or inspect.isasyncgenfunction(inner)
    ):
        problems.append("coroutines and generators can't be run as operations; return the results instead")
    if getattr(target, "__name__", "") == "<lambda>":
        problems.append("a lambda has no name of its own; write it with def")
    signature = inspect.signature(function)
    if inspect.isclass(target):
        signature = signature.replace(parameters=list(signature.parameters.values())[1:])
    return signature


_STARS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _made_with(target: type) -> list[inspect.Parameter]:
    if target.__init__ is object.__init__:  # type: ignore[misc]
        return []
    return list(inspect.signature(target.__init__).parameters.values())[1:]  # type: ignore[misc]


def _namespace(target: Any) -> dict[str, Any]:
    inner = inspect.unwrap(target.__call__ if inspect.isclass(target) else target)
    return getattr(inner, "__globals__", {})


def _arguments(
    signature: inspect.Signature, said: Declaration, namespace: dict[str, Any], problems: Problems
) -> tuple[tuple[Input, ...], tuple[Parameter, ...]]:
    inputs = list(make_inputs(said.inputs, problems))
    parameters = list(make_parameters(map(_with_default(signature), said.params), problems))
    declared = {identifier(name) for name in names_of(said.inputs, said.params)}
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature.parameters.values())
    # a hidden parameter (widget None) is not passed to the function
    hidden = {identifier(spec.name) for spec in said.params if spec.widget is None}
    for name in sorted(declared - hidden - set(signature.parameters)) if not takes_any else ():
        problems.append(f"{name!r} is declared, but the function has no such argument")
    for argument in signature.parameters.values():
        if argument.kind is inspect.Parameter.POSITIONAL_ONLY:
            problems.append(
                f"the argument {argument.name!r} is positional only; arguments are passed by name"
            )
        elif argument.kind not in _STARS and argument.name not in declared:
            made = _argument(argument, namespace, problems)
            if isinstance(made, Input):
                inputs.append(made)
            elif made is not None:
                parameters.append(made)
    return tuple(inputs), tuple(parameters)


def _with_default(signature: inspect.Signature) -> Callable[[ParameterSpec], ParameterSpec]:
    """A parameter declared without a default has the one of its argument."""

    def complete(spec: ParameterSpec) -> ParameterSpec:
        argument = signature.parameters.get(identifier(spec.name))
        if spec.default is not None or argument is None or argument.default in (_MISSING, None):
            return spec
        return replace(spec, default=argument.default)

    return complete


def _argument(
    argument: inspect.Parameter, namespace: dict[str, Any], problems: Problems
) -> Input | Parameter | None:
    name, default = argument.name, argument.default
    if argument.annotation is _MISSING:
        if default is _MISSING:
            problems.append(
                f"the argument {name!r} has no type: annotate it, or declare it with @input or @param"
            )
            return None
        return inferred_parameter(name, default, problems)
    annotation = _evaluated(argument.annotation, namespace)
    if default is not _MISSING:
        kind = parameter_type(annotation)
        if kind is not None and not (default is None and port_type(annotation) and kind not in _PLAIN):
            return make_parameter(ParameterSpec(name, annotation, default), problems)
        if default is not None:
            problems.append(
                f"the argument {name!r} has a default, so it is a parameter, but {_shown(annotation)} is no"
                " parameter type"
            )
            return None
    ports = _port(PortSpec(name, annotation, min_count=1 if default is _MISSING else 0), problems)
    return ports[0] if ports else None


_PLAIN = frozenset({"str", "int", "float", "bool", "text", "enum", "color"})


def _port(spec: PortSpec, problems: Problems) -> tuple[Input, ...]:
    if port_type(spec.var_type) is None:
        problems.append(
            f"the type of the argument {spec.name!r}, {_shown(spec.var_type)}, names no file type; use for instance"
            ' "csv", Path or Annotated[…, "csv"]'
        )
        return ()
    return make_inputs([spec], problems)


def _outputs(
    signature: inspect.Signature, said: Declaration, namespace: dict[str, Any], problems: Problems
) -> tuple[Output, ...]:
    if said.outputs:
        return make_outputs(said.outputs, problems)
    if signature.return_annotation in (_MISSING, None, "None"):
        return ()
    returned = _evaluated(signature.return_annotation, namespace)
    if returned is None:
        return ()
    if typing.is_typeddict(returned):
        items = ((name, _evaluated(kind, namespace)) for name, kind in _typed_items(returned).items())
        return make_outputs(items, problems)
    if returned in (dict, "dict") or typing.get_origin(returned) is dict:
        problems.append("it returns a dict: name its keys with @output, or return a TypedDict")
        return ()
    if port_type(returned) is None:
        problems.append(
            f"the return type {_shown(returned)} names no file type; declare outputs with @output"
        )
        return ()
    return make_outputs([(_OUT, returned)], problems)


def _typed_items(returned: Any) -> dict[str, Any]:
    items = {}
    for name, kind in returned.__annotations__.items():
        written = getattr(kind, "__forward_arg__", kind)
        while typing.get_origin(written) in _WRAPPERS:
            written = typing.get_args(written)[0]
            written = getattr(written, "__forward_arg__", written)
        items[name] = written
    return items


def _wrappers() -> set[Any]:
    import typing_extensions

    return {typing_extensions.Required, typing_extensions.NotRequired}


_WRAPPERS = _wrappers()


def _evaluated(annotation: Any, namespace: dict[str, Any]) -> Any:
    """Return the type that an annotation kept as text stands for; the text itself when it names none."""
    if not isinstance(annotation, str):
        return annotation
    text = annotation.strip().strip("'\"")
    if is_known_name(text):
        return text
    try:
        # what the interpreter itself does with annotations that aren't postponed
        value = eval(annotation, dict(namespace))  # noqa: S307
    except Exception:  # noqa: BLE001 - whatever it raises, the annotation names no type
        return _Unknown(text)
    return _evaluated(value, namespace) if isinstance(value, str) and value != annotation else value


class _Unknown:
    """An annotation that means nothing here."""

    def __init__(self, text: str) -> None:
        self.text = text


def _shown(annotation: Any) -> str:
    if isinstance(annotation, _Unknown):
        return repr(annotation.text)
    return annotation.__name__ if isinstance(annotation, type) else repr(annotation)


def _summary(target: Any) -> str:
    text = inspect.getdoc(target) if target.__doc__ else None
    return text.strip().partition("\n\n")[0].replace("\n", " ") if text else ""
