"""JupyterLab with the extension, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.server_process import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "e2e-token"


class Lab:
    """The server's process; ``root`` is the folder that the file browser shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/base/"

    def start(self) -> Lab:
        built = ROOT / "plynx_jupyter" / "labextension" / "package.json"
        assert built.exists(), "the editor isn't built: run `make test`, or `npm ci && npm run build`"
        for name in ("root", "home", "config/labconfig", "data", "runtime"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (self.folder / "config/labconfig/page_config.json").write_text(json.dumps(news))
        environment = {
            **os.environ,
            "HOME": str(self.folder / "home"),
            "PLYNX_HOME": str(self.folder / "plynx"),
        }
        for name in ("config", "data", "runtime"):
            environment[f"JUPYTER_{name.upper()}_DIR"] = str(self.folder / name)
        with (self.folder / "lab.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                    f"--port={self.port}", "--ServerApp.port_retries=0", "--ServerApp.base_url=/base/",
                    f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={TOKEN}",
                    "--LabApp.expose_app_in_browser=True", "--PlynxApp.backend=inline",
                    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                    f"--LabApp.workspaces_dir={self.folder / 'workspaces'}",
                    f"--LabApp.user_settings_dir={self.folder / 'settings'}",
                ],
                env=environment, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}api/status?token={TOKEN}", timeout=2):
                    return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "lab.log").read_text()
                assert time.monotonic() < deadline, (self.folder / "lab.log").read_text()
                time.sleep(0.1)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    made = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield made.start()
    finally:
        made.stop()


def chromium_program():
    program = os.environ.get("PLYNX_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "these tests need Chromium. On Debian or Ubuntu: apt install chromium"
    return program


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program())
        yield browser
        browser.close()


@pytest.fixture
def open_lab(lab, chromium):
    """Open a document in a browser of its own (or anew in the one given) and return the page."""
    contexts = []

    def open_document(path, *, page=None, shows=".jp-plynx-Node", is_new_here=False):
        if page is None:
            context = chromium.new_context(viewport={"width": 1280, "height": 800})
            if not is_new_here:
                context.add_init_script("localStorage.setItem('plynx-jupyter:tour-seen', 'true')")
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.problems = []
            page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(f"{lab.url}lab{f'/tree/{path}' if path else ''}?token={TOKEN}&reset")
        page.wait_for_function("() => window.jupyterapp?.restored")
        page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        page.locator(shows).first.wait_for()
        return page

    yield open_document
    for context in contexts:
        context.close()


@pytest.fixture
def command():
    """Carry out a command of JupyterLab's and wait for its end."""

    def execute(page, name, **arguments):
        page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => true)",
            [name, arguments],
        )

    return execute


def bash(node_id, code, *, inputs=(), x=0, y=0, output="o"):
    return {
        "_id": node_id, "title": node_id.title(), "kind": "bash_jinja2", "x": x, "y": y,
        "inputs": [{"name": name, "file_type": kind} for name, kind in inputs],
        "outputs": [{"name": output, "file_type": "text"}],
        "parameters": [{"name": "_cmd", "parameter_type": "code", "value": {"mode": "bash", "value": code}}],
    }  # fmt: skip


@pytest.fixture
def document(lab):
    """Write a graph into the folder that the file browser shows; returns its name."""
    names = iter(f"graph-{number}.plynx" for number in range(1000))

    def write(*nodes, name=None):
        name = name or next(name for name in names if not (lab.root / name).exists())
        graph = {
            "plynx": 1,
            "_id": f"id-{name}-{time.time_ns()}",
            "title": name,
            "kind": "graph",
            "nodes": nodes,
        }
        (lab.root / name).write_text(json.dumps(graph, indent=1) + "\n")
        return name

    return write
