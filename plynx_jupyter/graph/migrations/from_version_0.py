"""From version 0, which is any document without a version, PLynx's own among them, to version 1."""

from __future__ import annotations

from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.parameter import NODES

from .old_spellings import modern_node, modern_parameter, plain_id


def from_version_0(data: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document with today's spellings; PLynx's ``_nodes`` parameter becomes ``nodes``."""
    document = dict(data)
    if "_id" in document:
        document["_id"] = plain_id(document["_id"])
    if "kind" not in document and isinstance(document.get("base_node_name"), str):
        document["kind"] = document.pop("base_node_name")
    kind = document.get("kind")
    if isinstance(kind, str):
        document["kind"] = canonical_kind(kind)
    parameters = document.get("parameters")
    if isinstance(parameters, list):
        nodes, others = _split_nodes(parameters)
        if nodes is not None and "nodes" not in document:
            document["nodes"], parameters = nodes, others
        document["parameters"] = [modern_parameter(parameter) for parameter in parameters]
    if isinstance(document.get("nodes"), list):
        document["nodes"] = [modern_node(node) for node in document["nodes"]]  # type: ignore[union-attr]
    return document


def _split_nodes(parameters: list[JsonValue]) -> tuple[JsonValue, list[JsonValue]]:
    nodes: JsonValue = None
    others: list[JsonValue] = []
    for parameter in parameters:
        if isinstance(parameter, dict) and parameter.get("name") == NODES:
            nodes = parameter.get("value")
        else:
            others.append(parameter)
    return nodes, others
