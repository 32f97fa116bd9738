"""What this installation knows: kinds of graphs and operations, where these are found, types of artifacts."""

from __future__ import annotations

from functools import cache
from typing import Any

from plynx_jupyter.model.kind import (
    BASH_JINJA2,
    COMMAND,
    COMPOSITE,
    FILE,
    FUNCTION,
    GRAPH,
    NOTEBOOK,
    PYTHON,
)

_SHOWN = {
    FILE: ("File", "file", "#6c757d"),
    PYTHON: ("Python script", "python", "#3776ab"),
    FUNCTION: ("Python function", "function", "#3776ab"),
    BASH_JINJA2: ("Bash script", "terminal", "#4eaa25"),
    COMMAND: ("Command", "terminal", "#6c757d"),
    NOTEBOOK: ("Notebook", "notebook", "#f37726"),
    COMPOSITE: ("Group of nodes", "graph", "#6f42c1"),
}
"""Title, icon and colour of the kinds that people choose from."""


@cache
def known_resources() -> dict[str, dict[str, Any]]:
    """Return the types of artifacts by name, as clients show them."""
    from plynx_jupyter.resources.registry import get_resource, known_file_types

    kinds = {name: get_resource(name) for name in known_file_types()}
    return {
        name: {"kind": name, "title": kind.title, "icon": kind.icon, "color": kind.color}
        for name, kind in kinds.items()
    }


@cache
def known_operations() -> list[dict[str, Any]]:
    """Return the kinds of operations, those of plug-ins under their own names."""
    from plynx_jupyter.executors.registry import known_kinds

    inner = {GRAPH, "composite_input", "composite_output"}
    found = []
    for kind in known_kinds():
        title, icon, color = _SHOWN.get(kind, (kind, "plugin", "#6c757d"))
        found.append({"kind": kind, "title": title, "icon": icon, "color": color, "is_inner": kind in inner})
    return found


WORKFLOWS = [{"kind": GRAPH, "title": "Graph", "icon": "graph", "color": "#6f42c1", "hubs": ["database"]}]
HUBS = [{"kind": "database", "title": "Stored operations", "icon": "database", "color": "#6c757d"}]
