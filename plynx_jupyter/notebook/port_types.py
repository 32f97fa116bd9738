"""The annotations that make a notebook's variable a port."""

from __future__ import annotations

from types import GenericAlias
from typing import Any


class _Port:
    def __class_getitem__(cls, file_type: object) -> Any:
        return GenericAlias(cls, (file_type,))


class Input(_Port):
    """Marks a variable as an input, as in ``data: Input["csv"] = "sample.csv"``; ``Input["csv[]"]`` is a list.

    In a run the variable holds the path of the input (or the list of paths); by hand, what the notebook assigns.
    """


class Output(_Port):
    """Marks a variable as an output, as in ``plot: Output["png"] = "plot.png"``: the path to write to.

    An ``Output["png[]"]`` is a folder whose sorted files are the items.
    """


def annotated_type(annotation: object) -> tuple[type[_Port], str] | None:
    """Return the marker of an annotation and the file type it names, or None for any other annotation."""
    marker = getattr(annotation, "__origin__", None)
    if marker not in (Input, Output):
        return None
    named: Any = annotation.__args__[0]  # type: ignore[attr-defined]
    return marker, named if isinstance(named, str) else getattr(named, "__name__", str(named))
