"""The OpenAPI document of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .contract import ENDPOINTS, Endpoint
from .reply_models import Problem

_REF = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "The request can't be understood; `data` says where",
    403: "Not known, or not allowed; `data.policy` says what is missing",
    404: "Not there, or not yours to see",
    409: "The stored object is newer; `data` has both dates",
    413: "Too large",
    415: "Not of a type that is taken, or shown",
    416: "No such range",
    422: "The graph or operation isn't valid; `validation_error` says why",
    503: "The stores or the cluster don't answer",
}
_PLAIN = {206: "A part", 304: "You have it"}


def openapi(version: str, server_url: str) -> dict[str, Any]:
    """Return the document, for an API at ``server_url``."""
    found = [model for endpoint in ENDPOINTS for model in (endpoint.request, endpoint.reply) if model]
    unique: dict[type[BaseModel], None] = dict.fromkeys([*found, Problem])
    _, schemas = models_json_schema(
        [(model, "validation") for model in unique], ref_template=_REF, by_alias=True
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(f"/{endpoint.path}", {})[endpoint.method] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PLynx for Jupyter",
            "version": version,
            "description": "Graphs of notebooks, functions and scripts: build, run, watch, look at results.",
        },
        "servers": [{"url": server_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": f"{endpoint.method}_{re.sub(r'[^a-z_]+', '_', endpoint.path).strip('_')}",
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint)],
        "responses": {"200": _success(endpoint), **_problems(endpoint)},
    }
    if endpoint.request is not None or endpoint.request_media != "application/json":
        operation["requestBody"] = _body(endpoint)
    return operation


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        schema = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9._:@=-]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for name, described in endpoint.query.items():
        schema = {key: value for key, value in described.items() if key != "required"}
        yield {"name": name, "in": "query", "required": described.get("required", False), "schema": schema}


def _body(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.request is None:
        return {"required": True, "content": {endpoint.request_media: {}}}
    schema: dict[str, Any] = _reference(endpoint.request)
    if endpoint.request_media == "multipart/form-data":
        data = {
            "type": "object",
            "properties": {"data": {"type": "string", "format": "binary"}},
            "required": ["data"],
        }
        fields = endpoint.request.model_json_schema()["properties"]
        schema = {**data, "properties": {**data["properties"], **fields}}  # type: ignore[dict-item]
    needed = any(field.is_required() for field in endpoint.request.model_fields.values())
    return {"required": needed, "content": {endpoint.request_media: {"schema": schema}}}


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.reply is None:
        return {"description": endpoint.summary, "content": {endpoint.reply_media: {}}}
    return {
        "description": endpoint.summary,
        "content": {"application/json": {"schema": _reference(endpoint.reply)}},
    }


def _problems(endpoint: Endpoint) -> dict[str, Any]:
    statuses = {400, 403, 404, *endpoint.statuses}
    if endpoint.request is not None:
        statuses |= {413, 422}
    found: dict[str, Any] = {}
    for status in sorted(statuses):
        described: dict[str, Any] = {"description": _PLAIN.get(status) or _PROBLEMS[status]}
        if status in _PROBLEMS and endpoint.method != "head":
            described["content"] = {"application/json": {"schema": _reference(Problem)}}
        found[str(status)] = described
    return found


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
