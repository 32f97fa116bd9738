"""How much of the software environment counts: the policies an operation can choose between."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import Enum

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.json_value import JsonValue

from .installed import installed_versions, versions_of


class EnvironmentPolicy(str, Enum):
    """What has to be the same in the environment for a result to be used again."""

    NONE = "none"
    PYTHON = "python"
    DECLARED = "declared"
    FULL = "full"


def environment_components(
    policy: str, packages: Iterable[str] = (), *, interpreter: str | None = None
) -> dict[str, JsonValue]:
    """Return what of this environment counts under ``policy`` (the value of an ``EnvironmentPolicy``).

    Each policy counts what the one before it does: ``python`` the interpreter with its minor version,
    ``declared`` also the versions of ``packages`` (None for those not installed), ``full`` those of all
    installed distributions. ``interpreter`` names another one than this process's, as a notebook's kernel
    may have. Raises ``InvalidInputError`` for a policy that isn't one.

    >>> environment_components("none")
    {'policy': 'none'}
    >>> environment_components("declared", ["No_Such.Thing"])["packages"]
    {'no-such-thing': None}
    """
    try:
        chosen = EnvironmentPolicy(policy)
    except ValueError:
        known = ", ".join(item.value for item in EnvironmentPolicy)
        message = f"Unknown environment policy {policy!r}: choose one of {known}"
        raise InvalidInputError(message, policy=policy) from None
    components: dict[str, JsonValue] = {"policy": chosen.value}
    if chosen is EnvironmentPolicy.NONE:
        return components
    components["interpreter"] = interpreter or this_interpreter()
    if chosen is EnvironmentPolicy.DECLARED:
        components["packages"] = {**versions_of(packages)}
    elif chosen is EnvironmentPolicy.FULL:
        components["packages"] = dict(installed_versions())
    return components


def this_interpreter() -> str:
    """Return this process's interpreter as it counts, for instance ``cpython 3.12``."""
    return f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
