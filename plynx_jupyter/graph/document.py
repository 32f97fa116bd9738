"""The ``.plynx`` document: a graph as JSON text and back; ``docs/document-format.md`` describes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from plynx_jupyter.errors import DocumentError
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Parameter

from .document_reading import Problems, read_graph, read_node, read_operation, read_parameter
from .document_text import read_json, write_json
from .document_writing import (
    FORMAT_VERSION,
    graph_to_dict,
    node_to_dict,
    operation_to_dict,
    parameter_to_dict,
)
from .migrations.migrate import migrate
from .migrations.old_spellings import modern_node, modern_parameter

__all__ = [
    "FORMAT_VERSION",
    "dumps",
    "from_dict",
    "loads",
    "node_from_dict",
    "node_to_dict",
    "operation_from_dict",
    "operation_to_dict",
    "parameter_from_dict",
    "parameter_to_dict",
    "to_dict",
]

T = TypeVar("T")

_SHOWN_PROBLEMS = 50


def to_dict(graph: Graph) -> dict[str, JsonValue]:
    """Return the document of a graph as a JSON value; raises ``DocumentError`` when it is nested too deeply."""
    try:
        return graph_to_dict(graph)
    except RecursionError:
        raise DocumentError(
            f"Graph {graph.title!r} ({graph.id}) is nested too deeply to be written."
        ) from None


def dumps(graph: Graph) -> str:
    """Return the document of a graph as text; equal graphs give equal text.

    >>> from plynx_jupyter.model.ids import GraphId
    >>> print(dumps(Graph(id=GraphId("g1"), title="Empty")), end="")
    {
     "plynx": 1,
     "_id": "g1",
     "title": "Empty",
     "kind": "graph",
     "nodes": []
    }
    """
    data = to_dict(graph)
    try:
        return write_json(data) + "\n"
    except RecursionError:
        raise DocumentError(
            f"Graph {graph.title!r} ({graph.id}) is nested too deeply to be written."
        ) from None


def loads(text: str, *, path: str | None = None) -> Graph:
    """Return the graph of a document; ``path`` is only named in messages.

    Documents of older versions, and of PLynx, are brought to the current one. Raises ``DocumentError`` with
    all problems and their places, ``NewerDocumentError`` for a document of a version to come.
    """
    return _read_document(read_json(text, path), path, "")


def from_dict(data: JsonValue, *, where: str = "") -> Graph:
    """Return the graph of a document that is a JSON value already; ``where`` names it in messages.

    Raises as ``loads`` does.
    """
    return _read_document(data, None, where)


def node_from_dict(data: JsonValue, *, where: str = "") -> Node:
    """Return the node that an object of a document stands for, in the current or PLynx's older spelling."""
    return _read_part(modern_node, read_node, data, "node", where)


def operation_from_dict(data: JsonValue, *, where: str = "") -> Operation:
    """Return the operation that an object stands for, in the current or PLynx's older spelling."""
    return _read_part(modern_node, read_operation, data, "operation", where)


def parameter_from_dict(data: JsonValue, *, where: str = "") -> Parameter:
    """Return the parameter that an object stands for, in the current or PLynx's older spelling."""
    return _read_part(modern_parameter, read_parameter, data, "parameter", where)


def _read_document(data: JsonValue, path: str | None, where: str) -> Graph:
    problems: Problems = []
    name = path or where or "The document"
    try:
        if isinstance(data, dict):
            data = migrate(data, where=name)
        graph = read_graph(data, problems)
    except RecursionError:
        raise DocumentError(f"{name} is nested too deeply to be read.", path=path) from None
    if graph is None or problems:
        raise _document_error(name, problems, path)
    return graph


def _read_part(
    modernize: Callable[[JsonValue], JsonValue],
    read: Callable[[JsonValue, str, Problems], T | None],
    data: JsonValue,
    what: str,
    where: str,
) -> T:
    problems: Problems = []
    try:
        part = read(modernize(data), where or what, problems)
    except RecursionError:
        raise DocumentError(f"The {what} is nested too deeply to be read.") from None
    if part is None or problems:
        raise _document_error(where or f"The {what}", problems, None)
    return part


def _document_error(name: str, problems: Problems, path: str | None) -> DocumentError:
    shown = problems[:_SHOWN_PROBLEMS]
    if len(shown) < len(problems):
        shown.append(f"… and {len(problems) - len(shown)} more")
    if len(shown) == 1:
        message = f"{name} can't be used: {shown[0]}."
    else:
        lines = "\n".join(f"- {problem}" for problem in shown)
        message = f"{name} can't be used; {len(problems)} things are wrong:\n{lines}"
    return DocumentError(message, path=path, line=None, column=None, problems=problems)
