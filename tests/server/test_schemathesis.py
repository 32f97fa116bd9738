"""What schemathesis makes up from the contract, sent to a real server: no 5xx, no reply that isn't described."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from plynx_jupyter.wire.contract import ENDPOINTS
from tests.server.conftest import TOKEN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
LIMITS = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
HEADERS = {"Authorization": f"token {TOKEN}"}


@pytest.fixture(scope="module")
def api(server):
    return schemathesis.openapi.from_dict(server.call("GET", "openapi.json")[2])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_the_server_does_what_the_contract_says(endpoint, api, server):
    operation = api[f"/{endpoint.path}"][endpoint.method.upper()]

    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    @LIMITS
    def described(case):
        check(case, server)

    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @LIMITS
    def wrong(case):
        check(case, server)

    described()
    if operation.body or operation.query:
        wrong()


def check(case, server):
    response = case.call(base_url=server.url.rstrip("/"), headers=HEADERS, timeout=30)
    case.validate_response(response, checks=CHECKS)
