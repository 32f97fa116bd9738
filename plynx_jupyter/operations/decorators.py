"""Decorators that declare a function or class as an operation; they note what is said and change nothing.

The order of the decorators in the source is the order of the ports; ``operation`` may stand anywhere among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, overload

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.kind import FUNCTION

_T = TypeVar("_T", bound=Callable[..., Any])
_ATTRIBUTE = "__plynx_declaration__"


@dataclass(frozen=True, slots=True)
class PortSpec:
    """An input or output as it was declared."""

    name: str
    var_type: Any
    is_array: bool = False
    min_count: int = 1
    max_count: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter as it was declared."""

    name: str
    var_type: Any
    default: Any = None
    widget: str | None = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that the decorators of one function or class say."""

    inputs: tuple[PortSpec, ...] = ()
    outputs: tuple[PortSpec, ...] = ()
    params: tuple[ParameterSpec, ...] = ()
    is_operation: bool = False
    title: str | None = None
    description: str = ""
    kind: str | None = None
    node_type: str | None = None
    auto_run_enabled: bool = True
    cacheable: bool = True


@dataclass(frozen=True)
class Group:
    """A folder of operations (and of further groups) in a catalogue."""

    title: str
    items: Sequence[Any]


def declaration_of(target: object) -> Declaration | None:
    """Return what the decorators of ``target`` said, or None when it has none; base classes don't count."""
    found = getattr(target, "__dict__", {}).get(_ATTRIBUTE)
    return found if isinstance(found, Declaration) else None


@overload
def operation(title: _T, /) -> _T: ...
@overload
def operation(
    title: str | None = None,
    description: str = "",
    kind: str | None = None,
    node_type: str | None = None,
    auto_run_enabled: bool = True,
    *,
    cacheable: bool = True,
) -> Callable[[_T], _T]: ...
def operation(
    title: Any = None,
    description: str = "",
    kind: str | None = None,
    node_type: str | None = None,
    auto_run_enabled: bool = True,
    *,
    cacheable: bool = True,
) -> Any:
    """Declare a function, or a class with ``__call__``, as an operation; also usable bare, as ``@operation``.

    ``kind`` is ``function`` unless a plug-in's is named (``node_type`` is an older spelling of it).
    ``auto_run_enabled`` False means the operation runs only when asked to; ``cacheable`` False that its results
    are never used again.
    """
    if callable(title):
        return operation()(title)

    def decorate(target: _T) -> _T:
        return _note(
            target,
            lambda said: replace(
                said,
                is_operation=True,
                title=title,
                description=description,
                kind=kind or node_type or FUNCTION,
                node_type=node_type,
                auto_run_enabled=auto_run_enabled,
                cacheable=cacheable,
            ),
        )

    return decorate


def input(  # noqa: A001 - the word of the domain
    name: str,
    var_type: Any = "file",
    is_array: bool = False,
    min_count: int = 1,
    max_count: int | None = None,
    description: str = "",
) -> Callable[[_T], _T]:
    """Declare an input: a file type name, or a Python type. ``max_count`` is for lists; None means any number."""
    spec = PortSpec(name, var_type, is_array, min_count, max_count, description)
    return lambda target: _note(target, lambda said: replace(said, inputs=(spec, *said.inputs)))


def output(
    name: str, var_type: Any = "file", is_array: bool = False, min_count: int = 1, description: str = ""
) -> Callable[[_T], _T]:
    """Declare an output: a key of the dict that the function returns."""
    spec = PortSpec(name, var_type, is_array, min_count, None, description)
    return lambda target: _note(target, lambda said: replace(said, outputs=(spec, *said.outputs)))


def param(
    name: str, var_type: Any = "str", default: Any = None, widget: str | None = "", description: str = ""
) -> Callable[[_T], _T]:
    """Declare a parameter. ``widget`` is its label, the name when empty; None hides it."""
    spec = ParameterSpec(name, var_type, default, widget, description)
    return lambda target: _note(target, lambda said: replace(said, params=(spec, *said.params)))


parameter = param


def _note(target: _T, change: Callable[[Declaration], Declaration]) -> _T:
    said = change(declaration_of(target) or Declaration())
    try:
        setattr(target, _ATTRIBUTE, said)
    except (AttributeError, TypeError):
        raise OperationInvalidError(
            f"{target!r} can't be decorated as an operation: use a function or a class written in Python"
        ) from None
    return target
