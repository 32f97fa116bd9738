"""Which cluster jobs go to: one that exists, or our own, started in a process apart when it is first needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plynx_jupyter.errors import BackendError

from .cluster_process import MARKER

if TYPE_CHECKING:
    from distributed import Client

_START_TIMEOUT_SECONDS = 60.0
_CONNECT_TIMEOUT_SECONDS = 30.0
_STOP_TIMEOUT_SECONDS = 20.0
_CORES_PER_WORKER = 4
"""A worker's threads only wait for child processes, so few processes serve many cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClusterOptions:
    """Our own cluster: ``workers`` processes of ``threads_per_worker`` slots (None: from the machine's cores)."""

    workers: int | None = None
    threads_per_worker: int | None = None
    scratch: Path
    log_path: Path

    def sizes(self) -> tuple[int, int]:
        """Return the number of workers and of slots in each."""
        cores = _available_cores()
        workers = self.workers or max(1, round(cores / _CORES_PER_WORKER))
        return workers, self.threads_per_worker or max(1, -(-cores // workers))


class OwnCluster:
    """A cluster process of our own, and a client connected to it."""

    def __init__(self, process: asyncio.subprocess.Process, client: Client) -> None:
        self._process = process
        self.client = client

    @classmethod
    async def start(cls, options: LocalClusterOptions) -> OwnCluster:
        """Start the process, wait until its scheduler can be reached, and connect; raises ``BackendError``."""
        options.scratch.mkdir(parents=True, exist_ok=True)
        options.log_path.parent.mkdir(parents=True, exist_ok=True)
        workers, threads = options.sizes()
        description = {
            "workers": workers,
            "threads_per_worker": threads,
            "scratch": str(options.scratch),
            "resources": {
                "cpu": max(threads, 1),
                "memory": _memory_bytes() // workers,
                "gpu": _gpus() // workers,
            },
        }
        with options.log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "plynx_jupyter.execution.dask.cluster_process",
                json.dumps(description),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, MARKER: secrets.token_hex(16)},
                start_new_session=True,
                limit=1 << 20,
            )
        try:
            client = await _connect(await _announcement(process, options.log_path))
        except BaseException:
            await _stop(process)
            raise
        return cls(process, client)

    @property
    def is_alive(self) -> bool:
        """Whether jobs can be handed to it; the connection breaks before the process is known to be gone."""
        return self._process.returncode is None and self.client.status == "running"

    async def died(self) -> int:
        """Wait until the cluster process is gone and return its exit code."""
        return await self._process.wait()

    async def close(self) -> None:
        """Disconnect, and stop the cluster with everything it started."""
        await _close_client(self.client)
        await _stop(self._process)


class OutsideCluster:
    """A client connected to a cluster that is there without us."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    async def connect(cls, address: str) -> OutsideCluster:
        """Connect to the scheduler at ``address``; raises ``BackendError``."""
        return cls(await _connect({"address": address}))

    @property
    def is_alive(self) -> bool:
        """Always true: an outside scheduler that is away for a while is waited for."""
        return True

    async def died(self) -> int:
        """Wait for ever: when an outside scheduler goes, its futures say so."""
        await asyncio.Event().wait()
        return 0

    async def close(self) -> None:
        """Disconnect; the cluster goes on."""
        await _close_client(self.client)


async def _announcement(process: asyncio.subprocess.Process, log_path: Path) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_SECONDS)
        announced: dict[str, Any] = json.loads(line)
    except (asyncio.TimeoutError, ValueError) as error:
        raise BackendError(
            f"The Dask cluster didn't start within {_START_TIMEOUT_SECONDS:.0f} s. See {log_path}.",
            log=str(log_path),
        ) from error
    return announced


async def _connect(announced: dict[str, Any]) -> Client:
    from distributed import Client
    from distributed.security import Security

    tls = announced.get("tls")
    security = Security(**tls, require_encryption=True) if tls else None
    address = announced["address"]
    client = Client(
        address, security=security, asynchronous=True, timeout=_CONNECT_TIMEOUT_SECONDS, set_as_default=False
    )
    try:
        return await client
    except (OSError, asyncio.TimeoutError, ValueError, TypeError) as error:
        await _close_client(client)
        raise BackendError(
            f"The Dask scheduler at {address} can't be reached: {error}. Is it running, and is its address right?",
            address=address,
        ) from error


async def _close_client(client: Client) -> None:
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        await asyncio.wait_for(client.close(), _STOP_TIMEOUT_SECONDS)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_SECONDS)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
    # Lets the transport close its pipes now instead of when it is collected.
    if process.stdout is not None:
        await process.stdout.read()
    await asyncio.sleep(0)


def _available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_bytes() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _gpus() -> int:
    """Count the GPUs that CUDA programs started from here would see."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([device for device in visible.split(",") if device.strip() not in ("", "-1")])
    return len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
