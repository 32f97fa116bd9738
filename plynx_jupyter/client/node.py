"""A node being put into a graph: an operation with its inputs and parameter values."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.document import node_from_dict
from plynx_jupyter.model import node as model
from plynx_jupyter.model.ids import NodeId, new_id
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.port import Output, OutputReference
from plynx_jupyter.operations.names import identifier
from plynx_jupyter.resources.registry import guess_file_type

_order = itertools.count()


@dataclass(frozen=True, slots=True)
class OutputHandle:
    """An output of a node, to be handed to inputs of others."""

    node: Node
    name: str

    @property
    def reference(self) -> OutputReference:
        """How an input refers to it."""
        return OutputReference(self.node.id, self.name)


class Outputs(Mapping[str, OutputHandle]):
    """The outputs of a node, as attributes (dots and dashes become underscores) or by their exact names."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getitem__(self, name: str) -> OutputHandle:
        names = [port.name for port in self._node.model.outputs]
        for candidate in names:
            if name in (candidate, identifier(candidate)):
                return OutputHandle(self._node, candidate)
        raise KeyError(f"{self._node.title!r} has no output {name!r}; it has {', '.join(names) or 'none'}")

    def __getattr__(self, name: str) -> OutputHandle:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __iter__(self) -> Iterator[str]:
        return (port.name for port in self._node.model.outputs)

    def __len__(self) -> int:
        return len(self._node.model.outputs)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *map(identifier, self)]


class Node:
    """A node on its way into a graph; made by calling an ``Operation``, or as a ``File``.

    ``model`` is the node as the graph will hold it, ``sources`` the nodes that its inputs come from.
    """

    def __init__(self, node: model.Node, sources: tuple[Node, ...] = ()) -> None:
        self.model = node
        self.sources = sources
        self.position = next(_order)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], sources: tuple[Node, ...] = ()) -> Node:
        """Make a node from its form in a document."""
        return cls(node_from_dict(dict(data)), sources)

    @property
    def id(self) -> NodeId:
        """The node's id in the graph."""
        return self.model.id

    @property
    def title(self) -> str:
        """The node's title."""
        return self.model.title

    @property
    def outputs(self) -> Outputs:
        """What other nodes can be connected to."""
        return Outputs(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title!r} ({self.id})>"


class File(Node):
    """A data file: a node that never runs, with one output, ``out``.

    Give a ``path`` (read when the graph runs), or the ``content`` itself as text or bytes. ``file_type`` is told
    from the path's extension when it isn't given.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        content: str | bytes | None = None,
        file_type: str | None = None,
        title: str | None = None,
        description: str = "",
        node_id: str | None = None,
        x: float | None = None,
        y: float | None = None,
    ) -> None:
        if (path is None) == (content is None):
            raise InvalidInputError("A File takes either a path or its content, and only one of them.")
        source: dict[str, Any]
        if path is not None:
            path = Path(path).expanduser().absolute()
            source = {"path": str(path)}
            file_type = file_type or guess_file_type(path)
            title = title or path.name
        elif isinstance(content, bytes):
            source = {"content_base64": base64.b64encode(content).decode()}
        else:
            source = {"content": content.splitlines(keepends=True) if content else []}
        super().__init__(
            model.Node(
                id=NodeId(node_id or new_id()),
                title=title or "File",
                kind=FILE,
                outputs=(Output(name="out", file_type=file_type or "file"),),
                description=description,
                source=source,
                x=x,
                y=y,
            )
        )
