"""The types of artifacts as replies carry them beside a graph or an operation."""

from __future__ import annotations

from typing import Any


def known_resources() -> dict[str, dict[str, Any]]:
    """Return the types of artifacts by name, as clients show them: also those that are switched off."""
    from plynx_jupyter.resources.registry import get_resource, known_file_types

    kinds = {name: get_resource(name) for name in known_file_types()}
    return {
        name: {"kind": name, "title": kind.title, "icon": kind.icon, "color": kind.color}
        for name, kind in kinds.items()
    }
