"""The mappings ``inputs``, ``outputs`` and ``params``: of the run, or of the notebook opened by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from plynx_jupyter.errors import InvalidInputError

from . import by_hand
from .run_values import RunValues, current_run

Space: TypeAlias = Literal["inputs", "outputs", "params"]
_PLAIN = (bool, int, float, str, list, type(None))
_MISSING = object()


class NoSuchValueError(InvalidInputError, KeyError):
    """There is no input, output or parameter of that name; a ``KeyError``, so that ``get`` and ``in`` work."""

    code = "notebook.no_such_value"

    def __str__(self) -> str:
        return self.message


class Values(Mapping[str, Any]):
    """Values by name: paths of inputs and outputs (lists for list inputs), or values of parameters.

    Looked up when they are asked for. By hand, a value is what the variable of that name holds.
    """

    def __init__(self, space: Space) -> None:
        self._space: Space = space

    def __getitem__(self, name: str) -> Any:
        run = current_run()
        if run is None:
            return _by_hand(self._space, name)
        values = getattr(run, self._space)
        if name not in values:
            raise _unknown(self._space, name, values)
        return values[name]

    def __iter__(self) -> Iterator[str]:
        run = current_run()
        return iter(getattr(run, self._space) if run is not None else _names_by_hand(self._space))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{self._space} { ({name: self.get(name) for name in self})!r}>"


inputs = Values("inputs")
"""Paths of inputs by name; for a list input, a list of paths."""
outputs = Values("outputs")
"""Where to put outputs, by name; for a list output, a folder."""
params = Values("params")
"""Values of parameters by name."""


def type_of_port(name: str) -> str:
    """Return the file type of an input or output as it was declared, empty when nothing is known."""
    run: RunValues | None = current_run()
    if run is not None:
        return run.types.get(name, "")
    known = by_hand.declared()
    return known.outputs.get(name) or known.inputs.get(name) or ""


def _by_hand(space: Space, name: str) -> Any:
    value = _variable(name)
    if space == "params":
        if value is _MISSING:
            value = by_hand.declared().params.get(name, _MISSING)
        if value is _MISSING:
            raise _unset(space, name, f"{_spelled(name)} = 1")
        return value
    if isinstance(value, (list, tuple)) and space == "inputs":
        return [os.fspath(item) for item in value]
    if isinstance(value, (str, os.PathLike)) and os.fspath(value):
        return os.fspath(value)
    if space == "inputs":
        raise _unset(space, name, f'{_spelled(name)} = "a file to try the notebook with"')
    return _place_for(name)


def _variable(name: str) -> Any:
    from plynx_jupyter.operations.names import identifier

    known = by_hand.variables()
    return known.get(name, known.get(identifier(name), _MISSING))


def _place_for(name: str) -> str:
    """Return a path below the folder for outputs, which is made; for a list output, it is a folder too."""
    declared = by_hand.declared().outputs.get(name, "")
    if Path(name).name != name or name.startswith("."):
        raise NoSuchValueError(f"{name!r} can't be the name of an output.", name=name)
    folder = Path(by_hand.OUTPUTS_FOLDER)
    place = folder / name
    if declared.endswith("[]"):
        place.mkdir(parents=True, exist_ok=True)
        return str(place)
    folder.mkdir(exist_ok=True)
    return str(place.with_name(name + _ending(name, declared)))


def _ending(name: str, declared: str) -> str:
    from plynx_jupyter.operations.type_names import port_type
    from plynx_jupyter.resources.registry import get_resource

    known = port_type(declared) if declared else None
    endings = get_resource(known.file_type).extensions if known is not None else ()
    if not endings or name.lower().endswith(endings):
        return ""
    return f".{declared}" if f".{declared}" in endings else endings[0]


def _names_by_hand(space: Space) -> list[str]:
    known = by_hand.declared()
    if space != "params":
        return list(getattr(known, space))
    return list(known.params) or [
        name
        for name, value in by_hand.variables().items()
        if not name.startswith("_") and name not in known.inputs and type(value) in _PLAIN
        and name not in known.outputs and name not in ("In", "Out")
    ]  # fmt: skip


def _spelled(name: str) -> str:
    from plynx_jupyter.operations.names import identifier

    return identifier(name)


def _unknown(space: Space, name: str, known: Mapping[str, Any]) -> NoSuchValueError:
    word = {"inputs": "input", "outputs": "output", "params": "parameter"}[space]
    there = ", ".join(known) or "none"
    return NoSuchValueError(
        f"This operation has no {word} {name!r}. Its {word}s are: {there}.", name=name, known=list(known)
    )


def _unset(space: Space, name: str, example: str) -> NoSuchValueError:
    return NoSuchValueError(
        f"No run is going on, so {space}[{name!r}] is what the variable {_spelled(name)} holds, and that isn't set. "
        f"Set it before, as in: {example}",
        name=name,
    )
