"""The program that holds our own Dask cluster: a scheduler and its workers, in a process apart from the server.

It prints one line of JSON (the scheduler's address and the TLS material to reach it), then lives until its
standard input closes, which also happens when the process that started it dies. Nothing that it or its
workers started outlives it: all inherit the marker ``PLYNX_CLUSTER`` in their environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

MARKER = "PLYNX_CLUSTER"
"""Environment variable with a value of its own for each cluster process, inherited by all below it."""
_CLOSE_TIMEOUT_SECONDS = 10.0

CONFIGURATION: dict[str, Any] = {
    # A job whose worker died is reported as lost, and the run decides; Dask shall not run it again unseen.
    "distributed.scheduler.allowed-failures": 0,
    # The nanny would set OMP_NUM_THREADS=1; each job's own request decides instead.
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.worker.preload": ["plynx_jupyter.execution.dask.preload"],
    "distributed.admin.low-level-log-length": 100,
    "distributed.diagnostics.nvml": False,
}
_TLS_FIELDS = (
    "tls_ca_file",
    "tls_scheduler_key",
    "tls_scheduler_cert",
    "tls_worker_key",
    "tls_worker_cert",
    "tls_client_key",
    "tls_client_cert",
)


async def serve(options: dict[str, Any]) -> None:
    """Start the cluster that ``options`` describe, announce it, and hold it until standard input closes."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    dask.config.set(CONFIGURATION)
    security = Security.temporary()
    ended = _end_of_input()
    cluster = await LocalCluster(
        n_workers=options["workers"],
        threads_per_worker=options["threads_per_worker"],
        processes=True,
        asynchronous=True,
        host="127.0.0.1",
        protocol="tls://",
        security=security,
        dashboard_address=None,
        memory_limit=0,  # the workers only wait; each job's own processes are watched instead
        local_directory=options["scratch"],
        resources=options["resources"],
    )
    try:
        tls = {field: getattr(security, field) for field in _TLS_FIELDS}
        print(json.dumps({"address": cluster.scheduler_address, "tls": tls}), flush=True)
        await ended
    finally:
        try:
            await asyncio.wait_for(cluster.close(), _CLOSE_TIMEOUT_SECONDS)
        except asyncio.TimeoutError:
            print("The cluster didn't close in time; what is left of it is killed.", file=sys.stderr)


def _end_of_input() -> asyncio.Future[None]:
    """Return a future that is done when standard input closes, or on SIGTERM."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def readable() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            end()

    loop.add_reader(0, readable)
    loop.add_signal_handler(signal.SIGTERM, end)
    return ended


def kill_marked(token: str) -> None:
    """Kill every other process of this user that carries the marker of this cluster."""
    import psutil

    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            if process.environ().get(MARKER) == token:
                process.kill()
        except (psutil.Error, OSError):  # gone, or not ours
            continue


def main() -> None:
    """Run the cluster described by the JSON in the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started us
    try:
        asyncio.run(serve(json.loads(sys.argv[1])))
    finally:
        kill_marked(os.environ[MARKER])


if __name__ == "__main__":
    main()
