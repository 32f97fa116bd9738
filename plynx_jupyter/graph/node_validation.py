"""What can be wrong with a node by itself: its id, title, kind, code or content."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from plynx_jupyter.model.ids import PATH_SEPARATOR, NodeId
from plynx_jupyter.model.kind import BASH_JINJA2, FILE, FUNCTION, NOTEBOOK, PYTHON, SPECIAL
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.status import OperationStatus

from .known_types import suggestion
from .parameter_validation import parameter_problems
from .port_validation import port_problems
from .validation_scope import Scope, problem
from .violation import Target, ValidationCode, Violation

_SCRIPTS = frozenset({PYTHON, BASH_JINJA2, NOTEBOOK})
_CONTENT = ("path", "content", "content_base64")

_suggestion = lru_cache(maxsize=64)(suggestion)


def node_problems(scope: Scope, node: Node) -> list[Violation]:
    """Return all problems of a node except those of the nodes inside it."""
    found = [*_identity_problems(scope, node), *port_problems(scope, node)]
    if node.parameters:
        found += parameter_problems(scope.place(node), node.parameters, scope.links)
    if node.kind == FILE:
        found += _file_problems(scope, node)
    elif node.kind in _SCRIPTS or (node.kind == FUNCTION and not node.code_function_location):
        found += _code_problems(scope, node)
    found += _problems_of_kind(scope, node, {(problem.target, problem.object_id) for problem in found})
    return found


def _problems_of_kind(scope: Scope, node: Node, known: Collection[tuple[Target, str]]) -> Iterator[Violation]:
    """Yield what the node's executor has to say, except about what is ``known`` to be wrong already."""
    check = scope.known.checks.get(node.kind)
    if check is None:
        return
    if scope.prefix:  # executors name nodes by id; inside composites that has to be the path
        node = replace(node, id=NodeId(scope.path(node)))
    for found in check(node):
        if found.target == Target.NODE or (found.target, found.object_id) not in known:
            named = found.message.startswith("Graph ")
            yield found if named else replace(found, message=f"Graph {scope.graph.title!r}: {found.message}")


def _identity_problems(scope: Scope, node: Node) -> Iterator[Violation]:
    if not node.id or PATH_SEPARATOR in node.id:
        yield problem(
            Target.PROPERTY,
            "_id",
            ValidationCode.INVALID_VALUE,
            f"{scope.place(node)}: the id must not be empty or contain {PATH_SEPARATOR!r}.",
        )
    if node.kind in SPECIAL:
        if scope.composite is None:
            yield problem(
                Target.NODE,
                scope.path(node),
                ValidationCode.UNKNOWN_OPERATION,
                f"{scope.place(node)}: a node of kind {node.kind!r} belongs inside a composite; remove it.",
            )
        return
    if not node.title.strip():
        yield problem(
            Target.PROPERTY,
            "title",
            ValidationCode.MISSING_PARAMETER,
            f"{scope.place(node)}: the title is empty; give the node one.",
        )
    if not scope.known.knows_kind(node.kind):
        known = _suggestion(node.kind, scope.known.kinds_to_choose())
        yield problem(
            Target.NODE,
            scope.path(node),
            ValidationCode.UNKNOWN_OPERATION,
            f"{scope.place(node)} is of the unknown kind {node.kind!r}. {known}",
        )
    if node.node_status == OperationStatus.MANDATORY_DEPRECATED:
        yield problem(
            Target.NODE,
            scope.path(node),
            ValidationCode.DEPRECATED_NODE,
            f"{scope.place(node)}: its operation is deprecated and must not be used any more; upgrade or "
            "replace the node.",
        )


def _file_problems(scope: Scope, node: Node) -> Iterator[Violation]:
    source = node.source or {}
    if not node.outputs:
        yield problem(
            Target.NODE,
            scope.path(node),
            ValidationCode.INVALID_VALUE,
            f"{scope.place(node)}: a file needs an output.",
        )
    elif not node.outputs[0].values and not any(key in source for key in _CONTENT):
        yield problem(
            Target.PROPERTY,
            "source",
            ValidationCode.MISSING_PARAMETER,
            f"{scope.place(node)}: the file has no content; give it a path or the content itself.",
        )


def _code_problems(scope: Scope, node: Node) -> Iterator[Violation]:
    code = node.value(CMD)
    if code is None or (isinstance(code, Code) and isinstance(code.value, str) and not code.value.strip()):
        what = "code or a code_function_location" if node.kind == FUNCTION else "code"
        yield problem(
            Target.PARAMETER,
            CMD,
            ValidationCode.MISSING_PARAMETER,
            f"{scope.place(node)}: a node of kind {node.kind!r} needs {what}; set its parameter {CMD!r}.",
        )
