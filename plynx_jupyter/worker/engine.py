"""The notebook engine: papermill's record keeping and nbclient's cells, run so that many fit in one process.

Nothing process-wide is touched: no working directory, no logging, no progress bars, no registries.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plynx_jupyter.errors import JobCanceledError, JobFailedError, JobTimeoutError, StorageError
from plynx_jupyter.model.json_value import JsonValue
from plynx_jupyter.operations.notebook_source import code_cells, read_notebook

from .kernel_parameters import inject, python_literal

if TYPE_CHECKING:
    from .kernel import Kernel
    from .kernel_client import CellClient, NotebookRecord

TIMEOUT = "timeout"
"""The reason ``should_stop`` gives when the job's time is over."""
_START_SECONDS = 120.0
_WATCH_SECONDS = 0.05
_INTERRUPT_SECONDS = 1.0
_DRAIN_SECONDS = 0.2
_POLITE_SECONDS = 5.0
_WIDEST_INTEGER_BITS = 1024
_MOST_MESSAGE = 500
_MOST_TRACEBACK = 100_000
_MOST_LABEL = 80


def execute_notebook(
    source: str,
    *,
    parameters: Mapping[str, JsonValue],
    cwd: Path,
    output_path: Path,
    kernel_name: str | None,
    environment: Mapping[str, str],
    on_progress: Callable[[int, int, str], None],
    on_text: Callable[[str, str], None],
    on_kernel: Callable[[int], None],
    should_stop: Callable[[], str | None],
    on_saved: Callable[[str], None] = lambda text: None,
    timeout_seconds: float | None = None,
) -> None:
    """Execute the notebook text ``source`` in a kernel of its own; the executed one goes to ``output_path``.

    Call it on any thread without a running event loop; the callbacks come on that thread. ``kernel_name``
    overrides the notebook's own kernelspec; with neither, ``python3`` runs, which is always this interpreter.
    ``on_progress`` gets code cells done, their total, and the first line of the cell that starts; ``on_text``
    gets ``stdout`` or ``stderr`` and a piece of text; ``on_kernel`` the process id, leader of a session.
    ``on_saved`` gets the notebook so far, at most once a second. ``should_stop`` is asked every 50 ms; a
    reason stops the kernel (interrupt, after a second the axe).

    The output is there, with all that ran, also after a failure. Raises ``OperationInvalidError`` for what is
    no notebook, ``JobFailedError`` (``cell`` counts code cells from 1, without the injected one, and
    ``traceback`` is plain text), ``JobCanceledError``, ``JobTimeoutError``, and ``StorageError`` when
    the output can't be written.
    """
    notebook = read_notebook(source)
    from .kernel import find_kernel
    from .kernel_client import NotebookRecord

    name = kernel_name or notebook.metadata.get("kernelspec", {}).get("name") or "python3"
    spec = find_kernel(name)
    injected = inject(notebook, parameters, language=spec.language, kernel_name=name)
    _prepare_metadata(notebook, parameters)
    record = NotebookRecord(notebook, output_path)
    record.on_saved = on_saved
    listeners = _Listeners(on_progress, on_text, on_kernel, should_stop, timeout_seconds)
    execution = _Execution(record, injected, name, spec, cwd, environment, listeners)
    try:
        record.notebook_start()
        try:
            asyncio.run(execution.run())
        finally:
            record.notebook_complete()
    except OSError as error:
        raise StorageError(f"The executed notebook can't be written to {output_path}: {error}") from error


def _prepare_metadata(notebook: Any, parameters: Mapping[str, JsonValue]) -> None:
    from papermill.version import version

    notebook.metadata["papermill"] = {
        "default_parameters": {},
        "environment_variables": {},
        "parameters": _for_reading(dict(parameters)),
        "version": version,
    }
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])


def _for_reading(value: JsonValue) -> JsonValue:
    """Return ``value`` as JSON that every reader takes: no NaN, no integers that some can't hold."""
    if isinstance(value, dict):
        return {key: _for_reading(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_for_reading(item) for item in value]
    hard = isinstance(value, float) and not math.isfinite(value)
    if hard or (isinstance(value, int) and value.bit_length() > _WIDEST_INTEGER_BITS):
        return python_literal(value)
    return value


class _Listeners:
    """The callbacks of one execution, with its deadline folded into the question whether to stop."""

    def __init__(
        self,
        on_progress: Callable[[int, int, str], None],
        on_text: Callable[[str, str], None],
        on_kernel: Callable[[int], None],
        should_stop: Callable[[], str | None],
        timeout_seconds: float | None,
    ) -> None:
        self.on_progress = on_progress
        self.on_text = on_text
        self.on_kernel = on_kernel
        self._should_stop = should_stop
        self._timeout_seconds = timeout_seconds
        self._deadline: float | None = None

    def begin(self) -> None:
        if self._timeout_seconds is not None:
            self._deadline = asyncio.get_running_loop().time() + self._timeout_seconds

    def stop_reason(self) -> str | None:
        reason = self._should_stop()
        if (
            reason is None
            and self._deadline is not None
            and asyncio.get_running_loop().time() >= self._deadline
        ):
            return TIMEOUT
        return reason


class _Execution:
    """One execution: a task that runs the cells and a watch over the kernel and the wish to stop."""

    def __init__(
        self,
        record: NotebookRecord,
        injected: Any,
        kernel_name: str,
        spec: Any,
        cwd: Path,
        environment: Mapping[str, str],
        listeners: _Listeners,
    ) -> None:
        self._record = record
        self._injected = injected
        self._name = kernel_name
        self._spec = spec
        self._cwd = cwd
        self._environment = environment
        self._listeners = listeners
        self._total = sum(cell is not injected for cell in code_cells(record.nb))
        self._cell = 0
        self._ready = False
        self._stopping = False

    async def run(self) -> None:
        from .kernel import Kernel

        self._listeners.begin()
        async with Kernel(self._name, self._spec, cwd=self._cwd, environment=self._environment) as kernel:
            assert kernel.pid is not None
            self._listeners.on_kernel(kernel.pid)
            cells = asyncio.ensure_future(self._run_cells(kernel))
            watch = asyncio.ensure_future(self._watch(kernel))
            try:
                await asyncio.wait({cells, watch}, return_when=asyncio.FIRST_COMPLETED)
                if not cells.done():
                    await self._stop(kernel, cells, watch.result())
                kernel.let_finish(_POLITE_SECONDS)
                cells.result()
            finally:
                await _end(cells, watch)

    async def _watch(self, kernel: Kernel) -> str | None:
        """Return the reason to stop, or None when the kernel is dead."""
        while True:
            reason = self._listeners.stop_reason()
            if reason is not None:
                return reason
            if await kernel.has_ended():
                return None
            self._record.save_if_due()
            await asyncio.sleep(_WATCH_SECONDS)

    async def _stop(self, kernel: Kernel, cells: asyncio.Future[None], reason: str | None) -> None:
        self._stopping = True
        if reason is None:
            await asyncio.wait({cells}, timeout=_DRAIN_SECONDS)
            raise self._death(kernel)
        if self._ready:
            await kernel.interrupt()
            await asyncio.wait({cells}, timeout=_INTERRUPT_SECONDS)
        where = self._where()
        if reason == TIMEOUT:
            raise JobTimeoutError(f"The notebook took too long and was stopped {where}", **self._cell_data())
        raise JobCanceledError(f"The notebook was stopped {where} ({reason})", **self._cell_data())

    def _death(self, kernel: Kernel) -> JobFailedError:
        tail = kernel.log_tail()
        if tail:
            self._listeners.on_text("stderr", tail + "\n")
        status = kernel.exit_status or 0
        how = {"signal": _signal_name(-status)} if status < 0 else {"exit_code": status}
        message = f"The kernel {self._name!r} {kernel.ending} {self._where()}"
        if not self._ready and tail:
            message += f": {tail.splitlines()[-1][:_MOST_MESSAGE]}"
        return JobFailedError(message, traceback=tail, **how, **self._cell_data())

    def _where(self) -> str:
        if not self._ready:
            return "while the kernel started"
        return f"in cell {self._cell}" if self._cell else "before the first cell"

    def _cell_data(self) -> dict[str, int]:
        return {"cell": self._cell} if self._cell else {}

    async def _run_cells(self, kernel: Kernel) -> None:
        from .kernel import SILENT
        from .kernel_client import CellClient

        try:
            await asyncio.wait_for(kernel.wait_ready(), _START_SECONDS)
        except asyncio.TimeoutError:  # not the built-in one before Python 3.11
            raise JobFailedError(
                f"The kernel {self._name!r} didn't answer within {_START_SECONDS:.0f} s"
            ) from None
        self._ready = True
        client = CellClient(self._record, kernel, cwd=self._cwd, on_text=self._listeners.on_text, log=SILENT)
        for index, cell in enumerate(self._record.nb.cells):
            if self._stopping:
                return
            if cell.cell_type == "code" and cell is not self._injected:
                self._listeners.on_progress(self._cell, self._total, _label(cell.source))
                self._cell += 1
            await self._run_cell(client, cell, index)
        client.set_widgets_metadata()
        self._listeners.on_progress(self._total, self._total, "")

    async def _run_cell(self, client: CellClient, cell: Any, index: int) -> None:
        from nbclient.exceptions import CellExecutionError

        self._record.cell_start(cell, index)
        client.begin_cell()
        try:
            await client.async_execute_cell(cell, index)
        except CellExecutionError as error:
            self._record.cell_exception(cell, cell_index=index)
            raise self._failure(cell, error) from None
        except BaseException:
            self._record.cell_exception(cell, cell_index=index)
            raise
        finally:
            client.end_cell()
            self._record.cell_complete(cell, cell_index=index)

    def _failure(self, cell: Any, error: Any) -> JobFailedError:
        from .kernel_client import without_ansi

        reason = without_ansi(f"{error.ename}: {error.evalue}" if error.evalue else error.ename)
        if len(reason) > _MOST_MESSAGE:
            reason = reason[:_MOST_MESSAGE] + "…"
        errors = [out for out in cell.outputs if out.output_type == "error"]
        lines = errors[-1].traceback if errors else [f"{error.ename}: {error.evalue}"]
        where = "the injected parameters cell" if cell is self._injected else f"cell {self._cell}"
        return JobFailedError(
            f"{reason} in {where}",
            traceback=without_ansi("\n".join(lines))[-_MOST_TRACEBACK:],
            **self._cell_data(),
        )


async def _end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel what still runs and take every result, so that none is reported as never retrieved."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _label(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line), "")[:_MOST_LABEL]


def _signal_name(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
