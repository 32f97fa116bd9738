from __future__ import annotations

import math

import pytest

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.graph.system_parameters import (
    check_system_value,
    declared_packages,
    environment_policy,
    is_cacheable,
    parse_memory,
    resource_request,
    retries,
    timeout_seconds,
)
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.job import ResourceRequest
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import EnumChoice, Parameter, ParameterValue


def node(**values: ParameterValue) -> Node:
    parameters = tuple(Parameter(name=name, value=value) for name, value in values.items())
    return Node(id=NodeId("n"), title="N", kind="python", parameters=parameters)


def test_a_node_that_says_nothing_has_the_defaults():
    plain = node()
    assert is_cacheable(plain)
    assert timeout_seconds(plain) is None
    assert retries(plain) == 0
    assert environment_policy(plain) == "python"
    assert declared_packages(plain) == ()
    assert resource_request(plain) == ResourceRequest(cpu=1.0, memory_bytes=None, gpu=0)


def test_no_value_means_the_default():
    assert is_cacheable(node(_cacheable=None))
    assert timeout_seconds(node(_timeout=None)) is None
    assert retries(node(_retries=None)) == 0


def test_what_a_node_says_counts():
    assert not is_cacheable(node(_cacheable=False))
    assert retries(node(_retries=3)) == 3
    assert environment_policy(node(_environment="full")) == "full"
    assert environment_policy(node(_environment=EnumChoice(("none", "declared"), 1))) == "declared"
    assert declared_packages(node(_packages=["numpy", "scipy"])) == ("numpy", "scipy")
    assert resource_request(node(_cpu=2, _memory="2 GiB", _gpu=1)) == ResourceRequest(
        cpu=2.0, memory_bytes=2 * 1024**3, gpu=1
    )


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [(1, 60.0), (0.5, 30.0), (0, None), (-1, None), (math.inf, None)],
)
def test_timeouts_are_minutes_and_none_means_no_limit(minutes: float, seconds: float | None):
    assert timeout_seconds(node(_timeout=minutes)) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (1, 1),
        ("1", 1),
        ("100B", 100),
        ("512MB", 512_000_000),
        ("2 GiB", 2_147_483_648),
        ("2gib", 2_147_483_648),
        ("1.5k", 1500),
        (".5 KiB", 512),
        (" 1T ", 10**12),
        ("1Gi", 1024**3),
    ],
)
def test_memory_is_read(text: int | str, size: int):
    assert parse_memory(text) == size


@pytest.mark.parametrize(
    "text", ["", "much", "-1 GB", "0", 0, -5, True, "1 XB", "iB", "1 iB", "1,5 GB", "nan", "9" * 5000 + " GB"]
)
def test_what_is_no_memory_is_refused(text: int | str):
    with pytest.raises(ValueError, match="not an amount of memory"):
        parse_memory(text)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("_cacheable", "yes", "must be true or false"),
        ("_timeout", "soon", "must be a number of minutes"),
        ("_timeout", True, "must be a number of minutes"),
        ("_timeout", math.nan, "must be a number of minutes"),
        ("_timeout", 10**400, "must be a number of minutes"),
        ("_retries", -1, "must be a whole number, 0 or more, not -1"),
        ("_retries", 1.5, "must be a whole number"),
        ("_environment", "conda", "must be one of none, python, declared, full, not 'conda'"),
        ("_environment", EnumChoice(("none",), 4), "its index 4 is out of range"),
        ("_packages", "numpy", "must be a list of package names"),
        ("_cpu", 0, "must be a number of cores above 0"),
        ("_cpu", math.inf, "must be a number of cores"),
        ("_memory", "lots", "must be an amount of memory such as '2 GiB'"),
        ("_memory", 1.5, "must be an amount of memory"),
        ("_gpu", -1, "must be a whole number"),
    ],
)
def test_a_wrong_system_value_is_explained(name: str, value: ParameterValue, problem: str):
    found = check_system_value(Parameter(name=name, value=value))
    assert found is not None
    assert problem in found


def test_other_parameters_are_none_of_its_business():
    assert check_system_value(Parameter(name="_cmd", value=3)) is None
    assert check_system_value(Parameter(name="retries", value=-1)) is None


def test_using_a_wrong_value_raises_with_the_nodes_name():
    with pytest.raises(ParameterValueError, match=r"'_retries' of node 'N' \(n\) must be a whole number"):
        retries(node(_retries=-1))
