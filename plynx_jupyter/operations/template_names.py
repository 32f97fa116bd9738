"""The ports and parameters that a Jinja2 template names, found by reading it."""

from __future__ import annotations

from typing import Any

from .decorators import ParameterSpec, PortSpec
from .specs import Problems

_INPUTS = {"inputs": "file", "input": "file", "cloud_inputs": "cloud_storage"}
_OUTPUTS = {"outputs": "file", "output": "file", "cloud_outputs": "cloud_storage"}
_PARAMETERS = {"params", "param"}
_LIST_FILTERS = {
    "join",
    "map",
    "length",
    "count",
    "first",
    "last",
    "sort",
    "reverse",
    "list",
    "batch",
    "select",
}


def names_in_template(
    text: str, problems: Problems
) -> tuple[list[PortSpec], list[PortSpec], list[ParameterSpec]]:
    """Return inputs, outputs and parameters in the order the template first names them.

    An input that is looped over, indexed by number, or passed to a filter for lists is a list. What is named
    by a variable (``inputs[name]``) can't be known and is a problem.
    """
    import jinja2
    from jinja2 import nodes

    try:
        tree = jinja2.Environment(autoescape=False).parse(text)  # noqa: S701 - nothing is rendered
    except jinja2.TemplateSyntaxError as error:
        problems.append(f"line {error.lineno}: {error.message}")
        return [], [], []
    lists = {_reference(item) for item in _listed(tree)}
    inputs: dict[str, PortSpec] = {}
    outputs: dict[str, PortSpec] = {}
    parameters: dict[str, ParameterSpec] = {}
    for node in _in_order(tree, (nodes.Getattr, nodes.Getitem)):
        found = _reference(node)
        if found is None:
            continue
        space, name = found
        if name is None:
            problems.append(
                f"line {node.lineno}: {space}[…] is chosen by a variable; declare the ports instead"
            )
        elif space in _INPUTS:
            inputs.setdefault(name, PortSpec(name, _INPUTS[space], is_array=found in lists))
        elif space in _OUTPUTS:
            outputs.setdefault(name, PortSpec(name, _OUTPUTS[space]))
        else:
            parameters.setdefault(name, ParameterSpec(name, "str"))
    return list(inputs.values()), list(outputs.values()), list(parameters.values())


def _in_order(tree: Any, kinds: tuple[type, ...]) -> list[Any]:
    # find_all goes breadth first; a template's reader goes by line
    return sorted(tree.find_all(kinds), key=lambda node: node.lineno)


def _listed(tree: Any) -> list[Any]:
    from jinja2 import nodes

    found = [loop.iter for loop in tree.find_all(nodes.For)]
    found += [item.node for item in tree.find_all(nodes.Filter) if item.name in _LIST_FILTERS]
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.arg, nodes.Const) and isinstance(item.arg.value, int):
            found.append(item.node)
    return found


def _reference(node: Any) -> tuple[str, str | None] | None:
    """Return ("inputs", "x") for ``inputs.x`` and ``inputs["x"]``; the name is None when it isn't written out."""
    from jinja2 import nodes

    if not isinstance(node, nodes.Getattr | nodes.Getitem) or not isinstance(node.node, nodes.Name):
        return None
    space = node.node.name
    if space not in _INPUTS and space not in _OUTPUTS and space not in _PARAMETERS:
        return None
    if isinstance(node, nodes.Getattr):
        return None if node.attr in {"items", "keys", "values"} else (space, node.attr)
    written = isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
    return space, node.arg.value if written else None  # type: ignore[attr-defined]
