"""Identifiers: opaque strings with a type each, and how new ones are made."""

from __future__ import annotations

import secrets
import time
from typing import NewType

GraphId = NewType("GraphId", str)
NodeId = NewType("NodeId", str)
OperationId = NewType("OperationId", str)
RunId = NewType("RunId", str)
UserId = NewType("UserId", str)
Digest = NewType("Digest", str)
"""Content address of bytes: 64 lower-case hexadecimal digits of their SHA-256."""
CacheKey = NewType("CacheKey", str)
"""SHA-256 of the canonical bytes of all that a result depends on, 64 hexadecimal digits."""

PATH_SEPARATOR = "/"
"""Joins the ids of a composite node and of a node inside it, as in ``outer/inner``."""


def new_id() -> str:
    """Return a new id: 24 hexadecimal digits that sort by creation time (to the second).

    The same shape as the ids in PLynx documents, so that both can stand side by side.
    """
    return f"{int(time.time()) & 0xFFFFFFFF:08x}{secrets.token_hex(8)}"
