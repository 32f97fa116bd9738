"""What is wrong with a graph, as a tree that mirrors it: graph, nodes, ports and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.json_value import JsonValue


class Target(str, Enum):
    """What kind of thing a violation is about."""

    BLOCK = "BLOCK"
    GRAPH = "GRAPH"
    INPUT = "INPUT"
    NODE = "NODE"
    PARAMETER = "PARAMETER"
    PROPERTY = "PROPERTY"


class ValidationCode(str, Enum):
    """What is wrong; programs may rely on these words."""

    IN_DEPENDENTS = "IN_DEPENDENTS"
    MISSING_INPUT = "MISSING_INPUT"
    MISSING_PARAMETER = "MISSING_PARAMETER"
    INVALID_VALUE = "INVALID_VALUE"
    DEPRECATED_NODE = "DEPRECATED_NODE"
    EMPTY_GRAPH = "EMPTY_GRAPH"
    CYCLE = "CYCLE"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    UNKNOWN_OPERATION = "UNKNOWN_OPERATION"
    DUPLICATE_ID = "DUPLICATE_ID"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One problem, or (``IN_DEPENDENTS``) a place with problems inside it.

    ``object_id`` is the id of a graph, the path id of a node (``outer/inner``), or the name of an input,
    parameter or property of the node above. ``message`` is for a person and can stand alone.
    """

    target: Target
    object_id: str
    validation_code: ValidationCode
    message: str
    children: tuple[Violation, ...] = ()

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the tree as JSON."""
        return {
            "target": self.target.value,
            "object_id": self.object_id,
            "validation_code": self.validation_code.value,
            "message": self.message,
            "children": [child.to_dict() for child in self.children],
        }

    def lines(self) -> list[str]:
        """Return the messages of the problems themselves, without the headings, in document order."""
        return [problem.message for problem in self.problems()]

    def problems(self) -> Iterator[Violation]:
        """Yield the problems themselves (the leaves), in document order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.problems()


def combine(graph: Graph, problems: Sequence[Violation]) -> Violation:
    """Return the tree of a graph with these problems (there must be one at least)."""
    count = sum(1 for problem in problems for _ in problem.problems())
    title = f"Graph {graph.title!r} ({graph.id})"
    return Violation(
        target=Target.GRAPH,
        object_id=graph.id,
        validation_code=ValidationCode.IN_DEPENDENTS,
        message=f"{title} has {count} problem{'' if count == 1 else 's'}.",
        children=tuple(problems),
    )
