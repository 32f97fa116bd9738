"""A real Jupyter server with the extension, in a process of its own, and a small HTTP client for it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

TOKEN = "the-token"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    """``call`` returns (status, headers, body); JSON bodies are decoded."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}/base/"
        self.url = f"{self.base}plynx/api/v0/"
        self.process = None

    def start(self):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "PLYNX_HOME": str(self.folder / "plynx"),
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                    f"--port={self.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
                    f"--ServerApp.root_dir={home}", "--ServerApp.base_url=/base/",
                    "--ServerApp.jpserver_extensions={'plynx_jupyter': True}", *self.options,
                ],
                env=environment, cwd=home, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.call("GET", "openapi.json")[0] == 200:  # needs no database
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "server.log").read_text())
            time.sleep(0.05)

    def call(self, method, path, body=None, *, token=TOKEN, headers=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"token {token}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return self._read(reply)
        except urllib.error.HTTPError as error:
            with error:
                return self._read(error)

    @staticmethod
    def _read(reply):
        content = reply.read()
        if "json" in reply.headers.get("Content-Type", ""):
            content = json.loads(content)
        return reply.status, reply.headers, content

    def finished(self, run_id, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            run = self.call("GET", f"runs/{run_id}")[2]["run"]
            if run["status"] in ("SUCCESS", "FAILED", "CANCELED"):
                return run
            assert time.monotonic() < deadline, run
            time.sleep(0.05)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
