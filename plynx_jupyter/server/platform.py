"""What this installation knows: kinds of operations and types of artifacts."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def known_resources() -> dict[str, dict[str, Any]]:
    """Return the types of artifacts by name, as clients show them."""
    from plynx_jupyter.resources.registry import get_resource, known_file_types

    kinds = {name: get_resource(name) for name in known_file_types()}
    return {
        name: {"kind": name, "title": kind.title, "icon": kind.icon, "color": kind.color}
        for name, kind in kinds.items()
    }
