"""One Jupyter kernel: started in a session of its own over private sockets, watched, stopped for certain."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from zmq import RCVHWM
from zmq.asyncio import Context

from plynx_jupyter.errors import JobFailedError

_SOCKET_PATH_BYTES = 107  # what Linux takes for the path of a Unix socket
_LONGEST_SOCKET_NAME = len("/k-99999")
_LOG_TAIL_BYTES = 8192
_POLL_SECONDS = 0.02

# Not part of the logging tree: what the Jupyter libraries log reaches nobody by accident.
SILENT = logging.Logger("plynx_jupyter.kernel")
SILENT.addHandler(logging.NullHandler())


class _Specs(KernelSpecManager):  # type: ignore[misc]
    """Kernelspecs as installed, except that ``python3`` is always the interpreter that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name in (NATIVE_KERNEL_NAME, "python"):
            from ipykernel.kernelspec import get_kernel_dict

            return KernelSpec(**get_kernel_dict())
        return super().get_kernel_spec(kernel_name)


def find_kernel(name: str) -> Any:
    """Return the kernelspec of that name; raises ``JobFailedError`` with the names that are installed."""
    specs = _Specs(log=SILENT)
    try:
        return specs.get_kernel_spec(name)
    except (NoSuchKernel, ImportError):
        known = ", ".join(sorted({*specs.find_kernel_specs(), NATIVE_KERNEL_NAME}))
        raise JobFailedError(
            f"The notebook asks for the kernel {name!r}, which is not installed here. Installed: {known}. "
            "Choose one of them, or install that kernel where the job runs."
        ) from None


class Kernel:
    """A kernel process and the client that talks to it; every method belongs to one event loop.

    Use as an asynchronous context manager: leaving it ends the kernel and all processes of its group, and
    closes sockets, context and temporary directory.
    """

    def __init__(self, name: str, spec: Any, *, cwd: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.spec = spec
        self.pid: int | None = None
        self.client: Any = None
        self._directory = Path(_private_directory())
        self._log = self._directory / "kernel.log"
        self._context = Context()
        # no message of a talkative cell is dropped on our side
        self._context.setsockopt(RCVHWM, 0)
        self._manager = AsyncKernelManager(
            kernel_name=name,
            kernel_spec_manager=_Specs(log=SILENT),
            context=self._context,
            transport="ipc",
            ip=str(self._directory / "k"),
            connection_file=str(self._directory / "kernel.json"),
            log=SILENT,
        )
        self._cwd = cwd
        self._environment = environment
        self._exit_status: int | None = None
        self._polite_seconds = 0.0

    @property
    def manager(self) -> Any:
        """The ``AsyncKernelManager`` behind it."""
        return self._manager

    async def __aenter__(self) -> Kernel:
        try:
            await self._launch()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _launch(self) -> None:
        # frozen modules and the debugger don't get along; the warning would be noise in every log
        defaults = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        arguments = ["--HistoryManager.hist_file=:memory:"] if self.spec.language == "python" else []
        with self._log.open("wb") as log:
            try:
                await self._manager.start_kernel(
                    cwd=str(self._cwd),
                    env={**defaults, **os.environ, **self._environment},
                    extra_arguments=arguments,
                    stdout=log.fileno(),
                    stderr=log.fileno(),
                )
            except (OSError, ValueError) as error:
                raise JobFailedError(f"The kernel {self.name!r} can't be started: {error}") from error
        self.pid = self._manager.provisioner.pid
        self.client = self._manager.client(context=self._context)
        self.client.allow_stdin = False
        self.client.start_channels(stdin=False, hb=False)

    async def wait_ready(self) -> None:
        """Wait until the kernel answers and its output reaches us; the caller watches over time and death.

        Unlike ``wait_for_ready`` it doesn't wait for silence: an answer *and* an output message to the
        same question prove that the subscription stands.
        """
        while True:
            question = self.client.kernel_info()
            await self._reply_to(question)
            if await self._heard_about(question):
                return

    async def _reply_to(self, question: str) -> None:
        while True:
            reply = await self.client.get_shell_msg(timeout=None)
            if reply["parent_header"].get("msg_id") == question:
                return

    async def _heard_about(self, question: str) -> bool:
        deadline = asyncio.get_running_loop().time() + 0.1
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            if not await self.client.iopub_channel.msg_ready():
                await asyncio.sleep(min(0.005, left))
                continue
            message = await self.client.get_iopub_msg(timeout=None)
            if message["parent_header"].get("msg_id") == question:
                return True
        return False

    async def has_ended(self) -> bool:
        """Tell whether the kernel process is gone, and note how it went."""
        provisioner = self._manager.provisioner
        if provisioner is None or not provisioner.has_process:
            return True
        status = await provisioner.poll()
        if status is None:
            return False
        self._exit_status = status
        return True

    @property
    def exit_status(self) -> int | None:
        """Exit status of the process, negative for a signal; None while it is not known to have ended."""
        return self._exit_status

    @property
    def ending(self) -> str:
        """How the kernel ended, for a person."""
        status = self._exit_status
        if status is None or status >= 0:
            return f"exited with status {status or 0}"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"was killed by {name}" + (" (often: out of memory)" if name == "SIGKILL" else "")

    def log_tail(self) -> str:
        """Return the end of what the kernel process wrote outside of any cell (such as a crash report)."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LOG_TAIL_BYTES))
            return log.read().decode("utf-8", "replace").strip()

    async def interrupt(self) -> None:
        """Interrupt the running cell, as the kernelspec wants it: a signal or a message."""
        if not await self.has_ended():
            await self._manager.interrupt_kernel()

    def let_finish(self, seconds: float) -> None:
        """Allow the kernel that long for its own exit handlers when it is ended; 0 kills it at once."""
        self._polite_seconds = seconds

    async def _close(self) -> None:
        try:
            if self.pid is not None:
                await self._end_process()
        finally:
            if self.client is not None:
                self.client.stop_channels()
            await self._manager.cleanup_resources()
            self._context.destroy(linger=0)
            shutil.rmtree(self._directory, ignore_errors=True)

    async def _end_process(self) -> None:
        if self._polite_seconds > 0 and not await self.has_ended():
            await self._ask_to_end()
            await self._wait_end(self._polite_seconds)
        provisioner = self._manager.provisioner
        _kill_group(getattr(provisioner, "pgid", None))
        if not await self.has_ended():
            await provisioner.kill()
            await self._wait_end(10)
        await provisioner.wait()

    async def _ask_to_end(self) -> None:
        if not any("ipykernel" in part for part in self.spec.argv):
            await self._manager.request_shutdown()
            return
        # ipykernel 7 now and then deadlocks over a shutdown request: its main thread waits for the control thread,
        # which waits for an output thread that is already gone. Leaving through the shell keeps control out of it.
        self.client.execute(
            "__import__('IPython').get_ipython().ask_exit()", silent=True, store_history=False
        )

    async def _wait_end(self, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        # a child's end can't be awaited here: only its parent thread's loop would hear of it
        while not await self.has_ended() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)


def _kill_group(group: int | None) -> None:
    """Kill what the cells left running in the kernel's process group, the kernel included."""
    if group is None or group == os.getpgrp():
        return
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _private_directory() -> str:
    """Make a directory that only we can enter, with a path short enough for Unix sockets."""
    directory = tempfile.mkdtemp(prefix="plynx-")
    if len(os.fsencode(directory)) + _LONGEST_SOCKET_NAME <= _SOCKET_PATH_BYTES:
        return directory
    Path(directory).rmdir()
    return tempfile.mkdtemp(prefix="plynx-", dir="/tmp")
