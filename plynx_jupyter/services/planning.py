"""What a run would do, without doing it: which nodes would run, which would be restored, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from plynx_jupyter.cache.explanation import explain_miss
from plynx_jupyter.errors import PlynxError
from plynx_jupyter.graph.nesting import flatten
from plynx_jupyter.graph.topology import topological_order
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import RunOptions
from plynx_jupyter.scheduling.plan import make_plan, named_nodes
from plynx_jupyter.storage.base import ArtifactStore

from .file_nodes import store_files
from .input_values import Outputs, collect_inputs
from .resolver import damaged, identify
from .validating import check, needed_part


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeForecast:
    """What would become of a node: ``action`` is ``run``, ``restore``, ``static`` or ``leave``; ``reason`` says why."""

    node_id: NodeId
    title: str
    action: str
    reason: str
    restored_from: RunId | None = None
    computed_seconds: float | None = None


class PlanService:
    """Forecasts runs."""

    def __init__(
        self, metadata: MetadataStore, store: ArtifactStore, import_paths: tuple[str, ...] = ()
    ) -> None:
        self._metadata = metadata
        self._store = store
        self._import_paths = import_paths

    async def forecast(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> list[NodeForecast]:
        """Return a forecast for each node in the order of the graph; raises as ``RunService.start`` does.

        A node downstream of one that will run is forecast to run too, though it is restored after all if
        what reaches it turns out to be the same as before.
        """
        return await asyncio.to_thread(self._forecast, graph, options or RunOptions(), folder)

    def _forecast(self, graph: Graph, options: RunOptions, folder: Path | None) -> list[NodeForecast]:
        needed = needed_part(graph, options.until)
        check(needed)
        stored = {node.id: node for node in store_files(needed, self._store, folder).nodes}
        nodes = flatten(replace(graph, nodes=tuple(stored.get(node.id, node) for node in graph.nodes)))
        selected = make_plan(nodes, options).nodes
        forced = named_nodes(nodes, options.from_nodes)
        by_id = {node.id: node for node in nodes}
        outputs: dict[NodeId, Mapping[str, tuple[Resource, ...]]] = {}
        found: dict[NodeId, NodeForecast] = {}
        for node in nodes:
            if node.id not in selected:
                found[node.id] = _forecast(node, "leave", "not needed for what was asked for")
        for node_id in topological_order([node for node in nodes if node.id in selected]):
            node = by_id[node_id]
            if node.kind == FILE:
                outputs[node_id] = {port.name: port.values for port in node.outputs}
                found[node_id] = _forecast(node, "static", "a file is known beforehand")
            else:
                found[node_id], known = self._of_node(node, options, node_id in forced, outputs, found)
                outputs.update(known)
        return [found[node.id] for node in nodes]

    def _of_node(
        self,
        node: Node,
        options: RunOptions,
        forced: bool,
        outputs: Outputs,
        found: dict[NodeId, NodeForecast],
    ) -> tuple[NodeForecast, Outputs]:
        for port in node.inputs:
            for reference in port.references:
                if reference.node_id not in outputs:
                    above = found[reference.node_id].title
                    return _forecast(
                        node, "run", f"its input `{port.name}` comes from {above!r}, which will run"
                    ), {}
        try:
            inputs = collect_inputs(node, outputs)
            identity = identify(node, inputs, (*options.import_paths, *self._import_paths))
        except PlynxError as error:
            return _forecast(node, "run", f"it will fail: {error}"), {}
        if identity.key is None:
            not_cacheable = identity.reason == "not_cacheable"
            return _forecast(node, "run", "it isn't cacheable" if not_cacheable else identity.reason), {}
        if not options.use_cache or forced:
            return _forecast(node, "run", "it was asked to run without the cache"), {}
        entry = self._metadata.find_entries([identity.key]).get(identity.key)
        if entry is None:
            nearest = self._metadata.nearest_entries(identity.operation_digest)
            return _forecast(
                node, "run", explain_miss(identity.components, nearest, title=node.title).sentence()
            ), {}
        if damaged([entry], self._store):
            return _forecast(
                node, "run", f"the artifacts of run {entry.run_id} are gone from the storage"
            ), {}
        restored = NodeForecast(
            node_id=node.id,
            title=node.title,
            action="restore",
            reason=f"run {entry.run_id} computed it in {entry.seconds:.1f} s",
            restored_from=entry.run_id,
            computed_seconds=entry.seconds,
        )
        return restored, {node.id: entry.outputs}


def _forecast(node: Node, action: str, reason: str) -> NodeForecast:
    return NodeForecast(node_id=node.id, title=node.title, action=action, reason=reason)
