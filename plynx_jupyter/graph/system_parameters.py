"""The parameters whose names begin with an underscore: what they mean, and their defaults."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.job import ResourceRequest
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import (
    CACHEABLE,
    CPU,
    ENVIRONMENT,
    GPU,
    MEMORY,
    PACKAGES,
    RETRIES,
    TIMEOUT,
    EnumChoice,
    Parameter,
    ParameterValue,
)

from .value_text import shown

ENVIRONMENT_POLICIES: Final = ("none", "python", "declared", "full")
"""What of the software environment may be part of a cache key, from nothing to everything."""
DEFAULT_ENVIRONMENT: Final = "python"

_SECONDS_A_MINUTE: Final = 60.0
_MEMORY: Final = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([kmgtp]?)(i?)(b?)\s*", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def is_cacheable(node: Node) -> bool:
    """Return whether a stored result may stand for the node (yes, unless it says no)."""
    return _value(node, CACHEABLE) is not False


def timeout_seconds(node: Node) -> float | None:
    """Return the longest the node may run, or None for no limit."""
    minutes = _value(node, TIMEOUT)
    if not isinstance(minutes, (int, float)) or minutes <= 0 or minutes == math.inf:
        return None
    return float(minutes) * _SECONDS_A_MINUTE


def retries(node: Node) -> int:
    """Return how often the node is tried again after it failed."""
    value = _value(node, RETRIES)
    return value if isinstance(value, int) else 0


def environment_policy(node: Node) -> str:
    """Return which of ``ENVIRONMENT_POLICIES`` holds for the node."""
    value = _value(node, ENVIRONMENT)
    if isinstance(value, EnumChoice):
        return value.chosen
    return value if isinstance(value, str) else DEFAULT_ENVIRONMENT


def declared_packages(node: Node) -> tuple[str, ...]:
    """Return the names of the packages whose versions the ``declared`` policy counts."""
    value = _value(node, PACKAGES)
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def resource_request(node: Node) -> ResourceRequest:
    """Return what the node asks of the machine."""
    cpu, memory, gpu = _value(node, CPU), _value(node, MEMORY), _value(node, GPU)
    return ResourceRequest(
        cpu=float(cpu) if isinstance(cpu, (int, float)) else 1.0,
        memory_bytes=parse_memory(memory) if isinstance(memory, (int, str)) else None,
        gpu=gpu if isinstance(gpu, int) else 0,
    )


def parse_memory(value: int | str) -> int:
    """Return a number of bytes; raises ``ValueError`` for what isn't a positive amount of memory.

    Units count by 1000, those with an ``i`` by 1024.

    >>> parse_memory("2 GiB"), parse_memory("512MB"), parse_memory("1.5k"), parse_memory(4096)
    (2147483648, 512000000, 1500, 4096)
    """
    if isinstance(value, int):
        size = 0 if isinstance(value, bool) else value
    else:
        match = _MEMORY.fullmatch(value)
        if match is None or (match[3] and not match[2]):
            raise ValueError(f"not an amount of memory: {shown(value)}")
        base = 1024 if match[3] else 1000
        bytes_asked = float(match[1]) * base ** _POWERS[match[2].lower()]
        size = int(bytes_asked) if bytes_asked < math.inf else 0
    if size <= 0:
        raise ValueError(f"not an amount of memory: {shown(value)}")
    return size


def check_system_value(parameter: Parameter) -> str | None:
    """Return what is wrong with the value of a system parameter, or None; no value means the default."""
    check = _CHECKS.get(parameter.name)
    if check is None or parameter.value is None:
        return None
    return check(parameter.value)


def _value(node: Node, name: str) -> ParameterValue:
    """Return the value after checking it; raises ``ParameterValueError`` (validation has said so before)."""
    parameter = node.parameter(name)
    if parameter is None:
        return None
    problem = check_system_value(parameter)
    if problem is not None:
        raise ParameterValueError(
            f"Parameter {name!r} of node {node.title!r} ({node.id}) {problem}.", node=node.id, parameter=name
        )
    return parameter.value


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return not math.isnan(value)
    except OverflowError:  # an integer that no float can hold
        return False


def _check_cacheable(value: ParameterValue) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {shown(value)}"


def _check_timeout(value: ParameterValue) -> str | None:
    if _is_number(value):
        return None
    return f"must be a number of minutes (0 for no limit), not {shown(value)}"


def _check_count(value: ParameterValue) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return None
    return f"must be a whole number, 0 or more, not {shown(value)}"


def _check_environment(value: ParameterValue) -> str | None:
    choices = ", ".join(ENVIRONMENT_POLICIES)
    if isinstance(value, EnumChoice):
        if not (isinstance(value.index, int) and 0 <= value.index < len(value.values)):
            return f"must be one of {choices}, but its index {value.index!r} is out of range"
        value = value.chosen
    return None if value in ENVIRONMENT_POLICIES else f"must be one of {choices}, not {shown(value)}"


def _check_packages(value: ParameterValue) -> str | None:
    fits = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return None if fits else f"must be a list of package names, not {shown(value)}"


def _check_cpu(value: ParameterValue) -> str | None:
    if _is_number(value) and isinstance(value, (int, float)) and 0 < value < math.inf:
        return None
    return f"must be a number of cores above 0, not {shown(value)}"


def _check_memory(value: ParameterValue) -> str | None:
    try:
        if isinstance(value, (int, str)):
            parse_memory(value)
            return None
    except ValueError:
        pass
    return f"must be an amount of memory such as '2 GiB', '512MB' or a number of bytes, not {shown(value)}"


_CHECKS: Final[dict[str, Callable[[ParameterValue], str | None]]] = {
    CACHEABLE: _check_cacheable,
    TIMEOUT: _check_timeout,
    RETRIES: _check_count,
    ENVIRONMENT: _check_environment,
    PACKAGES: _check_packages,
    CPU: _check_cpu,
    MEMORY: _check_memory,
    GPU: _check_count,
}
