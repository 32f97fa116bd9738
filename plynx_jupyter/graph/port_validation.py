"""What can be wrong with the ports of a node and with what is connected to them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from plynx_jupyter.model.kind import COMPOSITE_INPUT
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference

from .known_types import suggestion
from .parameter_values import check_value
from .type_compatibility import canonical_file_type, types_connect
from .validation_scope import Count, Scope, problem
from .violation import Target, ValidationCode, Violation

_CHECKED_INLINE = frozenset({"int", "float", "str", "bool", "color"})


def port_problems(scope: Scope, node: Node) -> Iterator[Violation]:
    """Yield all problems of a node's inputs, then of its outputs."""
    if len(node.inputs) > 1:
        yield from _doubles(scope, node, Target.INPUT, "input", node.inputs)
    for port in node.inputs:
        yield from _input_problems(scope, node, port)
    if len(node.outputs) > 1:
        yield from _doubles(scope, node, Target.PROPERTY, "output", node.outputs)
    for output in node.outputs:
        for code, what in _declaration_problems(scope, output):
            yield problem(
                Target.PROPERTY,
                output.name,
                code,
                f"{scope.place(node)}: output {output.name!r} {what}",
            )


def count_problems(scope: Scope, node: Node) -> list[Violation]:
    """Return which inputs of a node get too few or too many resources."""
    return [
        _input_problem(scope, node, port, code, what)
        for port in node.inputs
        for code, what in _count_problems(scope, port)
    ]


@lru_cache(maxsize=4096)
def name_problem(name: str) -> str | None:
    """Return what is wrong with the name of a port, or None; names become names of files.

    >>> name_problem("a/b")
    "must not contain '/'"
    """
    if not name:
        return "must not be empty"
    if name != name.strip():
        return "must not begin or end with white space"
    if name in (".", ".."):
        return "must not be '.' or '..'"
    for forbidden in ("/", "\0"):
        if forbidden in name:
            return f"must not contain {forbidden!r}"
    return None


def supplied(scope: Scope, port: Input) -> Count:
    """Return how many resources can arrive at an input."""
    if not port.references:
        inline = port.primitive_override is not None and scope.known.is_raw(port.file_type)
        return (1, 1) if inline else (0, 0)
    counts = [_count(scope, reference) for reference in port.references]
    return sum(least for least, _ in counts), sum(most for _, most in counts)


def _count(scope: Scope, reference: OutputReference) -> Count:
    node = scope.by_id.get(reference.node_id)
    if node is None:
        return (1, 1)
    if node.kind == COMPOSITE_INPUT and scope.composite is not None:
        return scope.supplied.get(reference.output_id, (1, 1))
    output = node.output(reference.output_id)
    return (0, math.inf) if output is not None and output.is_array else (1, 1)


def _doubles(
    scope: Scope, node: Node, target: Target, what: str, ports: Iterable[Input | Output]
) -> Iterator[Violation]:
    for name, count in Counter(port.name for port in ports).items():
        if count > 1:
            yield problem(
                target,
                name,
                ValidationCode.DUPLICATE_ID,
                f"{scope.place(node)}: {count} {what}s are named {name!r}; rename all but one.",
            )


def _declaration_problems(scope: Scope, port: Input | Output) -> Iterator[tuple[ValidationCode, str]]:
    bad_name = name_problem(port.name)
    if bad_name is not None:
        yield ValidationCode.INVALID_VALUE, f"has a name that can't be used: it {bad_name}."
    if not scope.known.knows_file_type(port.file_type):
        known = suggestion(port.file_type, scope.known.file_types)
        yield ValidationCode.INVALID_VALUE, f"is of the unknown file type {port.file_type!r}. {known}"


def _input_problems(scope: Scope, node: Node, port: Input) -> Iterator[Violation]:
    found = [*_declaration_problems(scope, port), *_count_problems(scope, port)]
    for reference in port.references:
        found += _reference_problems(scope, port, reference)
    if port.primitive_override is not None and not port.references:
        found += _inline_problems(scope, port)
    for code, what in found:
        yield _input_problem(scope, node, port, code, what)


def _input_problem(scope: Scope, node: Node, port: Input, code: ValidationCode, what: str) -> Violation:
    return problem(Target.INPUT, port.name, code, f"{scope.place(node)}: input {port.name!r} {what}")


def _count_problems(scope: Scope, port: Input) -> Iterator[tuple[ValidationCode, str]]:
    if port.min_count < 0 or 0 <= port.max_count < port.min_count:
        yield (
            ValidationCode.INVALID_VALUE,
            f"takes at least {port.min_count} and at most {port.max_count}, which can't be; "
            "the least must be 0 or more, and the most not below it (or negative for any number).",
        )
        return
    least, most = supplied(scope, port)
    if most < port.min_count:
        yield ValidationCode.MISSING_INPUT, _missing(scope, port, int(most))
    allowed = port.max_count if port.is_array and port.max_count >= 0 else math.inf if port.is_array else 1
    if least > allowed:
        yield (
            ValidationCode.INVALID_VALUE,
            f"takes at most {allowed}, but {least} are connected; disconnect {least - int(allowed)}"
            + ("." if port.is_array else ", or make it a list input."),
        )


def _missing(scope: Scope, port: Input, most: int) -> str:
    inline = ", or give it a value" if scope.known.is_raw(port.file_type) and not port.is_array else ""
    if not most:
        needed = f"at least {port.min_count}, " if port.min_count > 1 else ""
        return f"is not connected; it needs {needed}an output of type {port.file_type!r}{inline}."
    return (
        f"needs at least {port.min_count}, but only {most} connected; connect {port.min_count - most} more."
    )


def _reference_problems(
    scope: Scope, port: Input, reference: OutputReference
) -> Iterator[tuple[ValidationCode, str]]:
    source = scope.by_id.get(reference.node_id)
    if source is None:
        yield (
            ValidationCode.UNKNOWN_REFERENCE,
            f"is connected to node {scope.prefix + reference.node_id!r}, which isn't there; disconnect it.",
        )
        return
    output = source.output(reference.output_id)
    name = f"output {reference.output_id!r} of node {source.title!r} ({scope.path(source)})"
    if output is None:
        has = ", ".join(o.name for o in source.outputs) or "no outputs"
        yield (
            ValidationCode.UNKNOWN_REFERENCE,
            f"is connected to {name}, which doesn't exist; that node has {has}.",
        )
    elif not types_connect(output.file_type, port.file_type, scope.known.raw_types):
        yield (
            ValidationCode.TYPE_MISMATCH,
            f"takes {port.file_type!r}, but {name} is of type {output.file_type!r}; "
            "connect another output, or convert it in between.",
        )
    elif output.is_array and not port.is_array:
        yield (
            ValidationCode.TYPE_MISMATCH,
            f"takes one {port.file_type!r}, but {name} gives a list; make it a list input.",
        )


def _inline_problems(scope: Scope, port: Input) -> Iterator[tuple[ValidationCode, str]]:
    kind = canonical_file_type(port.file_type)
    if scope.known.is_raw(port.file_type) and kind in _CHECKED_INLINE:
        what = check_value(Parameter(name=port.name, parameter_type=kind, value=port.primitive_override))
        if what is not None:
            yield ValidationCode.INVALID_VALUE, f"has an inline value that {what}."
