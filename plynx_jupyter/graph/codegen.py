"""A graph as a Python program that builds it again."""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping
from typing import Final

from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.kind import FILE, GRAPH
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import EnumChoice
from plynx_jupyter.model.port import Output, OutputReference

from .code_literal import Names, block_literal, call, enclosed, keyword_name, literal, text_literal
from .code_operation import Declaration, declare, operation_code, parameter_code, same
from .document_writing import node_to_dict, parameter_to_dict

_CLIENT_NAMES: Final = ("Client", "File", "Graph", "Input", "Node", "Operation", "Output", "Param")
_DOCUMENT_NAMES: Final = ("operation_from_dict", "parameter_from_dict")
_INNER: Final = "    "


def generate_code(graph: Graph) -> str:
    """Return a program that builds ``graph`` through the Python interface; equal graphs give equal text.

    Operations that several nodes share are declared once. What the interface has no words for is given in
    the form it has in a document. Author and dates, which belong to the stored graph, are left out.
    """
    names = Names([*_CLIENT_NAMES, *_DOCUMENT_NAMES, "graph", "replace"])
    order = _in_order(graph.nodes)
    declared = declare(graph.nodes)
    operations: dict[int, str] = {}
    declarations: list[str] = []
    for position in order:
        declaration = declared.get(position)
        if declaration is not None and id(declaration) not in operations:
            variable = names.class_like(declaration.operation.title)
            operations[id(declaration)] = variable
            declarations.append(f"{variable} = {operation_code(declaration.operation)}")
    made: dict[NodeId, tuple[str, Node]] = {}
    variables: dict[int, str] = {}
    statements: list[str] = []
    for position in order:
        node = graph.nodes[position]
        declaration = declared.get(position)
        expression = _file_code(node)
        if expression is None and declaration is not None and _is_connected(node, made):
            expression = _call_code(node, declaration, operations[id(declaration)], made)
        if expression is None:
            expression = call("Node.from_dict", [literal(node_to_dict(node), _INNER)])
        variables[position] = names.variable(node.title)
        statements.append(f"{variables[position]} = {expression}")
        made.setdefault(node.id, (variables[position], node))
    body = [*declarations, *statements, _graph_code(graph, [variables[i] for i in range(len(order))])]
    body.append('if __name__ == "__main__":\n    graph.approve().wait()')
    code = "\n\n".join(body)
    return f"{_imports(code)}\n\n{code}\n"


def _in_order(nodes: tuple[Node, ...]) -> list[int]:
    """Return the positions of the nodes, sources first, else as they are; nodes of a cycle come last."""
    positions: dict[NodeId, int] = {}
    for position, node in enumerate(nodes):
        positions.setdefault(node.id, position)
    targets: dict[int, list[int]] = {}
    waiting = [0] * len(nodes)
    for position, node in enumerate(nodes):
        sources = {
            positions[r.node_id] for port in node.inputs for r in port.references if r.node_id in positions
        }
        waiting[position] = len(sources)
        for source in sources:
            targets.setdefault(source, []).append(position)
    ready = [position for position, count in enumerate(waiting) if count == 0]
    order: list[int] = []
    while ready:
        position = heapq.heappop(ready)
        order.append(position)
        for target in targets.get(position, ()):
            waiting[target] -= 1
            if waiting[target] == 0:
                heapq.heappush(ready, target)
    return [*order, *sorted({*range(len(nodes))} - {*order})]


def _is_connected(node: Node, made: Mapping[NodeId, tuple[str, Node]]) -> bool:
    """Whether every reference of the node leads to an output of a node that is there by now."""
    return all(
        reference.node_id in made and made[reference.node_id][1].output(reference.output_id) is not None
        for port in node.inputs
        for reference in port.references
    )


def _file_code(node: Node) -> str | None:
    """Return ``File(…)`` for a file node, or None if that can't say all of it."""
    if node.kind != FILE or len(node.outputs) != 1 or not (node.title and node.id) or node.source is None:
        return None
    file_type = node.outputs[0].file_type
    plain = Node(
        id=node.id,
        title=node.title,
        kind=FILE,
        outputs=(Output(name="out", file_type=file_type),),
        description=node.description,
        source=node.source,
        x=node.x,
        y=node.y,
    )
    content = _content_code(node.source)
    if plain != node or content is None or not file_type:
        return None
    arguments = [content, f"file_type={text_literal(file_type)}", f"title={text_literal(node.title)}"]
    if node.description:
        arguments.append(f"description={block_literal(node.description)}")
    return call("File", [*arguments, *_place_code(node)])


def _content_code(source: Mapping[str, object]) -> str | None:
    """Return the argument of ``File`` that a source comes from: an absolute path, or lines of text."""
    path, content = source.get("path"), source.get("content")
    if len(source) != 1:
        return None
    if isinstance(path, str) and re.fullmatch(r"(/[^/]+)+", path) and "/./" not in f"{path}/":
        return text_literal(path)
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        text = "".join(content)
        if text.splitlines(keepends=True) == content:
            return f"content={block_literal(text)}"
    return None


def _call_code(
    node: Node, declaration: Declaration, function: str, made: Mapping[NodeId, tuple[str, Node]]
) -> str:
    operation = declaration.operation
    arguments: list[str] = []
    for port in node.inputs:
        value = None
        if port.references:
            outputs = [_output_code(reference, made) for reference in port.references]
            value = enclosed("[", outputs, "]", _INNER) if port.is_array else outputs[0]
        elif port.primitive_override is not None:
            value = literal(port.primitive_override, _INNER)
        if value is not None:
            arguments.append(f"{keyword_name(port.name)}={value}")
    for parameter, declared in zip(node.parameters, operation.parameters, strict=True):
        if parameter.name in declaration.varying or not same(parameter.value, declared.value):
            held = parameter.value
            chosen = held.chosen if isinstance(held, EnumChoice) else held
            arguments.append(f"{keyword_name(parameter.name)}={literal(chosen, _INNER)}")
    if node.title != operation.title:
        arguments.append(f"title={text_literal(node.title)}")
    if node.description != operation.description:
        arguments.append(f"description={block_literal(node.description)}")
    return call(function, [*arguments, *_place_code(node)])


def _output_code(reference: OutputReference, made: Mapping[NodeId, tuple[str, Node]]) -> str:
    variable, node = made[reference.node_id]
    name = reference.output_id
    is_plain = keyword_name(name) == name and not name.startswith("_") and name not in dir(dict)
    is_alone = [keyword_name(port.name) for port in node.outputs].count(name) == 1
    return (
        f"{variable}.outputs.{name}" if is_plain and is_alone else f"{variable}.outputs[{text_literal(name)}]"
    )


def _place_code(node: Node) -> list[str]:
    arguments = [f"node_id={text_literal(node.id)}"]
    if node.x is not None:
        arguments.append(f"x={literal(node.x)}")
    if node.y is not None:
        arguments.append(f"y={literal(node.y)}")
    return arguments


def _graph_code(graph: Graph, variables: list[str]) -> str:
    arguments = ["Client()", f"id={text_literal(graph.id)}", f"title={text_literal(graph.title)}"]
    if graph.description:
        arguments.append(f"description={block_literal(graph.description)}")
    if graph.parameters:
        parameters = [
            parameter_code(parameter)
            or call("parameter_from_dict", [literal(parameter_to_dict(parameter), _INNER * 3)], _INNER * 2)
            for parameter in graph.parameters
        ]
        arguments.append(f"parameters={enclosed('[', parameters, ']', _INNER)}")
    arguments.append(f"nodes={enclosed('[', variables, ']', _INNER)}")
    code = f"graph = {call('Graph', arguments)}"
    rest = []
    if graph.kind != GRAPH:
        rest.append(f"kind={text_literal(graph.kind)}")
    if graph.extra:
        rest.append(f"extra={literal(graph.extra, _INNER)}")
    if rest:
        code += f"\ngraph.model = {call('replace', ['graph.model', *rest])}"
    return code


def _imports(code: str) -> str:
    """Return the imports of those names that the program uses (or, at worst, speaks of)."""
    used = [name for name in _CLIENT_NAMES if re.search(rf"\b{name}\b[(.]", code)]
    lines = [f"from plynx_jupyter.client import {', '.join(used)}"]
    documents = [name for name in _DOCUMENT_NAMES if f"{name}(" in code]
    if documents:
        lines.append(f"from plynx_jupyter.graph.document import {', '.join(documents)}")
    if re.search(r"^graph\.model = replace\(", code, re.MULTILINE):
        lines = ["from dataclasses import replace", "", *lines]
    return "\n".join(lines)
