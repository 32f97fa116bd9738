"""JSON values of a document as graphs, nodes and operations; all that is wrong is said at once, with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.kind import GRAPH
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterType, ParameterValue
from plynx_jupyter.model.port import UNLIMITED, Input, Output, OutputReference
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.status import OperationStatus

from .document_value import (
    CODE,
    ENUM,
    LITERAL,
    NODES,
    decode_lines,
    decode_literal,
    decode_value,
    tag_of,
)
from .result_records import read_resource, time_from_text

Problems = list[str]
"""What is wrong, each as ``place: what``; readers add to it and go on."""

T = TypeVar("T")
_Types = Mapping[str, tuple[type, ...]]

_TEXT: Final = (str,)
_TEXT_OR_NULL: Final = (str, type(None))
_BOOL: Final = (bool,)
_INT: Final = (int,)
_NUMBER: Final = (int, float, type(None))
_LINES: Final = (str, list)
_LIST: Final = (list,)
_ANY: Final = (str, int, float, bool, list, dict, type(None))

_PARAMETER: Final[_Types] = {
    "name": _TEXT,
    "parameter_type": _TEXT,
    "value": _ANY,
    "widget": _TEXT_OR_NULL,
    "mutable_type": _BOOL,
    "removable": _BOOL,
    "publicable": _BOOL,
    "reference": _TEXT_OR_NULL,
    "description": _LINES,
}
_OUTPUT: Final[_Types] = {
    "name": _TEXT,
    "file_type": _TEXT,
    "is_array": _BOOL,
    "min_count": _INT,
    "values": _LIST,
    "description": _LINES,
}
_INPUT: Final[_Types] = {
    "name": _TEXT,
    "file_type": _TEXT,
    "is_array": _BOOL,
    "min_count": _INT,
    "max_count": _INT,
    "primitive_override": _ANY,
    "input_references": _LIST,
    "description": _LINES,
}
_INTERFACE: Final[_Types] = {
    "_id": _TEXT,
    "title": _TEXT,
    "description": _LINES,
    "kind": _TEXT,
    "code_function_location": _TEXT_OR_NULL,
    "node_status": _TEXT,
    "auto_run_enabled": _BOOL,
    "inputs": _LIST,
    "outputs": _LIST,
    "parameters": _LIST,
}
_STORED: Final[_Types] = {
    "author": _TEXT,
    "insertion_date": _TEXT_OR_NULL,
    "update_date": _TEXT_OR_NULL,
}
_NODE: Final[_Types] = {
    **_INTERFACE,
    "original_node_id": _TEXT_OR_NULL,
    "auto_run": _BOOL,
    "source": (dict, type(None)),
    "x": (*_NUMBER, dict),
    "y": (*_NUMBER, dict),
}
_OPERATION: Final[_Types] = {
    **_INTERFACE,
    **_STORED,
    "parent_node_id": _TEXT_OR_NULL,
    "successor_node_id": _TEXT_OR_NULL,
}
_GRAPH: Final[_Types] = {
    **_STORED,
    "plynx": _INT,
    "_id": _TEXT,
    "title": _TEXT,
    "description": _LINES,
    "kind": _TEXT,
    "parameters": _LIST,
    "nodes": _LIST,
}

_WORDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_STATUSES: Final = {status.value: status for status in OperationStatus}
_SIMPLE: Final = frozenset({str, int, bool, type(None)})


def read_graph(data: JsonValue, problems: Problems) -> Graph | None:
    """Return the graph of a document of the current version; None when it is no object at all."""
    fields = _fields(data, _GRAPH, "", ("_id",), problems)
    if fields is None:
        return None
    fields.pop("plynx", None)
    fields.setdefault("kind", GRAPH)
    _read_stored(fields, "", problems)
    _read_list(fields, "nodes", read_node, "", problems)
    _read_list(fields, "parameters", read_parameter, "", problems)
    return Graph(**fields) if not problems else None


def read_node(data: JsonValue, where: str, problems: Problems) -> Node | None:
    """Return the node that an object stands for; what is wrong goes to ``problems``."""
    fields = _fields(data, _NODE, where, ("_id", "kind"), problems)
    if fields is None:
        return None
    _read_interface(fields, where, problems)
    for axis in ("x", "y"):
        if type(fields.get(axis)) is dict:
            fields[axis] = decode_value(fields[axis])
            if type(fields[axis]) is not float:
                problems.append(f"{_at(where, axis)} must be a number, not an object")
    source = fields.get("source")
    if source is not None:
        fields["source"] = decode_value(source)
    return Node(**fields) if not problems else None


def read_operation(data: JsonValue, where: str, problems: Problems) -> Operation | None:
    """Return the operation that an object stands for; what is wrong goes to ``problems``."""
    fields = _fields(data, _OPERATION, where, ("_id", "kind"), problems)
    if fields is None:
        return None
    _read_stored(fields, where, problems)
    _read_interface(fields, where, problems)
    return Operation(**fields) if not problems else None


def read_parameter(data: JsonValue, where: str, problems: Problems) -> Parameter | None:
    """Return the parameter that an object stands for; what is wrong goes to ``problems``."""
    fields = _fields(data, _PARAMETER, where, ("name",), problems)
    if fields is None:
        return None
    value = fields.get("value")
    kind = fields.get("parameter_type", "str")
    if type(value) not in _SIMPLE:
        fields["value"] = _read_value(value, kind, _at(where, "value"), problems)
    return Parameter(**fields) if not problems else None


def _read_value(value: JsonValue, kind: str, where: str, problems: Problems) -> ParameterValue:
    tag = tag_of(value)
    if tag is not None and isinstance(value, dict):
        inside = value[tag]
        if tag == LITERAL:
            return decode_literal(inside)
        meant = {CODE: "code", ENUM: "enum", NODES: "list_node"}.get(tag)
        shaped = None if meant is None else _shaped(inside, meant, where, problems)
        return decode_value(value) if shaped is None else shaped
    shaped = _shaped(value, kind, where, problems)
    return decode_value(value) if shaped is None else shaped


def _shaped(value: JsonValue, kind: str, where: str, problems: Problems) -> ParameterValue:
    """Return a value of the shape its type has, or None for any other (which is kept as it is)."""
    if kind == ParameterType.TEXT.value:
        return decode_lines(value)
    if kind == ParameterType.CODE.value:
        return _code(value)
    if kind == ParameterType.ENUM.value:
        return _choice(value)
    if kind == ParameterType.LIST_NODE.value:
        return _nodes(value, where, problems)
    return None


def _nodes(value: JsonValue, where: str, problems: Problems) -> tuple[Node, ...] | None:
    if not isinstance(value, list) or not all(type(item) is dict for item in value):
        return None
    nodes = [read_node(item, f"{where}[{i}]", problems) for i, item in enumerate(value)]
    return tuple(node for node in nodes if node is not None)


def _code(value: JsonValue) -> Code | None:
    if not isinstance(value, dict) or not value.keys() <= {"mode", "value"}:
        return None
    text, mode = decode_lines(value.get("value")), value.get("mode", "python")
    return Code(text, mode) if text is not None and isinstance(mode, str) else None


def _choice(value: JsonValue) -> EnumChoice | None:
    if not isinstance(value, dict) or not value.keys() <= {"values", "index"}:
        return None
    choices, index = value.get("values"), value.get("index", 0)
    if not isinstance(choices, list) or type(index) is not int:
        return None
    words = tuple(choice for choice in choices if isinstance(choice, str))
    return EnumChoice(words, index) if len(words) == len(choices) else None


def _read_input(data: JsonValue, where: str, problems: Problems) -> Input | None:
    fields = _fields(data, _INPUT, where, ("name",), problems)
    if fields is None:
        return None
    if fields.get("is_array") and "max_count" not in fields:
        fields["max_count"] = UNLIMITED
    override = fields.get("primitive_override")
    if type(override) not in _SIMPLE:
        fields["primitive_override"] = decode_value(override)
    references = fields.pop("input_references", None)
    if references:
        place = _at(where, "input_references")
        fields["references"] = tuple(
            [_read_reference(item, f"{place}[{i}]", problems) for i, item in enumerate(references)]
        )
    return Input(**fields) if not problems else None


def _read_reference(data: JsonValue, where: str, problems: Problems) -> OutputReference | None:
    if type(data) is dict and len(data) == 2:
        node_id, output_id = data.get("node_id"), data.get("output_id")
        if type(node_id) is str and type(output_id) is str:
            return OutputReference(NodeId(node_id), output_id)
    problems.append(f'{where} must be {{"node_id": text, "output_id": text}} and nothing else')
    return None


def _read_output(data: JsonValue, where: str, problems: Problems) -> Output | None:
    fields = _fields(data, _OUTPUT, where, ("name",), problems)
    if fields is None:
        return None
    _read_list(fields, "values", _read_resource, where, problems)
    return Output(**fields) if not problems else None


def _read_resource(data: JsonValue, where: str, problems: Problems) -> Resource | None:
    try:
        resource = read_resource(data)
        if type(resource.size_bytes) is int and type(resource.inline) is bool:
            return resource
    except (KeyError, TypeError, AttributeError):
        pass
    problems.append(f"{where} must be a resource: an object with file_type, digest and size_bytes")
    return None


def _read_interface(fields: dict[str, Any], where: str, problems: Problems) -> None:
    """Read what nodes and operations have in common."""
    fields.setdefault("title", "")
    status = fields.get("node_status")
    if status is not None:
        fields["node_status"] = _STATUSES.get(status)
        if fields["node_status"] is None:
            problems.append(
                f"{_at(where, 'node_status')} must be one of {', '.join(_STATUSES)}, not {status!r}"
            )
    _read_list(fields, "inputs", _read_input, where, problems)
    _read_list(fields, "outputs", _read_output, where, problems)
    _read_list(fields, "parameters", read_parameter, where, problems)


def _read_stored(fields: dict[str, Any], where: str, problems: Problems) -> None:
    for name in ("insertion_date", "update_date"):
        text = fields.get(name)
        if text is not None:
            try:
                fields[name] = time_from_text(text)
            except ValueError:
                problems.append(f"{_at(where, name)} must be an ISO 8601 time, not {text!r}")


def _read_list(
    fields: dict[str, Any],
    name: str,
    read: Callable[[JsonValue, str, Problems], T | None],
    where: str,
    problems: Problems,
) -> None:
    items = fields.get(name)
    if items is not None:
        place = _at(where, name)
        fields[name] = tuple([read(item, f"{place}[{i}]", problems) for i, item in enumerate(items)])


def _fields(
    data: JsonValue, types: _Types, where: str, required: tuple[str, ...], problems: Problems
) -> dict[str, Any] | None:
    """Return the known fields that are of the right type, the unknown ones together as ``extra``."""
    if type(data) is not dict:
        problems.append(f"{where or 'The document'} must be an object, not {_WORDS.get(type(data))}")
        return None
    fields: dict[str, Any] = {}
    extra: dict[str, JsonValue] | None = None
    for name, value in data.items():
        expected = types.get(name)
        if expected is None:
            extra = {} if extra is None else extra
            extra[name] = decode_value(value)
        elif type(value) in expected:
            fields[name] = value
        else:
            words = " or ".join(_WORDS[kind] for kind in expected)
            problems.append(f"{_at(where, name)} must be {words}, not {_WORDS[type(value)]}")
    for name in required:
        if name not in data:
            problems.append(f"{_at(where, name)} is missing")
    if extra is not None:
        fields["extra"] = extra
    if "_id" in fields:
        fields["id"] = fields.pop("_id")
    if type(fields.get("description")) is list:
        fields["description"] = decode_lines(fields["description"])
        if fields["description"] is None:
            problems.append(f"{_at(where, 'description')} must be text or a list of lines")
    return fields


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
