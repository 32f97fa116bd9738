"""What can be wrong with the parameters of a graph and of its nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from plynx_jupyter.model.parameter import Parameter

from .parameter_values import check_value
from .system_parameters import check_system_value
from .validation_scope import problem
from .violation import Target, ValidationCode, Violation


def parameter_problems(
    place: str, parameters: Sequence[Parameter], links: Mapping[str, Parameter]
) -> Iterator[Violation]:
    """Yield all problems of ``parameters``; ``links`` are those they may be linked to by ``reference``.

    ``place`` begins each message.
    """
    if len({parameter.name for parameter in parameters}) < len(parameters):
        for name, count in Counter(parameter.name for parameter in parameters).items():
            if count > 1:
                yield problem(
                    Target.PARAMETER,
                    name,
                    ValidationCode.DUPLICATE_ID,
                    f"{place}: {count} parameters are named {name!r}; rename all but one.",
                )
    for parameter in parameters:
        found = _problem_of(parameter, links)
        if found is not None:
            code, what = found
            name = parameter.name
            yield problem(Target.PARAMETER, name, code, f"{place}: parameter {name!r} {what}.")


def _problem_of(parameter: Parameter, links: Mapping[str, Parameter]) -> tuple[ValidationCode, str] | None:
    if not parameter.name:
        return ValidationCode.INVALID_VALUE, "has no name; give it one"
    if parameter.reference is not None:
        return _link_problem(parameter, parameter.reference, links)
    if parameter.is_system:
        if parameter.value is None:
            return None
        what = check_system_value(parameter)
        if what is not None:
            return ValidationCode.INVALID_VALUE, what
    what = check_value(parameter)
    if what is None:
        return None
    code = ValidationCode.MISSING_PARAMETER if parameter.value is None else ValidationCode.INVALID_VALUE
    return code, what


def _link_problem(
    parameter: Parameter, reference: str, links: Mapping[str, Parameter]
) -> tuple[ValidationCode, str] | None:
    linked = links.get(reference)
    if linked is None:
        there = ", ".join(sorted(links)) or "none"
        return (
            ValidationCode.UNKNOWN_REFERENCE,
            f"is linked to the graph parameter {reference!r}, which doesn't exist; there are: {there}",
        )
    if linked.parameter_type != parameter.parameter_type:
        return (
            ValidationCode.TYPE_MISMATCH,
            f"is of type {parameter.parameter_type!r}, but linked to {reference!r} of type "
            f"{linked.parameter_type!r}",
        )
    what = check_system_value(replace(parameter, value=linked.value))
    return None if what is None else (ValidationCode.INVALID_VALUE, f"is linked to {reference!r} and {what}")
