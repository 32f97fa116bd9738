"""What executors are given to work with, as it is on a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from plynx_jupyter.errors import JobFailedError, OutputMissingError, PlynxError
from plynx_jupyter.executors.base import PathOrPaths, job_code
from plynx_jupyter.model.job import Job, JobProgress, JobReport
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.notebook.run_values import VARIABLE, RunValues
from plynx_jupyter.resources.base import NodeResources
from plynx_jupyter.resources.registry import get_resource
from plynx_jupyter.storage.base import ArtifactStore

from .child_process import run_command
from .environment import child_environment, child_wishes, job_environment, new_marker, overlay
from .function_call import CallReply, FunctionCall
from .function_pool import FunctionChild, FunctionPool
from .job_watch import JobWatch
from .kernel_processes import KernelProcesses
from .logs import STDERR
from .staging import StagedInputs, StagedOutputs
from .work_folder import WorkFolder

_SHOWN_LINES = 20


class WorkerJobContext:
    """Implements ``executors.base.JobContext`` for one attempt."""

    def __init__(
        self,
        job: Job,
        folder: WorkFolder,
        store: ArtifactStore,
        *,
        watch: JobWatch,
        pool: FunctionPool,
        report: Callable[[JobReport], None],
    ) -> None:
        self.job = job
        self.folder: Path = folder.code
        self.executed_notebook: Path | None = None
        self._watch = watch
        self._pool = pool
        self._report = report
        self._inputs = StagedInputs(job, store, folder)
        self._outputs = StagedOutputs(job, store, folder)
        self._folder = folder
        self._results: Mapping[str, tuple[bytes | str, ...]] | None = None

    @cached_property
    def inputs(self) -> Mapping[str, PathOrPaths]:
        """Input files; see ``JobContext``."""
        return self._inputs.paths()

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """Places for outputs; see ``JobContext``."""
        return self._outputs.paths()

    @property
    def params(self) -> Mapping[str, JsonValue]:
        """Parameter values."""
        return self.job.parameters

    @cached_property
    def cloud_inputs(self) -> Mapping[str, PathOrPaths]:
        """Places in a cloud storage that inputs refer to."""
        return self._inputs.paths(NodeResources.CLOUD_INPUT)

    @cached_property
    def cloud_outputs(self) -> Mapping[str, str]:
        """Places in a cloud storage that outputs refer to."""
        return self._outputs.paths(NodeResources.CLOUD_OUTPUT)

    def run_process(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        what: str = "The program",
    ) -> None:
        """Run a program to its end; see ``JobContext``."""
        self._make_present()
        whole = overlay(job_environment(self.job, new_marker()), environment or {})
        end = run_command(command, cwd=self.folder, environment=whole, watch=self._watch)
        if end.is_success:
            return
        last = self._watch.logs.streams[STDERR].last_lines(_SHOWN_LINES)
        words = end.words(what)
        if last:
            words += f" The last it said: {last[-1][:500]}"
        raise JobFailedError(words, traceback="\n".join(last), exit_code=end.exit_code, signal=end.signal)

    def _make_present(self) -> None:
        """Put everything in its place: programs expect it there, whether the executor asked or not."""
        _ = self.inputs, self.outputs
        self._folder.outputs.mkdir(exist_ok=True)

    def call_function(self) -> None:
        """Call the job's function in a reusable child; see ``JobContext``."""
        location = self.job.code_function_location
        source = None if location else job_code(self.job)
        call = FunctionCall(
            digest=hashlib.sha256(f"{location}\0{source}".encode("utf-8", "surrogatepass")).hexdigest(),
            title=self.job.title,
            source=source,
            location=location,
            folder=str(self.folder),
            inputs=self._inputs.for_call(),
            outputs=self._outputs.for_call(),
            parameters=self.job.parameters,
            extensions=_extensions(self.job),
            resources=self.job.resources,
        )
        reply = self._called(call)
        if reply.error is not None:
            failure = OutputMissingError if reply.error.code == OutputMissingError.code else JobFailedError
            raise failure(reply.error.message, traceback=reply.error.traceback)
        self._results = reply.outputs

    def _called(self, call: FunctionCall) -> CallReply:
        wishes = child_wishes(self.job)
        while True:
            child = self._pool.take(wishes, call.digest)
            fresh = child is None
            if child is None:
                child = FunctionChild(child_environment(self.job, new_marker()), wishes)
            try:
                reply = child.call(call, self._watch)
                if reply.is_stale:
                    child.retired = "a module it has loaded was edited"
            finally:
                self._pool.give_back(child)
            if not reply.is_stale or fresh:
                return reply

    def run_notebook(self, source: str, parameters: Mapping[str, JsonValue]) -> None:
        """Execute a notebook; see ``JobContext``."""
        from .engine import execute_notebook

        self._make_present()
        marker = new_marker()
        processes = KernelProcesses(marker)
        self.executed_notebook = self._folder.root / "executed.ipynb"
        try:
            execute_notebook(
                source,
                parameters=parameters,
                cwd=self.folder,
                output_path=self.executed_notebook,
                kernel_name=None,
                environment=overlay(job_environment(self.job, marker), {VARIABLE: str(self._tell_values())}),
                on_progress=self.progress,
                on_text=self._take_text,
                on_saved=self._watch.logs.show_notebook,
                on_kernel=processes.add,
                should_stop=lambda: processes.look(self._watch),
                timeout_seconds=None,  # the watch has it
            )
        except PlynxError as error:
            raise self._why_stopped(error) from error
        finally:
            left = processes.end()
            if left:
                self.log(f"{left} background process(es) were still running and have been killed.")
        if self._watch.stop is not None:
            raise self._watch.stop.error()

    def _tell_values(self) -> Path:
        """Write what ``plynx_jupyter.notebook`` reads in the kernel; return where."""
        job = self.job
        types = {port.name: port.file_type + "[]" * port.is_array for port in job.inputs}
        types |= {port.name: port.file_type + "[]" * port.is_array for port in job.outputs}
        path = self._folder.root / "values.json"
        RunValues(self.inputs, self.outputs, self.params, types).write(path)
        return path

    def _why_stopped(self, error: PlynxError) -> PlynxError:
        stop = self._watch.stop
        if stop is None:
            return error
        made = stop.error()
        made.data.update(error.data)
        return made

    def _take_text(self, stream: str, text: str) -> None:
        self._watch.logs.write(stream, text.encode("utf-8", "backslashreplace"))
        self._watch.flush_due()

    def progress(self, done: int, total: int, label: str = "") -> None:
        """Report how far the job is."""
        self._watch.logs.flush()
        self._report(JobProgress(self.job.id, done, total, label))

    def log(self, line: str) -> None:
        """Add a line to the worker's log."""
        self._watch.logs.note(line)

    def should_stop(self) -> str | None:
        """Return why the job has to stop, or None."""
        reason = self._watch.look(0)
        return None if reason is None else reason.message

    def results(self) -> dict[str, tuple[Resource, ...]]:
        """Store the outputs and return them; raises ``OutputMissingError`` and ``StorageError``."""
        if self._results is not None:
            return self._outputs.take(self._results)
        return self._outputs.collect()


def _extensions(job: Job) -> dict[str, str]:
    endings = {
        port.file_type: get_resource(port.file_type).extensions for port in job.outputs if port.is_array
    }
    return {file_type: ending[0] for file_type, ending in endings.items() if ending}
