"""A run as programs look at it: its status, its nodes, and what they produced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from plynx_jupyter.errors import InvalidInputError, RunFailedError
from plynx_jupyter.model import run as model
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import JobError
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.status import NodeRunStatus, RunStatus

from .client import Client
from .progress import show_progress


class Artifact:
    """One artifact of a run."""

    def __init__(self, resource: Resource, client: Client) -> None:
        self.resource = resource
        self._client = client

    @property
    def file_type(self) -> str:
        """The artifact's type."""
        return self.resource.file_type

    @property
    def digest(self) -> str:
        """SHA-256 of its content."""
        return self.resource.digest

    @property
    def size_bytes(self) -> int:
        """Length of its content."""
        return self.resource.size_bytes

    def load(self) -> object:
        """Return its Python value, as a function would get it: a number, a DataFrame, or the path of a file."""
        return self._client.load_value(self.resource)

    def path(self) -> Path:
        """Return a local copy to read (a folder for directories); it is replaced when asked for again."""
        return self._client.local_path(self.resource)

    def read_bytes(self) -> bytes:
        """Return its content."""
        return self._client.read(self.resource)

    def save(self, destination: str | Path) -> Path:
        """Write it to a file and return where it is."""
        return self._client.export(self.resource, Path(destination))

    def __repr__(self) -> str:
        return f"<Artifact {self.file_type} {self.digest[:12]} {self.size_bytes} bytes>"


class NodeResult:
    """What became of a node in a run."""

    def __init__(self, record: model.NodeRun, client: Client) -> None:
        self.record = record
        self._client = client

    @property
    def status(self) -> NodeRunStatus:
        """The node's status."""
        return self.record.status

    @property
    def error(self) -> JobError | None:
        """Why it failed, if it did."""
        return self.record.error

    @property
    def outputs(self) -> Mapping[str, Artifact | list[Artifact]]:
        """Its artifacts by output name; a list where there isn't exactly one."""
        return {
            name: self._artifact(resources[0])
            if len(resources) == 1
            else [self._artifact(resource) for resource in resources]
            for name, resources in self.record.outputs.items()
        }

    def log(self, stream: str = "stdout") -> str:
        """Return a log as text: ``stdout``, ``stderr`` or ``worker``; empty when there is none."""
        texts = [self._client.read(resource) for resource in self.record.logs.get(stream, ())]
        return b"".join(texts).decode("utf-8", "replace")

    def _artifact(self, resource: Resource) -> Artifact:
        return Artifact(resource, self._client)

    def __repr__(self) -> str:
        return f"<NodeResult {self.record.node_id} {self.status.value}>"


class Run(Mapping[str, NodeResult]):
    """A run. As a mapping: its nodes by id; ``run["Train"]`` also finds a node by its title."""

    def __init__(self, run_id: RunId | str, client: Client | None = None) -> None:
        self.id = RunId(run_id)
        self._client = client or Client()

    @property
    def record(self) -> model.Run:
        """The run as it is stored now."""
        return self._client.load_run(self.id)

    @property
    def status(self) -> RunStatus:
        """The run's status now."""
        return self.record.status

    def wait(self, *, progress: bool | None = None) -> Run:
        """Wait for the end and return this run.

        Shows progress on a terminal (or as ``progress`` says). An interrupt asks for the run to be canceled and
        waits until nothing of it is left; a run behind a server goes on instead, and only the wait ends. Raises
        ``RunFailedError`` naming what failed and why.
        """
        with show_progress(self._client, self.id, progress):
            try:
                record = self._client.wait(self.id)
            except KeyboardInterrupt:
                if not self._client.runs_outlive_us:
                    self.cancel()
                    self._client.wait(self.id)
                raise
        if record.status is not RunStatus.SUCCESS:
            raise RunFailedError(self._explain(record), run_id=self.id, status=record.status.value)
        return self

    def cancel(self, *names: str) -> None:
        """Ask for the run, or only the named nodes, to be stopped; does nothing to a run that has ended."""
        self._client.cancel(self.id, [self[name].record.node_id for name in names])

    def _explain(self, record: model.Run) -> str:
        titles = {node.id: node.title for node in record.graph.nodes}
        lines = [f"Run {self.id} of {record.graph.title!r} ended {record.status.value}."]
        for node_id, result in self.results().items():
            if result.status is NodeRunStatus.FAILED and result.error is not None:
                lines.append(f"{titles.get(node_id, node_id)} ({node_id}): {result.error.message}")
        return "\n".join(lines)

    def __getitem__(self, name: str) -> NodeResult:
        records = self._client.node_runs(self.id)
        if name in records:
            return NodeResult(records[NodeId(name)], self._client)
        named = [node.id for node in self.record.graph.nodes if node.title == name and node.id in records]
        if len(named) == 1:
            return NodeResult(records[named[0]], self._client)
        if named:
            raise InvalidInputError(f"{len(named)} nodes are titled {name!r}; use an id: {', '.join(named)}.")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._client.node_runs(self.id))

    def __len__(self) -> int:
        return len(self._client.node_runs(self.id))

    def results(self) -> dict[NodeId, NodeResult]:
        """Return what became of every node, in one look-up."""
        records = self._client.node_runs(self.id)
        return {node_id: NodeResult(record, self._client) for node_id, record in records.items()}

    def __repr__(self) -> str:
        return f"<Run {self.id}>"
