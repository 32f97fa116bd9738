"""The types of JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Dict, List, TypeAlias, Union  # noqa: UP035 - a recursive alias is evaluated on 3.10

JsonValue: TypeAlias = Union[bool, int, float, str, List["JsonValue"], Dict[str, "JsonValue"], None]  # noqa: UP006, UP007
JsonObject: TypeAlias = Mapping[str, JsonValue]
