"""What PLynx calls things in nodes, ports and parameters, brought to today's names; anything else is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from plynx_jupyter.model.json_value import JsonObject, JsonValue
from plynx_jupyter.model.kind import COMPOSITE_INPUT, COMPOSITE_OUTPUT, canonical_kind
from plynx_jupyter.model.parameter import CMD, OLD_NAMES, ParameterType
from plynx_jupyter.model.port import UNLIMITED

_SPECIAL_IDS: Final = {
    "2419f9500000000000000000": COMPOSITE_INPUT,
    "56274ccc0000000000000000": COMPOSITE_OUTPUT,
}
"""PLynx marks the two special nodes of a composite by these ids."""

_ID_FIELDS: Final = ("_id", "original_node_id", "parent_node_id", "successor_node_id")


def modern_node(data: JsonValue) -> JsonValue:
    """Return a node or operation (and the nodes inside it) in today's spelling."""
    if not isinstance(data, dict):
        return data
    node = dict(data)
    for name in _ID_FIELDS:
        if name in node:
            node[name] = plain_id(node[name])
    is_early = "base_node_name" in node and "kind" not in node
    if is_early:
        node["kind"] = node.pop("base_node_name")
    _modernize_kind(node)
    for name, modern in (("inputs", _modern_input), ("outputs", _modern_output)):
        ports = node.get(name)
        if isinstance(ports, list):
            node[name] = [modern(port) if isinstance(port, dict) else port for port in ports]
    parameters = node.get("parameters")
    if isinstance(parameters, list):
        node["parameters"] = _modern_parameters(parameters, is_early)
    return node


def modern_parameter(data: JsonValue) -> JsonValue:
    """Return a parameter in today's spelling; its name stays."""
    if not isinstance(data, dict):
        return data
    parameter = dict(data)
    kinds = parameter.get("parameter_type")
    if isinstance(kinds, list) and kinds:
        parameter["parameter_type"] = kinds[0]
    widget = parameter.get("widget")
    if isinstance(widget, dict) and isinstance(widget.get("alias"), str):
        parameter["widget"] = widget["alias"]
    value = parameter.get("value")
    if parameter.get("parameter_type") == ParameterType.LIST_NODE.value and isinstance(value, list):
        parameter["value"] = [modern_node(node) for node in value]
    return parameter


def plain_id(value: JsonValue) -> JsonValue:
    """Return the text of an id, also of one in MongoDB's export form ``{"$oid": …}``."""
    if isinstance(value, Mapping) and isinstance(value.get("$oid"), str):
        return value["$oid"]
    return value


def _modernize_kind(node: dict[str, JsonValue]) -> None:
    kind = node.get("kind")
    if not isinstance(kind, str):
        return
    special = _SPECIAL_IDS.get(str(node.get("original_node_id") or node.get("_id")))
    node["kind"] = special if kind == "dummy" and special else canonical_kind(kind)


def _modern_parameters(parameters: list[JsonValue], is_early: bool) -> list[JsonValue]:
    """Give system parameters their underscore.

    Only where they can be told from ordinary ones of that name: in nodes of PLynx's first releases, and a
    ``cmd`` that is code.
    """
    names = {parameter.get("name") for parameter in parameters if isinstance(parameter, dict)}
    modern: list[JsonValue] = []
    for item in parameters:
        parameter = modern_parameter(item)
        if isinstance(parameter, dict):
            new = OLD_NAMES.get(str(parameter.get("name")))
            is_code = parameter.get("parameter_type") == ParameterType.CODE.value
            if new is not None and new not in names and (is_early or (new == CMD and is_code)):
                parameter = {**parameter, "name": new}
        modern.append(parameter)
    return modern


def _modern_input(data: JsonObject) -> JsonValue:
    port = _modern_port(data)
    references = port.get("input_references")
    if references is None and _are_references(port.get("values")):
        references = port.pop("values")
    if isinstance(references, list):
        port["input_references"] = [_modern_reference(reference) for reference in references]
    if port.get("values") == []:
        del port["values"]
    count = port.get("max_count")
    if "is_array" not in port and type(count) is int and count != 1:
        port["is_array"] = True
        port["max_count"] = count if count >= 0 else UNLIMITED
    return port


def _modern_output(data: JsonObject) -> JsonValue:
    """Return an output; ids of resources in a PLynx store say nothing here and are kept aside."""
    port = _modern_port(data)
    values = port.get("values")
    if isinstance(values, list) and not all(isinstance(value, dict) for value in values):
        del port["values"]
        port["resource_ids"] = values
    return port


def _modern_port(data: JsonObject) -> dict[str, JsonValue]:
    port = dict(data)
    kinds = port.get("file_types")
    if "file_type" not in port and isinstance(kinds, list) and kinds and isinstance(kinds[0], str):
        port["file_type"] = kinds[0]
        if len(kinds) == 1:
            del port["file_types"]
    return port


def _are_references(values: JsonValue) -> bool:
    return (
        isinstance(values, list)
        and bool(values)
        and all(isinstance(value, dict) and value.keys() >= {"node_id", "output_id"} for value in values)
    )


def _modern_reference(data: JsonValue) -> JsonValue:
    """Return a reference without the resource that an earlier run found behind it."""
    if isinstance(data, dict) and data.keys() >= {"node_id", "output_id"}:
        return {"node_id": plain_id(data["node_id"]), "output_id": data["output_id"]}
    return data
