"""Validation of graphs against what this installation knows: kinds, file types, and each executor's own checks."""

from __future__ import annotations

from plynx_jupyter.errors import GraphInvalidError
from plynx_jupyter.executors.registry import get_executor, known_kinds
from plynx_jupyter.graph.validation import KnownTypes, validate
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.resources.registry import known_file_types, raw_file_types


def known_types() -> KnownTypes:
    """Return the kinds and file types of this installation, plug-ins included."""
    kinds = frozenset(known_kinds())
    return KnownTypes(
        kinds=kinds,
        file_types=frozenset(known_file_types()),
        raw_types=frozenset(raw_file_types()),
        checks={kind: get_executor(kind).validate for kind in kinds},
    )


def check(graph: Graph) -> None:
    """Raise ``GraphInvalidError`` with all problems of ``graph`` (lines in the message, the tree in ``data``)."""
    violation = validate(graph, known_types())
    if violation is not None:
        raise GraphInvalidError("\n".join(violation.lines()), validation_error=violation.to_dict())
