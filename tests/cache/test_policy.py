from __future__ import annotations

import sys
from importlib.metadata import version

import pytest

from plynx_jupyter.cache.policy import environment_components
from plynx_jupyter.errors import InvalidInputError


def test_no_policy_counts_nothing_of_the_environment() -> None:
    assert environment_components("none", ["cloudpickle"]) == {"policy": "none"}


def test_the_python_policy_counts_the_minor_version() -> None:
    found = environment_components("python")
    major, minor, *_ = sys.version_info
    assert found == {"policy": "python", "interpreter": f"{sys.implementation.name} {major}.{minor}"}


def test_another_interpreter_can_be_named() -> None:
    assert environment_components("python", interpreter="R 4.4")["interpreter"] == "R 4.4"


def test_declared_packages_count_with_their_versions_and_missing_ones_are_noted() -> None:
    found = environment_components("declared", ["no_such_thing", "CloudPickle", "cloudpickle"])
    assert found["packages"] == {"cloudpickle": version("cloudpickle"), "no-such-thing": None}


def test_the_full_policy_counts_everything_installed() -> None:
    packages = environment_components("full")["packages"]
    assert isinstance(packages, dict)
    assert packages["cloudpickle"] == version("cloudpickle")
    assert len(packages) > 20


def test_an_unknown_policy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match=r"'all'.*none, python, declared, full"):
        environment_components("all")
