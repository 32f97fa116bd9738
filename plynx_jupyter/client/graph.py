"""Graphs as programs build, keep and run them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import DocumentError, InvalidInputError, NotFoundError
from plynx_jupyter.graph.codegen import generate_code
from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.graph.editing import set_parameter
from plynx_jupyter.graph.layout import arrange
from plynx_jupyter.graph.validation import validate
from plynx_jupyter.model import graph as model
from plynx_jupyter.model.ids import GraphId, NodeId, new_id
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.node import Node as NodeModel
from plynx_jupyter.model.parameter import Parameter, ParameterValue
from plynx_jupyter.model.run import OnFailure, RunOptions
from plynx_jupyter.services.planning import NodeForecast
from plynx_jupyter.services.validating import known_types

from .client import Client
from .node import Node
from .run import Run

_collected: list[Graph] | None = None


@contextmanager
def collecting() -> Iterator[list[Graph]]:
    """Have ``approve`` note graphs in the list instead of running them, while the block lasts.

    For tools that want the graph a program builds without running it. For one thread at a time.
    """
    global _collected
    before, _collected = _collected, []
    try:
        yield _collected
    finally:
        _collected = before


class Graph:
    """A graph of the nodes that ``targets`` need, themselves included, and of ``nodes`` besides.

    ``model`` is the graph as a value. The graph is stored, and a run of it started, by ``approve`` or ``run``.
    """

    def __init__(
        self,
        client: Client | None = None,
        *,
        title: str = "",
        description: str = "",
        targets: Iterable[Node] = (),
        nodes: Iterable[Node] = (),
        id: str | None = None,  # noqa: A002 - PLynx's own spelling
        parameters: Iterable[Parameter] = (),
    ) -> None:
        self._client = client
        self._folder: Path | None = None
        self._run: Run | None = None
        self.model = model.Graph(
            id=GraphId(id or new_id()),
            title=title,
            description=description,
            nodes=tuple(node.model for node in _with_sources(list(nodes), targets)),
            parameters=tuple(parameters),
        )

    @classmethod
    def of(
        cls, graph: model.Graph, *, client: Client | None = None, folder: str | Path | None = None
    ) -> Graph:
        """Wrap a graph that is already there; relative paths of its files are looked for in ``folder``."""
        made = cls(client)
        made.model = graph
        made._folder = Path(folder).absolute() if folder is not None else None
        return made

    @classmethod
    def load(cls, path: str | Path, client: Client | None = None) -> Graph:
        """Read a ``.plynx`` document; raises ``DocumentError`` saying where it is wrong."""
        path = Path(path).expanduser().absolute()
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            raise DocumentError(f"{path} can't be read: {error.strerror}.", path=str(path)) from error
        except UnicodeDecodeError as error:
            raise DocumentError(
                f"{path} isn't UTF-8 text (byte {error.start}); is it a .plynx document?", path=str(path)
            ) from error
        return cls.of(loads(text, path=str(path)), client=client, folder=path.parent)

    def save(self, path: str | Path) -> Path:
        """Write the graph as a ``.plynx`` document; files beside or below it are named relative to it."""
        path = Path(path).expanduser().absolute()
        text = dumps(_rebased(self.model, self._folder, path.parent))
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return path

    @property
    def client(self) -> Client:
        """The client this graph runs through."""
        if self._client is None:
            self._client = Client()
        return self._client

    @property
    def id(self) -> GraphId:
        """The graph's id."""
        return self.model.id

    @property
    def folder(self) -> Path | None:
        """Where relative paths of its files are looked for; None when it has none."""
        return self._folder

    @property
    def title(self) -> str:
        """The graph's title."""
        return self.model.title

    def node(self, name: str) -> NodeModel:
        """Return the node of that id, or of that title if there is just one."""
        return find_node(self.model, name)

    def set(self, node: str, parameter: str, value: ParameterValue) -> Graph:
        """Set a parameter of a node (named by id or title) and return this graph."""
        self.model = set_parameter(self.model, self.node(node).id, parameter, value)
        return self

    def arrange(self) -> Graph:
        """Place all nodes by automatic layout and return this graph."""
        self.model = arrange(self.model)
        return self

    def validate(self) -> list[str]:
        """Return all problems, a line each; empty when the graph can run."""
        violation = validate(self.model, known_types())
        return list(violation.lines()) if violation else []

    def code(self) -> str:
        """Return a Python program that builds this graph."""
        return generate_code(self.model)

    def plan(self, **options: Any) -> list[NodeForecast]:
        """Say for each node whether a run would run or restore it, and why; options as for ``run``."""
        return self.client.forecast(self.model, options=self._options(**options), folder=self._folder)

    def approve(self, **options: Any) -> Graph:
        """Store the graph and start a run of it; returns this graph, so that ``.wait()`` can follow."""
        if _collected is not None:
            _collected.append(self)
        else:
            self.run(**options)
        return self

    def run(
        self,
        *,
        use_cache: bool = True,
        on_failure: str = OnFailure.CONTINUE.value,
        until: str | Sequence[str] = (),
        from_nodes: str | Sequence[str] = (),
        import_paths: Sequence[str | Path] = (),
        automatic: bool = False,
    ) -> Run:
        """Store the graph, start a run and return it at once.

        ``until`` and ``from_nodes`` name nodes by id or title; see ``RunOptions``. Raises ``GraphInvalidError``
        with all problems at once.
        """
        options = self._options(
            use_cache=use_cache,
            on_failure=on_failure,
            until=until,
            from_nodes=from_nodes,
            import_paths=import_paths,
            automatic=automatic,
        )
        started = self.client.start_run(self.model, options=options, folder=self._folder)
        self.client.save_graph(_rebased(self.model, self._folder, None))
        self._run = Run(started.id, self.client)
        return self._run

    def wait(self, *, progress: bool | None = None) -> Graph:
        """Wait for the latest run; see ``Run.wait``."""
        if _collected is None:
            self.latest_run.wait(progress=progress)
        return self

    def cancel(self) -> Graph:
        """Ask for the latest run to be stopped."""
        self.latest_run.cancel()
        return self

    @property
    def latest_run(self) -> Run:
        """The run that ``approve`` or ``run`` started last."""
        if self._run is None:
            raise NotFoundError(
                f"Graph {self.title!r} hasn't been run by this object yet; call approve() or run()."
            )
        return self._run

    def _options(
        self,
        *,
        use_cache: bool = True,
        on_failure: str = OnFailure.CONTINUE.value,
        until: str | Sequence[str] = (),
        from_nodes: str | Sequence[str] = (),
        import_paths: Sequence[str | Path] = (),
        automatic: bool = False,
    ) -> RunOptions:
        paths = [str(Path(path).absolute()) for path in import_paths]
        if self._folder is not None:
            paths.append(str(self._folder))
        return RunOptions(
            use_cache=use_cache,
            on_failure=OnFailure(on_failure),
            until=self._ids(until),
            from_nodes=self._ids(from_nodes),
            import_paths=tuple(dict.fromkeys(paths)),
            automatic=automatic,
        )

    def _ids(self, names: str | Sequence[str]) -> tuple[NodeId, ...]:
        listed = [names] if isinstance(names, str) else names
        return tuple(node_id(self.model, name) for name in listed)

    def __repr__(self) -> str:
        return f"<Graph {self.title!r} of {len(self.model.nodes)} nodes>"


def find_node(graph: model.Graph, name: str) -> NodeModel:
    """Return the node of that id, or of that title if just one has it; raises ``InvalidInputError`` otherwise."""
    by_id = graph.node(NodeId(name))
    if by_id is not None:
        return by_id
    titled = [node for node in graph.nodes if node.title == name]
    if len(titled) == 1:
        return titled[0]
    known = ", ".join(f"{node.id} ({node.title})" for node in graph.nodes) or "none"
    if titled:
        ids = ", ".join(node.id for node in titled)
        raise InvalidInputError(f"{len(titled)} nodes are titled {name!r}; use an id: {ids}.", node=name)
    raise InvalidInputError(f"There is no node {name!r} in the graph. Its nodes: {known}.", node=name)


def node_id(graph: model.Graph, name: str) -> NodeId:
    """Return the id that a name stands for; ``outer/inner`` paths are taken as they are."""
    if "/" in name and graph.node(NodeId(name.split("/", 1)[0])) is not None:
        return NodeId(name)
    return find_node(graph, name).id


def _with_sources(nodes: Sequence[Node], targets: Iterable[Node]) -> list[Node]:
    """Return ``nodes`` in their order, and before them all else that they and ``targets`` need, as it was made."""
    found: dict[NodeId, Node] = {}
    stack = [*targets, *nodes]
    while stack:
        node = stack.pop()
        if node.id not in found:
            found[node.id] = node
            stack.extend(node.sources)
        elif found[node.id] is not node:
            raise InvalidInputError(
                f"Two nodes have the id {node.id!r}: {found[node.id].title!r}, {node.title!r}."
            )
    listed = {node.id for node in nodes}
    needed = [node for node in found.values() if node.id not in listed]
    return [*sorted(needed, key=lambda node: node.position), *nodes]


def _rebased(graph: model.Graph, old: Path | None, new: Path | None) -> model.Graph:
    """Return the graph with file paths that were relative to ``old`` named from ``new`` (None: absolutely)."""
    return replace(graph, nodes=tuple(_rebased_node(node, old, new) for node in graph.nodes))


def _rebased_node(node: NodeModel, old: Path | None, new: Path | None) -> NodeModel:
    if node.kind != FILE or node.source is None or not isinstance(node.source.get("path"), str):
        return node
    path = (old or Path.cwd()) / Path(str(node.source["path"])).expanduser()
    if new is not None:
        try:
            return replace(node, source={**node.source, "path": path.relative_to(new).as_posix()})
        except ValueError:
            pass
    return replace(node, source={**node.source, "path": str(path)})
