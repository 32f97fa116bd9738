"""How the content of ``file`` nodes gets into the artifact store before a run."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plynx_jupyter.errors import GraphInvalidError, InvalidInputError
from plynx_jupyter.graph.violation import Target, ValidationCode, Violation, combine
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.kind import COMPOSITE, FILE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import NODES
from plynx_jupyter.model.port import Output
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources.registry import get_resource
from plynx_jupyter.storage.base import ArtifactSink

from .input_values import inline_resource


def store_files(graph: Graph, store: ArtifactSink, folder: Path | None) -> Graph:
    """Return ``graph`` with the content of each file node stored and named in its output's ``values``.

    A relative ``path`` is looked for in ``folder`` (where the document is). What the node's ``source`` says
    wins over ``values`` from before, so that an edited data file is seen. Raises ``GraphInvalidError`` naming
    every file that is missing.
    """
    problems: list[Violation] = []
    nodes = _store_all(graph.nodes, store, folder, problems)
    if problems:
        raise GraphInvalidError(
            "\n".join(problem.message for problem in problems),
            validation_error=combine(graph, problems).to_dict(),
        )
    return replace(graph, nodes=nodes)


def with_stored_files(graph: Graph) -> Graph:
    """Return a run's snapshot with its files as they were then, wherever they came from and whatever became of them."""

    def kept(node: Node) -> Node:
        inner = node.value(NODES) if node.kind == COMPOSITE else None
        if isinstance(inner, tuple):
            stored = tuple(kept(found) for found in inner if isinstance(found, Node))
            parameters = tuple(replace(p, value=stored) if p.name == NODES else p for p in node.parameters)
            return replace(node, parameters=parameters)
        has_values = node.kind == FILE and node.outputs and node.outputs[0].values
        return replace(node, source=None) if has_values else node

    return replace(graph, nodes=tuple(map(kept, graph.nodes)))


def _store_all(
    nodes: Sequence[Node], store: ArtifactSink, folder: Path | None, problems: list[Violation]
) -> tuple[Node, ...]:
    return tuple(_store_one(node, store, folder, problems) for node in nodes)


def _store_one(node: Node, store: ArtifactSink, folder: Path | None, problems: list[Violation]) -> Node:
    if node.kind == COMPOSITE:
        inner = node.value(NODES)
        if isinstance(inner, tuple):
            stored = _store_all(inner, store, folder, problems)
            return replace(
                node,
                parameters=tuple(replace(p, value=stored) if p.name == NODES else p for p in node.parameters),
            )
    if node.kind != FILE or not node.outputs or node.source is None:
        return node
    port = node.outputs[0]
    try:
        resource = _content(node, port, store, folder)
    except (OSError, ValueError, InvalidInputError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        where = node.source.get("path", "its embedded content")
        problems.append(
            Violation(
                target=Target.NODE,
                object_id=node.id,
                validation_code=ValidationCode.INVALID_VALUE,
                message=f"File node {node.title!r} ({node.id}): {where} can't be read: {reason}.",
            )
        )
        return node
    return replace(node, outputs=(replace(port, values=(resource,)), *node.outputs[1:]))


def _content(node: Node, port: Output, store: ArtifactSink, folder: Path | None) -> Resource:
    assert node.source is not None
    kind = get_resource(port.file_type)
    if "path" in node.source:
        path = Path(str(node.source["path"])).expanduser()
        if not path.is_absolute():
            path = (folder or Path.cwd()) / path
        if not path.exists():
            raise ValueError(f"there is no {path}")
        if kind.is_raw:
            return inline_resource(port.file_type, kind.parse_text(path.read_text(encoding="utf-8")))
        if path.is_dir():
            raise ValueError(f"{path} is a folder; zip it, or use a Directory operation")
        artifact = store.put_file(path)
    elif "content_base64" in node.source:
        try:
            data = base64.b64decode(str(node.source["content_base64"]), validate=True)
        except binascii.Error as error:
            raise ValueError(f"the embedded content isn't base64 ({error})") from error
        artifact = store.put_bytes(data)
    else:
        content = node.source.get("content")
        if kind.is_raw:
            return inline_resource(port.file_type, content)
        lines = content if isinstance(content, list) else [content]
        if not all(isinstance(line, str) for line in lines):
            raise ValueError("the embedded content isn't text")
        artifact = store.put_bytes("".join(str(line) for line in lines).encode())
    return Resource(file_type=port.file_type, digest=artifact.digest, size_bytes=artifact.size_bytes)
