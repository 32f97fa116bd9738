"""From a call's inputs to the arguments of a function, and from what it returns to outputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import JobFailedError, OutputMissingError, PlynxError
from plynx_jupyter.model.resource import INLINE_LIMIT_BYTES
from plynx_jupyter.operations.names import identifier
from plynx_jupyter.resources.registry import get_resource

from .function_call import CallInput, CallItem, CallOutput, FunctionCall
from .function_loading import signature_of


class FunctionArguments:
    """The values of a call by argument name, loaded only for what the function takes."""

    def __init__(self, call: FunctionCall) -> None:
        self._title = call.title
        self._inputs = {identifier(port.name): port for port in call.inputs}
        self._parameters = {identifier(name): value for name, value in call.parameters.items()}

    def accepted_by(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Return the keyword arguments; raises ``JobFailedError`` that names what the function wants in vain."""
        names = [*self._inputs, *self._parameters]
        signature = signature_of(function)
        if signature is None:
            return {name: self._value(name, None) for name in names}
        wanted = signature.parameters
        takes_all = any(p.kind is p.VAR_KEYWORD for p in wanted.values())
        named = {name: p for name, p in wanted.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        self._check(named)
        given = {name: self._value(name, named.get(name)) for name in names if takes_all or name in named}
        return {name: value for name, value in given.items() if value is not _LEAVE_OUT}

    def _check(self, named: Mapping[str, inspect.Parameter]) -> None:
        there = {*self._inputs, *self._parameters}
        missing = [name for name, p in named.items() if p.default is p.empty and name not in there]
        if missing:
            exist = ", ".join(sorted(there)) or "none"
            raise JobFailedError(
                f"The function of {self._title!r} wants {', '.join(missing)}, but there is no such input or parameter; "
                f"those that exist: {exist}."
            )

    def _value(self, name: str, parameter: inspect.Parameter | None) -> Any:
        port = self._inputs.get(name)
        if port is None:
            return self._parameters[name]
        if port.is_array:
            return [_loaded(port, item) for item in port.items]
        if port.items:
            return _loaded(port, port.items[0])
        has_default = parameter is not None and parameter.default is not parameter.empty
        return _LEAVE_OUT if has_default else None


_LEAVE_OUT = object()


def _loaded(port: CallInput, item: CallItem) -> Any:
    kind: Any = get_resource(item.file_type)
    try:
        if item.path is not None:
            return kind.load(Path(item.path))
        return kind.decode(kind.from_inline(item.value))
    except PlynxError as error:
        raise JobFailedError(f"The input {port.name!r} can't be read: {error.message}") from error


def store_results(call: FunctionCall, result: Any) -> dict[str, tuple[bytes | str, ...]]:
    """Return the outputs of a call; raises ``OutputMissingError`` and ``JobFailedError`` that name the output."""
    values = _by_name(call, result)
    missing = [port.name for port in call.outputs if port.name not in values]
    if missing:
        listed = ", ".join(map(repr, values)) or "nothing"
        raise OutputMissingError(
            f"The function of {call.title!r} returned {listed}, without the output "
            f"{', '.join(map(repr, missing))}. Return a dict with one value for each output."
        )
    return {port.name: _stored(call, port, values[port.name]) for port in call.outputs}


def _by_name(call: FunctionCall, result: Any) -> Mapping[str, Any]:
    """Return values by output name; keys spelled as identifiers count, and a single output's bare value."""
    ports = {port.name: port for port in call.outputs}
    spelled = {identifier(name): name for name in ports} | {name: name for name in ports}
    if isinstance(result, Mapping):
        named: dict[str, Any] = {spelled.get(str(key), str(key)): value for key, value in result.items()}
        if len(ports) != 1 or ports.keys() & named.keys():
            return named
    if len(ports) == 1:
        return {} if result is None else {next(iter(ports)): result}
    if result is None or not ports:
        return {}
    raise JobFailedError(
        f"The function of {call.title!r} has {len(ports)} outputs ({', '.join(ports)}), so it has to return a dict "
        f"with a value for each, not a {type(result).__name__}."
    )


def _stored(call: FunctionCall, port: CallOutput, value: Any) -> tuple[bytes | str, ...]:
    if not port.is_array:
        return (_stored_one(call, port, value, Path(port.path)),)
    if not isinstance(value, (list, tuple)):
        raise JobFailedError(
            f"The output {port.name!r} is a list, but its value is a {type(value).__name__}."
        )
    if len(value) < port.min_count:
        raise OutputMissingError(
            f"The output {port.name!r} has to hold at least {port.min_count} items, and has {len(value)}."
        )
    ending = call.extensions.get(port.file_type, "")
    folder = Path(port.path)
    folder.mkdir(exist_ok=True)
    return tuple(
        _stored_one(call, port, item, folder / f"{number:06d}{ending}") for number, item in enumerate(value)
    )


def _stored_one(call: FunctionCall, port: CallOutput, value: Any, path: Path) -> bytes | str:
    kind = get_resource(port.file_type)
    try:
        if not kind.is_raw:
            kind.dump(value, path)
            return str(path)
        data = kind.encode(value)
    except PlynxError as error:
        raise JobFailedError(
            f"The output {port.name!r} of {call.title!r} can't be kept: {error.message}"
        ) from error
    if len(data) <= INLINE_LIMIT_BYTES:
        return data
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return str(path)
