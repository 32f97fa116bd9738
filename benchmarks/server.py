"""What the extension costs a Jupyter server, and how the server does when many ask at once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from .cluster import fresh_home
from .harness import Row, median, shown

TOKEN = "benchmark"
API = "plynx/api/v0/"


@contextmanager
def served(folder: Path, *, extension: bool = True, options: tuple[str, ...] = ()) -> Iterator[Any]:
    """Give (process, url) of a Jupyter server that answers, with the extension or without."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    environment = {**os.environ, "HOME": str(folder), "PLYNX_HOME": str(folder / "plynx")}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(folder / name.lower())
    enabled = {"plynx_jupyter": extension, "jupyter_lsp": False, "jupyterlab": False}
    process = subprocess.Popen(
        [
            sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1",
            f"--port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
            f"--ServerApp.jpserver_extensions={enabled}", "--log-level=ERROR", *options,
        ],
        env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait_for(url, process)
        yield process, url
    finally:
        process.terminate()
        process.wait(60)


def _free_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            urllib.request.urlopen(f"{url}api", timeout=10).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("The server didn't start.") from None
            time.sleep(0.002)
        else:
            return


def measure(
    starts: int = 9, seconds: float = 5.0, pollers: int = 100, sockets: int = 20, lines: int = 200
) -> list[Row]:
    with fresh_home() as folder:
        rows = [_start(folder, starts)]
        with served(folder / "busy", options=("--PlynxApp.workers=1",)) as (process, url):
            rows += asyncio.run(_Load(url, process.pid).measure(seconds, pollers, sockets, lines))
    return rows


def _start(folder: Path, times: int) -> Row:
    def start(extension: bool) -> float:
        began = time.perf_counter()
        with served(folder / f"start-{extension}", extension=extension):
            return time.perf_counter() - began

    start(True)  # nothing of the disk is in memory before
    without, with_it = [], []
    for _ in range(times):
        without.append(start(False))
        with_it.append(start(True))
    added = median(with_it) - median(without)
    return Row(
        "added by the extension to the start of `jupyter server`",
        f"{added * 1000:.0f} ms",
        f"without it: {shown(without, 'ms', 1000, 0)}",
        "",
        "100 ms",
        added <= 0.1,
    )


class _Load:
    """Many clients of one server."""

    def __init__(self, url: str, pid: int) -> None:
        self._url = url + API
        self._pid = pid
        self._headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        self._client = AsyncHTTPClient(force_instance=True, max_clients=1000)

    async def measure(self, seconds: float, pollers: int, sockets: int, lines: int) -> list[Row]:
        graph_id = await self._graph()
        await self._poll(graph_id, 1.0, pollers, [])  # what is made once is made now
        before = self._memory()
        listeners = [await self._listen(graph_id) for _ in range(sockets)]
        taken: list[float] = []
        errors = await self._poll(graph_id, seconds, pollers, taken)
        for listener in listeners:
            listener.close()
        after = self._memory()
        delays = await self._line_delays(lines)
        self._client.close()
        taken.sort()
        late = taken[int(len(taken) * 0.95)]
        return [
            Row(
                f"`GET graphs/{{id}}` with {pollers} pollers, a request a second each, and {sockets} websockets",
                f"p95 {late * 1000:.0f} ms, median {median(taken) * 1000:.0f} ms, {errors} errors "
                f"of {len(taken):,} requests",
                "",
                "",
                "p95 100 ms, no errors",
                late <= 0.1 and not errors,
            ),
            Row(
                "memory of the server after these",
                f"{after / 1e6:.0f} MB",
                f"before: {before / 1e6:.0f} MB",
                "",
                "",
                None,
            ),
            Row(
                "a line of log from a worker to a listener on a websocket",
                f"median {median(delays) * 1000:.0f} ms, p99 {delays[int(len(delays) * 0.99) - 1] * 1000:.0f} ms",
                "",
                "",
                "median 50 ms, p99 250 ms",
                median(delays) <= 0.05 and delays[int(len(delays) * 0.99) - 1] <= 0.25,
            ),
        ]

    def _memory(self) -> int:
        import psutil

        return int(psutil.Process(self._pid).memory_info().rss)

    async def _call(self, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body)
        request = HTTPRequest(
            self._url + path,
            method="GET" if body is None else "POST",
            headers=self._headers,
            body=content,
            request_timeout=60,
        )
        return json.loads((await self._client.fetch(request)).body)

    async def _graph(self) -> str:
        nodes = [_node(f"n{number}", "def operation():\n    return {'y': 1}\n") for number in range(20)]
        reply = await self._call("graphs", {"graph": {"title": "Polled", "nodes": nodes}})
        return str(reply["graph"]["_id"])

    async def _poll(self, graph_id: str, seconds: float, pollers: int, taken: list[float]) -> int:
        """Poll once a second from each of so many clients; return the number of errors."""
        errors = 0
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds

        async def poll(number: int) -> None:
            nonlocal errors
            due = loop.time() + number / pollers
            while due < end:
                await asyncio.sleep(max(0.0, due - loop.time()))
                began = time.perf_counter()
                try:
                    await self._call(f"graphs/{graph_id}")
                except Exception:  # noqa: BLE001 - counted
                    errors += 1
                taken.append(time.perf_counter() - began)
                due += 1.0

        await asyncio.gather(*map(poll, range(pollers)))
        return errors

    async def _listen(self, graph_id: str) -> WebSocketClientConnection:
        request = HTTPRequest(self._url.replace("http", "ws") + "events", headers=self._headers)
        socket = await websocket_connect(request)
        for wish in ({"subscribe": "*"}, {"subscribe_graph": graph_id}):
            await socket.write_message(json.dumps(wish))
            await socket.read_message()
        return socket

    async def _line_delays(self, lines: int) -> list[float]:
        code = (
            "import time\n"
            "def operation():\n"
            "    time.sleep(1)\n"
            f"    for _ in range({lines}):\n"
            "        print(time.time(), flush=True)\n"
            "        time.sleep(0.02)\n"
            "    return {'y': 1}\n"
        )
        body = {"graph": {"title": "Talk", "nodes": [_node("talk", code)]}, "action": ["SAVE", "APPROVE"]}
        run_id = (await self._call("graphs", body))["run_id"]
        request = HTTPRequest(self._url.replace("http", "ws") + "events", headers=self._headers)
        socket = await websocket_connect(request)
        await socket.write_message(json.dumps({"subscribe": run_id}))
        delays: list[float] = []
        while True:
            message = json.loads(await socket.read_message())
            now = time.time()
            if message["kind"] == "log" and message["stream"] == "stdout":
                delays += [now - float(line) for line in message["text"].split()]
            if message["kind"] == "event" and message["event"]["type"] == "run_finished":
                socket.close()
                return sorted(delays)


def _node(node_id: str, code: str) -> dict[str, Any]:
    command = {"name": "_cmd", "parameter_type": "code", "value": {"mode": "python", "value": code}}
    return {
        "_id": node_id,
        "title": node_id,
        "kind": "function",
        "outputs": [{"name": "y", "file_type": "int"}],
        "parameters": [command],
    }
