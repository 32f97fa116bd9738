"""Requests to the REST interface of a Jupyter server: addresses, JSON, streams, and what goes wrong with them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from plynx_jupyter.errors import InvalidInputError, NotAuthenticatedError, ServerError
from plynx_jupyter.wire.parsing import error_from_reply
from plynx_jupyter.wire.replies import WHO_ASKS

if TYPE_CHECKING:
    import httpx

API_PATH = "plynx/api/v0/"
_PAGES = ("lab", "tree", "notebooks")
"""Pages of Jupyter's that people copy the address of."""
_UNEXPLAINED = (None, "Forbidden", WHO_ASKS)
"""What is said when Jupyter turns a request away for want of a token."""
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 120.0
_PIECE_BYTES = 256 * 1024


class RestApi:
    """One server's REST interface, by connections that are kept alive. Safe to use from several threads.

    Whatever goes wrong is one of this project's errors: the server's own with the same class, message and data
    as they have there, and ``ServerError`` or ``NotAuthenticatedError`` when the server doesn't get so far.
    ``proxies`` False goes past the proxies that the environment names, as for servers of this machine.
    """

    def __init__(self, url: str, token: str = "", *, proxies: bool = True) -> None:
        self.url, found = server_address(url)
        self._token = token or found
        self.proxies = proxies
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What tells the server who asks."""
        return {"Authorization": f"token {self._token}"} if self._token else {}

    def get(self, path: str, **params: str | int) -> dict[str, Any]:
        """Return what is at a path."""
        return self._json("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any], *, seconds: float = _ANSWER_SECONDS) -> dict[str, Any]:
        """Send JSON and return the reply; it may take up to ``seconds`` (0: any time) to come."""
        content = json.dumps(body).encode()
        return self._json(
            "POST", path, content=content, headers={"Content-Type": "application/json"}, seconds=seconds
        )

    def upload(self, path: str, content: Iterator[bytes], length: int) -> dict[str, Any]:
        """Send bytes as they come from ``content``, ``length`` in all, and return the reply."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        return self._json("POST", path, content=content, headers=headers)

    def exists(self, path: str) -> bool:
        """Tell whether there is something at a path, without reading it."""
        with self._asking("GET", path, headers={"Range": "bytes=0-0"}) as response:
            if response.status_code in (404, 403):
                return False
            # 416: it is there, and empty.
            if response.status_code != 416:
                self._refuse(response, "GET", path)
            return True

    @contextmanager
    def download(self, path: str) -> Iterator[Iterator[bytes]]:
        """Yield the pieces of what is at a path."""
        with self._asking("GET", path) as response:
            self._refuse(response, "GET", path)
            yield self._pieces(response, path)

    def close(self) -> None:
        """Close the connections; another request would open new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    # -- below -------------------------------------------------------------------------------------------

    def _json(
        self, method: str, path: str, *, seconds: float = _ANSWER_SECONDS, **arguments: Any
    ) -> dict[str, Any]:
        with self._asking(method, path, seconds=seconds, **arguments) as response:
            with self._explained(method, path, seconds):
                response.read()
            self._refuse(response, method, path)
            return self._object(response, method, path)

    @contextmanager
    def _asking(
        self, method: str, path: str, *, seconds: float = _ANSWER_SECONDS, **arguments: Any
    ) -> Iterator[httpx.Response]:
        import httpx

        timeout = httpx.Timeout(seconds or None, connect=_CONNECT_SECONDS)
        client = self._opened()
        request = client.build_request(method, self.url + path, timeout=timeout, **arguments)
        with self._explained(method, path, seconds):
            try:
                response = client.send(request, stream=True)
            except httpx.RemoteProtocolError:
                # A connection that was kept alive, and that the server gave up just now.
                if method != "GET":
                    raise
                response = client.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _opened(self) -> httpx.Client:
        import httpx

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    headers=self.headers,
                    trust_env=self.proxies,
                    limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=60),
                )
            return self._client

    def _pieces(self, response: httpx.Response, path: str) -> Iterator[bytes]:
        with self._explained("GET", path, _ANSWER_SECONDS):
            yield from response.iter_bytes(_PIECE_BYTES)

    @contextmanager
    def _explained(self, method: str, path: str, seconds: float) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self.unreachable(error) from error
        except httpx.TimeoutException as error:
            raise self._failed(
                f"didn't answer {method} {path} within {seconds:.0f} seconds. It may be very busy; "
                "what was asked for may have been done all the same"
            ) from error
        except httpx.LocalProtocolError as error:
            raise self._failed(f"couldn't be sent {method} {path}: {error}") from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise self._failed(
                f"broke off while it answered {method} {path} ({error or type(error).__name__}). "
                "Was it stopped? Its log may say more"
            ) from error

    def unreachable(self, error: BaseException) -> ServerError:
        """Return the error that says that nobody is there."""
        return self._failed(
            f"can't be reached: {error or type(error).__name__}. Is it running, and is this its address?"
        )

    def unauthenticated(self) -> NotAuthenticatedError:
        """Return the error that says that the server doesn't know who asks."""
        what = "doesn't accept the token" if self._token else "asks for a token"
        return NotAuthenticatedError(
            f"The Jupyter server at {self.shown_url} {what}. Give the right one: Client(url=…, token=…), --token, "
            "or $PLYNX_TOKEN. `jupyter server list` shows those of servers on this machine.",
            url=self.shown_url,
        )

    def _refuse(self, response: httpx.Response, method: str, path: str) -> None:
        """Raise the error that the reply tells of, if it does."""
        status = response.status_code
        if status < 300:
            return
        if status < 400:
            place = response.headers.get("Location", "elsewhere")
            if "login" in place:
                raise self.unauthenticated()
            raise self._failed(f"sends {method} {path} to {place}; use the address it is really at")
        with self._explained(method, path, _ANSWER_SECONDS):
            response.read()
        body = self._object(response, method, path)
        if status in (401, 403):
            message = body.get("message")
            if message in _UNEXPLAINED:
                raise self.unauthenticated()
        if "code" not in body:
            raise self._nothing_there(status)
        raise error_from_reply(status, body)

    def _object(self, response: httpx.Response, method: str, path: str) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError:
            body = None
        if isinstance(body, dict):
            return body
        if response.status_code in (401, 403):
            raise self.unauthenticated()
        if response.status_code in (502, 503, 504):
            raise self._failed(f"isn't there just now (HTTP {response.status_code} from a proxy before it)")
        raise self._nothing_there(response.status_code)

    def _nothing_there(self, status: int) -> ServerError:
        return self._failed(
            f"has no PLynx API (HTTP {status}). Give the address that the browser shows, with the base URL if "
            "there is one, and see whether the extension is enabled there: jupyter server extension list"
        )

    def _failed(self, what: str) -> ServerError:
        return ServerError(f"The Jupyter server at {self.shown_url} {what}.", url=self.shown_url)

    @property
    def shown_url(self) -> str:
        """The server's address as people know it."""
        return self.url.removesuffix(API_PATH)


def server_address(url: str) -> tuple[str, str]:
    """Return the address of the REST interface, and the token if the address holds one.

    Any address of the server will do: its base URL, that of a page that Jupyter printed, or the interface's own.

    >>> server_address("http://localhost:8888/lab?token=abc")
    ('http://localhost:8888/plynx/api/v0/', 'abc')
    >>> server_address("https://hub.example/user/ann")
    ('https://hub.example/user/ann/plynx/api/v0/', '')
    """
    parts = urlsplit(url.strip() if "://" in url else f"http://{url.strip()}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInputError(
            f"{url!r} isn't the address of a server; it looks like http://localhost:8888/."
        )
    token = next(iter(parse_qs(parts.query).get("token", ())), "")
    names = [name for name in parts.path.split("/") if name]
    if "plynx" in names:
        names = names[: names.index("plynx")]
    for position, name in enumerate(names):
        if name in _PAGES and names[position - 1 : position] != ["user"]:
            names = names[:position]
            break
    path = "/".join(["", *names, API_PATH])
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), token
