"""The kinds of nodes this project ships, and the names PLynx used for them."""

from __future__ import annotations

from typing import Final

FILE: Final = "file"
PYTHON: Final = "python"
FUNCTION: Final = "function"
BASH_JINJA2: Final = "bash_jinja2"
COMMAND: Final = "command"
NOTEBOOK: Final = "notebook"
COMPOSITE: Final = "composite"
COMPOSITE_INPUT: Final = "composite_input"
"""Special node inside a composite; its *outputs* are named like the composite's inputs."""
COMPOSITE_OUTPUT: Final = "composite_output"
"""Special node inside a composite; its *inputs* are named like the composite's outputs."""
GRAPH: Final = "graph"
"""The default workflow kind."""

OLD_KINDS: Final = {
    "basic-file": FILE,
    "python-basic-file": FILE,
    "basic-bash-jinja2-operation": BASH_JINJA2,
    "basic-python-node-operation": PYTHON,
    "python-code-operation": FUNCTION,
    "basic-dag-operation": COMPOSITE,
    "basic-dag-workflow": GRAPH,
    "python-workflow": GRAPH,
}
"""Kinds found in PLynx documents, accepted on input and replaced by ours."""

SPECIAL: Final = frozenset({COMPOSITE_INPUT, COMPOSITE_OUTPUT})
"""Kinds that only mark a place in a composite and never run."""


def canonical_kind(kind: str) -> str:
    """Return this project's name for a kind; unknown kinds are returned as they are.

    >>> canonical_kind("basic-dag-operation")
    'composite'
    >>> canonical_kind("my-plugin")
    'my-plugin'
    """
    return OLD_KINDS.get(kind, kind)
