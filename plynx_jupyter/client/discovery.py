"""Which Jupyter server this process runs beside, if there is one that keeps the same home.

Only what Jupyter itself leaves behind is looked at: the environment of kernels, and the files that running servers
keep in the runtime folder. Where there is neither, finding out takes a few system calls.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 5.0
"""A server that was just started opens the database for the first question."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that may be asked."""

    url: str
    token: str


def server_beside(home: Path) -> Server | None:
    """Return the server beside us that keeps ``home``, None if none answers that it does.

    In a kernel the server that started it is asked first, then any other server of this account on this machine.
    """
    for server in _candidates():
        reason = _refusal(server, home)
        if reason is None:
            return server
        _log.debug("The Jupyter server at %s isn't used: %s", server.url, reason)
    return None


def _candidates() -> Iterator[Server]:
    runtime = _runtime_folder()
    parent = os.environ.get("JPY_PARENT_PID", "")
    files = sorted(runtime.glob("jpserver-*.json"), key=lambda path: path.stem != f"jpserver-{parent}")
    told: set[str] = set()
    for path in files:
        server = _from_file(path)
        if server is not None:
            told.add(server.url)
            yield server
    hub = os.environ.get("JUPYTERHUB_SERVICE_URL", "")
    named = os.environ.get("JUPYTER_SERVER_URL", "") or (hub if parent else "")
    if named and named not in told:
        yield Server(named, os.environ.get("JUPYTER_TOKEN", "") or _hub_token(named))


def _runtime_folder() -> Path:
    named = os.environ.get("JUPYTER_RUNTIME_DIR")
    if named:
        return Path(named)
    # Imported late, as in settings: it is only needed to find the default.
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _from_file(path: Path) -> Server | None:
    """Return the server that a runtime file is of, None if it is gone or can't be asked."""
    try:
        told: Any = json.loads(path.read_bytes())
        pid, url = int(told["pid"]), str(told["url"])
        if path.stat().st_uid != os.getuid() or pid == os.getpid():
            return None
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if told.get("sock") or not url.startswith(("http://", "https://")):
        return None
    return Server(url, str(told.get("token") or "") or _hub_token(url))


def _hub_token(url: str) -> str:
    """Return the token of a server that JupyterHub started for us, for that server alone."""
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if prefix and "/" + url.partition("://")[2].partition("/")[2].strip("/") == prefix.rstrip("/"):
        return os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return ""


def _refusal(server: Server, home: Path) -> str | None:
    """Return why a server can't stand for the application in this process; None if it can."""
    # Imported late: where there is no server to ask, the time isn't spent.
    import http.client

    from plynx_jupyter.errors import InvalidInputError

    try:
        reply = _health(server)
    except (OSError, ValueError, http.client.HTTPException, InvalidInputError) as error:
        return str(error) or type(error).__name__
    theirs = reply.get("home")
    if not isinstance(theirs, str):
        return "it has no PLynx, an older one, or doesn't know us"
    if Path(theirs).resolve() != home.resolve():
        return f"its home is {theirs}, not {home}"
    return None


def _health(server: Server) -> Mapping[str, Any]:
    """Ask a server how it is, past all proxies, and without what a larger HTTP library takes to import."""
    import http.client
    from urllib.parse import urlsplit

    from .rest import server_address

    parts = urlsplit(server_address(server.url)[0])
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=_CONNECT_SECONDS)) as connection:
        connection.connect()
        connection.sock.settimeout(_ANSWER_SECONDS)
        headers = {"Authorization": f"token {server.token}"} if server.token else {}
        connection.request("GET", f"{parts.path}health", headers=headers)
        response = connection.getresponse()
        reply = json.loads(response.read(1 << 16))
    return reply if isinstance(reply, dict) and response.status == 200 else {}
