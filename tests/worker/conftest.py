"""A place to run jobs in: a real store, real processes, and a check that nothing is left of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import (
    AttemptId,
    Job,
    JobInput,
    JobLog,
    JobOutput,
    JobReport,
    JobResult,
    ResourceRequest,
    StorageLocation,
)
from plynx_jupyter.model.parameter import Code
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources.registry import get_resource
from plynx_jupyter.storage.filesystem import open_store
from plynx_jupyter.worker.cancel import CancelToken
from plynx_jupyter.worker.function_pool import FunctionPool
from plynx_jupyter.worker.marked_processes import marked
from plynx_jupyter.worker.run_job import run_job
from plynx_jupyter.worker.staging import StagedOutputs

NAP = f"98765.{os.getpid()}"
"""How long processes sleep that must not be left behind: no other program's do so for just as long."""


@dataclass
class Workshop:
    """Makes jobs, runs them, and reads their results."""

    folder: Path
    mark: str
    pool: FunctionPool = field(default_factory=FunctionPool)

    def __post_init__(self) -> None:
        self.location = StorageLocation(url=(self.folder / "store").as_uri())
        self.store = open_store(self.location)
        self.scratch = self.folder / "scratch"
        self.count = 0
        self.reports: list[JobReport] = []

    def job(
        self,
        kind: str,
        code: str | None,
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Job:
        """``inputs`` maps names to (file_type, value or list of values); a type ending in [] is a list.

        ``98765`` in the code becomes the time that ``sleepers`` looks for.
        """
        self.count += 1
        environment = {"PLYNX_TEST": self.mark, **more.pop("environment", {})}
        return Job(
            id=AttemptId(RunId("run"), NodeId(f"node{self.count}"), 1),
            title=more.pop("title", "My node"),
            kind=kind,
            code=None if code is None else Code(code.replace("98765", NAP)),
            inputs=tuple(self.input(name, *spec) for name, spec in (inputs or {}).items()),
            outputs=tuple(self.output(name, kind) for name, kind in (outputs or {}).items()),
            parameters=params or {},
            storage=self.location,
            environment=environment,
            request=ResourceRequest(**more.pop("request", {})),
            **more,
        )

    def input(self, name: str, file_type: str, value: Any) -> JobInput:
        single = file_type.removesuffix("[]")
        values = value if single != file_type else [value]
        resources = tuple(self.resource(single, one) for one in values if one is not None)
        return JobInput(name=name, file_type=single, is_array=single != file_type, resources=resources)

    def output(self, name: str, file_type: str) -> JobOutput:
        single = file_type.removesuffix("[]")
        return JobOutput(name=name, file_type=single, is_array=single != file_type)

    def resource(self, file_type: str, value: Any) -> Resource:
        if isinstance(value, Resource):
            return value
        if get_resource(file_type).is_raw:
            staged = StagedOutputs.__new__(StagedOutputs)
            staged._store = self.store
            return staged.keep_raw(file_type, get_resource(file_type).encode(value))
        data = value if isinstance(value, bytes) else str(value).encode()
        artifact = self.store.put_bytes(data)
        return Resource(file_type, artifact.digest, artifact.size_bytes)

    def run(self, job: Job, cancel: CancelToken | None = None, **more: Any) -> JobResult:
        listener: Callable[[JobReport], None] = more.pop("reports", self.reports.append)
        more.setdefault("pool", self.pool)
        return run_job(job, listener, cancel or CancelToken(), self.scratch, **more)

    def read(self, resource: Resource) -> Any:
        kind = get_resource(resource.file_type)
        if resource.inline:
            return kind.decode(kind.from_inline(resource.value))
        with self.store.open(resource.digest) as stream:
            data = stream.read()
        return kind.decode(data) if kind.is_raw else data

    def output_of(self, result: JobResult, name: str = "out") -> Any:
        assert result.error is None, result.error
        (resource,) = result.outputs[name]
        return self.read(resource)

    def log(self, result: JobResult, name: str = "stdout") -> str:
        return self.read(result.logs[name][0]).decode()

    def live(self, stream: str = "stdout") -> str:
        return "".join(r.text for r in self.reports if isinstance(r, JobLog) and r.stream == stream)

    def processes(self) -> list[int]:
        """Everything that any job of this test has started and that is still there."""
        return marked("PLYNX_TEST", self.mark)

    def sleepers(self) -> set[int]:
        """Processes that sleep as long as those that tests try to leave behind, however they hide."""
        found = set()
        for process in psutil.process_iter(["cmdline", "status"]):
            if process.info["cmdline"] == ["sleep", NAP] and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
        return found


@pytest.fixture
def workshop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    made = Workshop(tmp_path, f"{os.getpid()}-{request.node.name}")
    descriptors = len(os.listdir("/proc/self/fd"))
    threads = threading.active_count()
    yield made
    made.pool.close()
    assert made.processes() == []
    assert list(made.scratch.glob("*")) == []
    assert len(os.listdir("/proc/self/fd")) <= descriptors
    assert threading.active_count() <= threads
