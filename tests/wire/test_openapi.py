"""The contract and what is served are the same."""

from __future__ import annotations

import re

from openapi_spec_validator import validate

from plynx_jupyter.server.handlers.state import NothingHandler
from plynx_jupyter.server.routes import ROUTES
from plynx_jupyter.wire.contract import ENDPOINTS
from plynx_jupyter.wire.openapi import openapi

METHODS = ("get", "head", "post", "put", "patch", "delete")
NOT_REST = {"events"}
"""A websocket, which OpenAPI has no words for."""


def served():
    """Yield (method, path with each group of the pattern spelled out or as braces)."""
    for pattern, handler in ROUTES:
        if pattern in NOT_REST or handler is NothingHandler:
            continue
        paths = [re.sub(r"\(\[[^\]]*\]\{\d+,\d+\}\)", "{}", pattern)]
        choice = re.search(r"\(([a-z_|]+)\)", paths[0])
        if choice:
            paths = [paths[0].replace(choice[0], word) for word in choice[1].split("|")]
        for path in paths:
            for method in METHODS:
                if method in vars(handler):
                    yield method, path


def test_every_route_and_method_is_in_the_contract_and_nothing_else():
    described = {(endpoint.method, re.sub(r"\{\w+\}", "{}", endpoint.path)) for endpoint in ENDPOINTS}
    # One handler serves all edits of a graph: looking takes a GET, each change a POST.
    edits = {(m, p) for m, p in served() if "/nodes/" in p and p.startswith("graphs/")}
    served_ones = {
        (method, path)
        for method, path in served()
        if (method, path) not in edits or (method == "get") == path.endswith("list_nodes")
    }
    assert sorted(served_ones - described) == []
    assert sorted(described - served_ones) == []


def test_the_document_is_valid_openapi():
    document = openapi("1.2.3", "/base/plynx/api/v0")
    validate(document)
    assert document["info"]["version"] == "1.2.3"
    identifiers = [
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    ]
    assert len(identifiers) == len(set(identifiers)) == len(ENDPOINTS)
