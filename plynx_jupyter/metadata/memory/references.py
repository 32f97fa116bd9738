"""Which artifacts records in memory point at, and whose the records are."""

from __future__ import annotations

from typing import Literal

from plynx_jupyter.metadata.base import ObjectKind
from plynx_jupyter.metadata.digests import graph_digests, node_run_digests, operation_digests
from plynx_jupyter.model.ids import Digest, GraphId, OperationId, RunId

from .records import MemoryRecords


class MemoryReferences(MemoryRecords):
    """See ``metadata.base.ArtifactReferences`` and ``AuthorStore``."""

    def shown_digests(self) -> set[Digest]:
        """Return what stored runs show."""
        with self._lock:
            shown: set[Digest] = set()
            for stored in self._runs.values():
                shown |= graph_digests(stored.run.graph).union(*map(node_run_digests, stored.nodes.values()))
            return shown

    def pinned_digests(self) -> set[Digest]:
        """Return what stored graphs and operations hold."""
        with self._lock:
            return set().union(
                *map(graph_digests, self._graphs.values()), *map(operation_digests, self._operations.values())
            )

    def hold_upload(self, user: str, digest: Digest) -> None:
        """Note that a user brought an artifact along."""
        with self._lock:
            self._uploads.add((user, digest))

    def holders_of(self, digest: Digest) -> list[tuple[ObjectKind | Literal["upload"], str]]:
        """Return what kinds of objects point at an artifact, and whose they are."""
        found: set[tuple[ObjectKind | Literal["upload"], str]] = set()
        with self._lock:
            found.update(("upload", user) for user, held in self._uploads if held == digest)
            found.update(("graph", g.author) for g in self._graphs.values() if digest in graph_digests(g))
            found.update(
                ("operation", o.author) for o in self._operations.values() if digest in operation_digests(o)
            )
            for stored in self._runs.values():
                shown = graph_digests(stored.run.graph).union(*map(node_run_digests, stored.nodes.values()))
                if digest in shown:
                    found.add(("run", stored.run.author))
        return sorted(found)

    def author_of(self, kind: ObjectKind, object_id: str) -> str | None:
        """Return the author, None if there is no such object."""
        with self._lock:
            if kind == "graph":
                graph = self._graphs.get(GraphId(object_id))
                return None if graph is None else graph.author
            if kind == "operation":
                operation = self._operations.get(OperationId(object_id))
                return None if operation is None else operation.author
            run = self._runs.get(RunId(object_id))
            return None if run is None else run.run.author
