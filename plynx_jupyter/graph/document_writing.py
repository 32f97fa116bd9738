"""Graphs, nodes and operations as the JSON values of a document; what equals its default is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.json_value import JsonObject, JsonValue
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterType, ParameterValue
from plynx_jupyter.model.port import UNLIMITED, Input, Output
from plynx_jupyter.model.status import OperationStatus

from .document_value import CODE, ENUM, LITERAL, NODES, decode_lines, encode_lines, encode_value
from .result_records import resource_to_dict, time_to_text

FORMAT_VERSION: Final = 1
"""The version of the document format that this program writes, and the newest that it reads."""

JsonDict = dict[str, JsonValue]

_CODE: Final = ParameterType.CODE.value
_ENUM: Final = ParameterType.ENUM.value
_TEXT: Final = ParameterType.TEXT.value
_LIST_NODE: Final = ParameterType.LIST_NODE.value
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def graph_to_dict(graph: Graph) -> JsonDict:
    """Return the whole document of a graph."""
    data: JsonDict = {"plynx": FORMAT_VERSION, "_id": graph.id, "title": graph.title}
    if graph.description:
        data["description"] = encode_lines(graph.description)
    data["kind"] = graph.kind
    _add_record(data, graph)
    if graph.parameters:
        data["parameters"] = [parameter_to_dict(parameter) for parameter in graph.parameters]
    data["nodes"] = [node_to_dict(node) for node in graph.nodes]
    return _with_extra(data, graph.extra)


def node_to_dict(node: Node) -> JsonDict:
    """Return a node as it stands in the ``nodes`` of a document."""
    data: JsonDict = {"_id": node.id, "title": node.title}
    if node.description:
        data["description"] = encode_lines(node.description)
    data["kind"] = node.kind
    if node.original_node_id is not None:
        data["original_node_id"] = node.original_node_id
    if node.code_function_location is not None:
        data["code_function_location"] = node.code_function_location
    if node.node_status is not OperationStatus.CREATED:
        data["node_status"] = node.node_status.value
    if not node.auto_run:
        data["auto_run"] = False
    if not node.auto_run_enabled:
        data["auto_run_enabled"] = False
    if node.source is not None:
        data["source"] = encode_value(node.source)
    if node.x is not None:
        data["x"] = encode_value(node.x)
    if node.y is not None:
        data["y"] = encode_value(node.y)
    _add_interface(data, node)
    return _with_extra(data, node.extra) if node.extra else data


def operation_to_dict(operation: Operation) -> JsonDict:
    """Return an operation of the catalogue in the spelling of a document's nodes."""
    data: JsonDict = {"_id": operation.id, "title": operation.title}
    if operation.description:
        data["description"] = encode_lines(operation.description)
    data["kind"] = operation.kind
    if operation.code_function_location is not None:
        data["code_function_location"] = operation.code_function_location
    if operation.node_status is not OperationStatus.CREATED:
        data["node_status"] = operation.node_status.value
    if operation.parent_node_id is not None:
        data["parent_node_id"] = operation.parent_node_id
    if operation.successor_node_id is not None:
        data["successor_node_id"] = operation.successor_node_id
    if not operation.auto_run_enabled:
        data["auto_run_enabled"] = False
    _add_record(data, operation)
    _add_interface(data, operation)
    return _with_extra(data, operation.extra)


def input_to_dict(port: Input) -> JsonDict:
    """Return an input port. ``max_count`` is left out when it is 1, or for an array when it is -1.

    Where a port that is no array has another, ``is_array`` is written too: without it, PLynx means an array.
    """
    data: JsonDict = {"name": port.name}
    if port.file_type != "file":
        data["file_type"] = port.file_type
    if port.is_array:
        data["is_array"] = True
    if port.min_count != 1:
        data["min_count"] = port.min_count
    if port.max_count != (UNLIMITED if port.is_array else 1):
        data["is_array"] = port.is_array
        data["max_count"] = port.max_count
    if port.primitive_override is not None:
        data["primitive_override"] = encode_value(port.primitive_override)
    if port.description:
        data["description"] = encode_lines(port.description)
    if port.references:
        data["input_references"] = [
            {"node_id": reference.node_id, "output_id": reference.output_id} for reference in port.references
        ]
    return _with_extra(data, port.extra) if port.extra else data


def output_to_dict(port: Output) -> JsonDict:
    """Return an output port, with its ``values`` where they are known beforehand."""
    data: JsonDict = {"name": port.name}
    if port.file_type != "file":
        data["file_type"] = port.file_type
    if port.is_array:
        data["is_array"] = True
    if port.min_count != 1:
        data["min_count"] = port.min_count
    if port.description:
        data["description"] = encode_lines(port.description)
    if port.values:
        data["values"] = [resource_to_dict(resource) for resource in port.values]
    return _with_extra(data, port.extra) if port.extra else data


def parameter_to_dict(parameter: Parameter) -> JsonDict:
    """Return a parameter with its value."""
    data: JsonDict = {"name": parameter.name, "parameter_type": parameter.parameter_type}
    value = parameter.value
    if type(value) in _PLAIN and parameter.parameter_type != _TEXT:
        data["value"] = value  # type: ignore[assignment]
    else:
        data["value"] = value_to_json(value, parameter.parameter_type)
    if parameter.widget != "":
        data["widget"] = parameter.widget
    if not parameter.mutable_type:
        data["mutable_type"] = False
    if not parameter.removable:
        data["removable"] = False
    if not parameter.publicable:
        data["publicable"] = False
    if parameter.reference is not None:
        data["reference"] = parameter.reference
    if parameter.description:
        data["description"] = encode_lines(parameter.description)
    return _with_extra(data, parameter.extra) if parameter.extra else data


def value_to_json(value: ParameterValue, parameter_type: str) -> JsonValue:
    """Return a parameter's value as it is written: of the shape its type has, else tagged."""
    if isinstance(value, Code):
        code: JsonDict = {"mode": value.mode, "value": encode_lines(value.value)}
        return code if parameter_type == _CODE else {CODE: code}
    if isinstance(value, EnumChoice):
        choice: JsonDict = {"values": list(value.values), "index": value.index}
        return choice if parameter_type == _ENUM else {ENUM: choice}
    if isinstance(value, tuple) and (value or parameter_type == _LIST_NODE):
        nodes: JsonValue = [node_to_dict(node) for node in value]
        return nodes if parameter_type == _LIST_NODE else {NODES: nodes}
    encoded = encode_value(value)
    if parameter_type == _TEXT and isinstance(encoded, str):
        return encode_lines(encoded)
    return {LITERAL: encoded} if _means_more(encoded, parameter_type) else encoded


def _means_more(encoded: JsonValue, parameter_type: str) -> bool:
    """Whether a plain JSON value would be read as something else in a parameter of this type."""
    if parameter_type == _TEXT:
        return isinstance(encoded, list) and decode_lines(encoded) is not None
    if parameter_type == _CODE:
        return isinstance(encoded, dict) and "value" in encoded
    if parameter_type == _ENUM:
        return isinstance(encoded, dict) and "values" in encoded
    return parameter_type == _LIST_NODE and isinstance(encoded, list)


def _add_interface(data: JsonDict, node: Node | Operation) -> None:
    if node.inputs:
        data["inputs"] = [input_to_dict(port) for port in node.inputs]
    if node.outputs:
        data["outputs"] = [output_to_dict(port) for port in node.outputs]
    if node.parameters:
        data["parameters"] = [parameter_to_dict(parameter) for parameter in node.parameters]


def _add_record(data: JsonDict, stored: Graph | Operation) -> None:
    if stored.author:
        data["author"] = stored.author
    if stored.insertion_date is not None:
        data["insertion_date"] = time_to_text(stored.insertion_date)
    if stored.update_date is not None:
        data["update_date"] = time_to_text(stored.update_date)


def _with_extra(data: JsonDict, extra: JsonObject) -> JsonDict:
    """Put unknown fields behind the known ones; a known one is never overridden."""
    if extra:
        encoded: Mapping[str, JsonValue] = {key: encode_value(value) for key, value in extra.items()}
        return {**data, **{key: value for key, value in encoded.items() if key not in data}}
    return data
