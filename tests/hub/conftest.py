"""A real JupyterHub with its proxy and single-user servers, all in a temporary folder and on free ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.server_process import free_port

HERE = Path(__file__).parent
PASSWORD = "the-password"
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
c.JupyterHub.db_url = "sqlite:///" + {folder!r} + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = {folder!r} + "/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allowed_users = {{"alice", "bob"}}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {folder!r} + "/homes/{{username}}"
c.Spawner.cmd = [{single_user!r}]
c.Spawner.args = ["--allow-root", "--PlynxApp.backend=inline"]
c.Spawner.environment = {{"PATH": {path!r}}}
"""


class Hub:
    """The hub's process; ``url`` is where the proxy listens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [free_port() for _ in range(3)]
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Hub:
        proxy = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
        assert proxy.exists(), (
            "run `make test`, or `npm install --package-lock=false` in tests/hub (needs Node.js)"
        )
        assert shutil.which("node"), "these tests need Node.js, which JupyterHub's proxy is written for"
        for user in ("alice", "bob"):
            (self.folder / "homes" / user).mkdir(parents=True)
        programs = Path(sys.executable).parent
        config = self.folder / "config.py"
        config.write_text(
            CONFIG.format(
                ports=self.ports, proxy=str(proxy), folder=str(self.folder), password=PASSWORD,
                single_user=str(programs / "jupyterhub-singleuser"), path=f"{programs}:{os.environ['PATH']}",
            )
        )  # fmt: skip
        # Each server finds its home by its own HOME, not by what the tests set for themselves.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PLYNX_", "JUPYTER")) and name != "IPYTHONDIR"
        }
        with (self.folder / "hub.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", str(config)],
                cwd=self.folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.wait_until(lambda: httpx.get(f"{self.url}/hub/api").status_code == 200)
        return self

    def wait_until(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if condition():
                    return
            except httpx.TransportError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "hub.log").read_text()[-6000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """End the hub, its proxy and all servers: those that descend from it, and those that it detached."""
        if self.process is None:
            return
        ours = [process for process in psutil.process_iter(["cmdline", "environ"]) if self._is_ours(process)]
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for process in ours:
            if process.is_running() and process.pid != self.process.pid:
                process.terminate()
        _, left = psutil.wait_procs(ours, timeout=10)
        for process in left:
            process.kill()

    def _is_ours(self, process: psutil.Process) -> bool:
        environment = process.info["environ"] or {}
        if environment.get("JUPYTERHUB_API_URL", "").startswith(f"http://127.0.0.1:{self.ports[1]}/"):
            return True
        return f"http://127.0.0.1:{self.ports[2]}" in (process.info["cmdline"] or ()) or str(
            self.ports[2]
        ) in (process.info["cmdline"] or ())


class Person:
    """Somebody with a browser, logged in at the hub, with a server of their own."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.browser = httpx.Client(base_url=hub.url, follow_redirects=True, timeout=30)
        self.browser.get("/hub/login")
        form = {"username": name, "password": PASSWORD, "_xsrf": self.cookie("/hub/")}
        reply = self.browser.post("/hub/login?next=%2Fhub%2Fhome", data=form)
        assert reply.status_code == 200, reply.text

    def cookie(self, path: str, name: str = "_xsrf") -> str:
        return next(c.value for c in self.browser.cookies.jar if c.name == name and c.path == path)

    def cookies(self) -> str:
        """Return the header with which a browser sends its cookies to the user's server."""
        jar = self.browser.cookies.jar
        return "; ".join(f"{c.name}={c.value}" for c in jar if c.path.startswith(f"/user/{self.name}/"))

    def start_server(self) -> None:
        headers = {"X-XSRFToken": self.cookie("/hub/"), "Referer": f"{self.hub.url}/hub/home"}
        reply = self.browser.post(
            f"/hub/api/users/{self.name}/tokens", headers=headers, json={"note": "tests"}
        )
        self.token = reply.json()["token"]
        authorized = {"Authorization": f"token {self.token}"}
        httpx.post(f"{self.hub.url}/hub/api/users/{self.name}/server", headers=authorized, timeout=60)
        self.hub.wait_until(
            lambda: httpx.get(f"{self.hub.url}/hub/api/users/{self.name}", headers=authorized)
            .json()["servers"].get("", {}).get("ready")
        )  # fmt: skip
        # The hub hands the browser on to the server, which gives it a cookie of its own.
        assert self.browser.get(f"/user/{self.name}/lab").status_code == 200

    def url(self, path: str, owner: str | None = None) -> str:
        return f"{self.hub.url}/user/{owner or self.name}/plynx/api/v0/{path}"

    def call(self, method: str, path: str, body=None, *, owner: str | None = None) -> httpx.Response:
        """Ask with the token."""
        headers = {"Authorization": f"token {self.token}"}
        return httpx.request(method, self.url(path, owner), headers=headers, json=body, timeout=30)

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    made = Hub(tmp_path_factory.mktemp("hub"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def alice(hub):
    with Person(hub, "alice") as person:
        person.start_server()
        yield person


@pytest.fixture(scope="module")
def bob(hub):
    with Person(hub, "bob") as person:
        person.start_server()
        yield person
