"""Cache keys: the components a result depends on, and the digest over them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

from plynx_jupyter.errors import NotCanonicalError
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.model.json_value import JsonObject, JsonValue
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import (
    CACHEABLE,
    CMD,
    CPU,
    ENVIRONMENT,
    GPU,
    MEMORY,
    NODES,
    PACKAGES,
    RETRIES,
    TIMEOUT,
    Code,
    EnumChoice,
    Parameter,
)
from plynx_jupyter.model.port import Input
from plynx_jupyter.model.resource import Resource

from .canonical import canonical_bytes
from .fingerprint import CodeFingerprint

KEY_VERSION: Final = 1
"""Counts the meanings of keys; a new one makes all stored results unreachable."""

IGNORED_PARAMETERS: Final = frozenset({TIMEOUT, RETRIES, CACHEABLE, CPU, MEMORY, GPU})
"""Parameters that say how a node is run, not what it computes."""

_COUNTED_ELSEWHERE: Final = frozenset({CMD, ENVIRONMENT, PACKAGES, NODES})
"""By the code fingerprint, by the environment's components, and (inner nodes) by keys of their own."""

_NOT_COUNTED: Final = IGNORED_PARAMETERS | _COUNTED_ELSEWHERE

EXPLANATION: Final = "explanation"
"""The one component that doesn't count: what helps a person to see why two keys differ."""

_TAG: Final = "$"


def key_components(
    *,
    node: Node,
    inputs: Mapping[str, Sequence[Resource]],
    code: CodeFingerprint,
    environment: Mapping[str, JsonValue],
) -> dict[str, JsonValue]:
    """Return all that the node's result depends on, as JSON (kept with the entry to explain later misses).

    ``inputs`` holds the resources that arrived, by port and in order; ``node.parameters`` their final values
    (links to graph-level parameters resolved); ``environment`` what ``environment_components`` returned.
    Node id, title, description, position and the origin of inputs play no part. NaN and infinite
    parameters are tagged, since JSON has no such numbers.

    Raises ``NotCanonicalError`` naming the parameter whose value is no JSON value.
    """
    explanation: dict[str, JsonValue] = {"parts": dict(code.parts)}
    if code.text is not None:
        explanation["text"] = code.text
    return {
        "version": KEY_VERSION,
        "kind": canonical_kind(node.kind),
        "code": code.digest,
        "parameters": {
            parameter.name: [parameter.parameter_type, _plain(parameter)]
            for parameter in node.parameters
            if parameter.name not in _NOT_COUNTED
        },
        "inputs": {port.name: _input(port, inputs.get(port.name, ())) for port in node.inputs},
        "outputs": {port.name: [port.file_type, port.is_array, port.min_count] for port in node.outputs},
        "environment": dict(environment),
        EXPLANATION: explanation,
    }


def cache_key(components: JsonObject) -> CacheKey:
    """Return the key of a result that depends on ``components`` (its explanation apart).

    Raises ``NotCanonicalError`` with the path of what can't be part of a key.
    """
    counted = {name: value for name, value in components.items() if name != EXPLANATION}
    return CacheKey(hashlib.sha256(canonical_bytes(counted, path="key")).hexdigest())


def operation_digest(node: Node) -> str:
    """Return what groups the entries of one operation, so that a miss can be compared with earlier results.

    It stays the same when code, parameters or title are edited. An operation is known by the place of its
    function, else by its id in the catalogue, else (code that lives in the graph only) by its kind and
    the names of its ports, which unrelated operations may share: the comparison then prefers those of
    the same title.
    """
    identity: list[JsonValue] = [canonical_kind(node.kind)]
    if node.code_function_location:
        identity += ["location", node.code_function_location]
    elif node.original_node_id:
        identity += ["operation", node.original_node_id]
    else:
        ports: list[list[JsonValue]] = [
            [*sorted(port.name for port in node.inputs)],
            [*sorted(port.name for port in node.outputs)],
        ]
        identity += ["ports", *ports]
    return hashlib.sha256(canonical_bytes(identity)).hexdigest()


def _input(port: Input, resources: Sequence[Resource]) -> JsonValue:
    arrived: list[JsonValue] = [[resource.digest, resource.file_type] for resource in resources]
    if arrived or port.primitive_override is None:
        return [port.file_type, port.is_array, arrived]
    # Nothing is connected: the value written into the port is what the code sees.
    return [port.file_type, port.is_array, arrived, _tagged(port.primitive_override)]


def _plain(parameter: Parameter) -> JsonValue:
    """Return a parameter's value as JSON, as the code sees it."""
    value = parameter.value
    kind = type(value)
    if kind is str or value is None or kind is int or kind is bool:
        return value  # type: ignore[return-value]
    if isinstance(value, EnumChoice):
        try:
            return value.chosen
        except IndexError:
            path = f"key.parameters.{parameter.name}"
            message = f"{path} chooses number {value.index} of {len(value.values)} values"
            raise NotCanonicalError(message, path=path) from None
    if isinstance(value, Code):
        return [value.value, value.mode]
    return _tagged(value)


def _tagged(value: Any) -> JsonValue:
    """Return ``value`` with NaN and infinities as ``{"$float": …}``; keys that begin with ``$`` get another.

    Whatever else isn't JSON is left for ``cache_key`` to refuse, which knows the path to it.

    >>> _tagged([float("-inf"), {"$float": "nan"}, (1, 2)])
    [{'$float': '-inf'}, {'$$float': 'nan'}, [1, 2]]
    """
    if isinstance(value, float) and not isfinite(value):
        return {f"{_TAG}float": "nan" if value != value else "inf" if value > 0 else "-inf"}
    if isinstance(value, (list, tuple)):
        return [_tagged(item) for item in value]
    if isinstance(value, dict):
        return {
            _TAG + name if isinstance(name, str) and name.startswith(_TAG) else name: _tagged(item)
            for name, item in value.items()
        }
    return value  # type: ignore[no-any-return]
