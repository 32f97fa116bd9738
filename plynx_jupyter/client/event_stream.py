"""What happens in runs behind a Jupyter server, told to a listener on a thread of its own."""

from __future__ import annotations

import json
import logging
import socket as sockets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plynx_jupyter.errors import PlynxError, ServerError
from plynx_jupyter.model.event import RecordedEvent, RunFinished
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.services.event_bus import BusMessage, Listener
from plynx_jupyter.wire.parsing import error_from_reply, message_from_reply

if TYPE_CHECKING:
    from websocket import WebSocket

    from .rest import RestApi

ALL_RUNS = "*"
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 20.0
"""After this the server is asked for a sign of life; after as much again the connection counts as broken."""
_POLL_SECONDS = 0.5
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 3.0
_NEWEST = 50
_MAY_COME_BACK = (404, 408, 424, 429, 500, 502, 503, 504)
"""What a proxy says in the name of a server that is being started again."""

_log = logging.getLogger(__name__)


class NoWebsocketError(Exception):
    """Something between us and the server lets no websocket through."""


@dataclass(frozen=True)
class Outage:
    """The server can't be reached, for ``error``, since ``began`` (of ``time.monotonic``)."""

    error: PlynxError
    began: float


class EventStream:
    """Follows one run, or all from now on (``run_id`` None), until it ends, or the stream is closed.

    Recorded events come in order and none twice, however often the connection breaks; passing messages come
    while there is one. Where websockets don't work, events are polled for. ``failed`` is called, at most once, with
    what ends the stream before its time; that the server can't be reached isn't that: see ``outage``.
    """

    def __init__(
        self,
        api: RestApi,
        listener: Listener,
        run_id: RunId | None,
        after: int = 0,
        failed: Callable[[PlynxError], object] = lambda error: None,
    ) -> None:
        self._api = api
        self._listener = listener
        self._run_id = run_id
        self._failed = failed
        self._after: dict[RunId, int] = {} if run_id is None else {run_id: after}
        """The last event that was heard of each run that is followed."""
        self._known: set[RunId] | None = None
        """With ``run_id`` None: the runs that there were when following began, and those since."""
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socket: WebSocket | None = None
        self.outage: Outage | None = None
        self._thread = threading.Thread(target=self._run, name="plynx-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; when this returns the listener isn't called any more (unless it is what calls this)."""
        self._over.set()
        with self._lock:
            if self._socket is not None and self._socket.sock is not None:
                with suppress(OSError):
                    self._socket.sock.shutdown(sockets.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        follow, delay = self._listen, _FIRST_DELAY_SECONDS
        while not self._over.is_set():
            try:
                follow()
                return
            except NoWebsocketError as reason:
                _log.debug("Events of %s are polled for: %s", self._api.url, reason)
                follow = self._poll
            except ServerError as error:
                if self._over.is_set():
                    return
                before = self.outage
                if before is None:
                    delay = _FIRST_DELAY_SECONDS
                self.outage = Outage(error, time.monotonic() if before is None else before.began)
                _log.debug("Events can't be followed for now: %s", error)
                self._over.wait(delay)
                delay = min(2 * delay, _LONGEST_DELAY_SECONDS)
            except PlynxError as error:
                self._failed(error)
                return
            except Exception as error:  # noqa: BLE001 - whoever waits has to learn of it
                _log.exception("Events can't be followed")
                self._failed(PlynxError(f"Events can't be followed: {type(error).__name__}: {error}"))
                return

    # -- by websocket ------------------------------------------------------------------------------------

    def _listen(self) -> None:
        import websocket

        connected = self._connect()
        try:
            with self._lock:
                self._socket = connected
            self._subscribe(connected)
            quiet = False
            while not self._over.is_set():
                try:
                    opcode, data = connected.recv_data(control_frame=True)
                except websocket.WebSocketTimeoutException as error:
                    if quiet:
                        raise self._broken("it doesn't answer") from error
                    quiet = True
                    connected.ping()
                    continue
                quiet = False
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    raise self._broken("the server closed it")
                if opcode == websocket.ABNF.OPCODE_TEXT:
                    self.outage = None
                    self._take(connected, json.loads(data))
        except (websocket.WebSocketException, OSError) as error:
            raise self._broken(str(error)) from error
        finally:
            with self._lock:
                self._socket = None
            connected.shutdown()  # type: ignore[no-untyped-call]

    def _connect(self) -> WebSocket:
        import websocket

        url = "ws" + self._api.url.removeprefix("http") + "events"
        try:
            connected = websocket.create_connection(
                url,
                timeout=_CONNECT_SECONDS,
                header=[f"{name}: {value}" for name, value in self._api.headers.items()],
                suppress_origin=True,
                redirect_limit=0,
                http_no_proxy=None if self._api.proxies else ["*"],
            )
        except websocket.WebSocketBadStatusException as error:
            if error.status_code in _MAY_COME_BACK:
                raise self._broken(f"HTTP {error.status_code}") from error
            self._api.get("health")  # raises what is wrong if it isn't the websocket alone
            raise NoWebsocketError(f"HTTP {error.status_code}") from error
        except (websocket.WebSocketException, OSError) as error:
            raise self._api.unreachable(error) from error
        connected.settimeout(_SILENCE_SECONDS)
        return connected

    def _subscribe(self, connected: WebSocket) -> None:
        if self._run_id is None:
            connected.send(json.dumps({"subscribe": ALL_RUNS}))
        for run_id, after in self._after.items():
            connected.send(json.dumps({"subscribe": run_id, "after": after}))

    def _take(self, connected: WebSocket, reply: dict[str, Any]) -> None:
        kind = reply.get("kind")
        if kind == "error":
            self._take_error(reply)
        elif kind == "runs":
            for run_id, after in self._appeared(reply["runs"]):
                connected.send(json.dumps({"subscribe": run_id, "after": after}))
        elif kind in ("run_started", "run_changed", "run_finished"):
            for run_id, after in self._appeared([reply["run"]]):
                connected.send(json.dumps({"subscribe": run_id, "after": after}))
        else:
            self._hear(message_from_reply(reply))

    def _take_error(self, reply: dict[str, Any]) -> None:
        error = error_from_reply(400, reply)
        if reply.get("code") == "internal":
            raise self._broken(error.message)
        if self._run_id is not None:
            raise error
        self._after.pop(RunId(str(reply.get("run_id"))), None)

    def _broken(self, reason: str) -> ServerError:
        shown = self._api.shown_url
        return ServerError(f"The connection to the Jupyter server at {shown} broke: {reason}.", url=shown)

    # -- by asking again and again -----------------------------------------------------------------------

    def _poll(self) -> None:
        while not self._over.is_set():
            if self._run_id is None:
                found = self._api.post("search_runs", {"per_page": _NEWEST})["items"]
                self._appeared(found)
            for run_id, after in tuple(self._after.items()):
                for event in self._api.get(f"runs/{run_id}/events", after=after)["events"]:
                    self._hear(message_from_reply(event))
            self.outage = None
            self._over.wait(_POLL_SECONDS)

    # -- both --------------------------------------------------------------------------------------------

    def _appeared(self, listed: list[dict[str, Any]]) -> list[tuple[RunId, int]]:
        """Follow the runs of a list that aren't followed yet; return them, with the event to begin after.

        What had happened when following began isn't told.
        """
        first = self._known is None
        known = self._known = self._known or set()
        begun: list[tuple[RunId, int]] = []
        for run in listed:
            run_id = RunId(run["_id"])
            if run_id in known:
                continue
            known.add(run_id)
            if first and run["finished_at"] is not None:
                continue
            before = self._api.get(f"runs/{run_id}/events")["events"] if first else []
            self._after[run_id] = before[-1]["sequence"] if before else 0
            begun.append((run_id, self._after[run_id]))
        return begun

    def _hear(self, message: BusMessage | None) -> None:
        if message is None or self._over.is_set():
            return
        if isinstance(message, RecordedEvent):
            if message.sequence <= self._after.get(message.run_id, 0):
                return
            self._after[message.run_id] = message.sequence
        try:
            self._listener(message)
        except Exception:  # noqa: BLE001 - a listener's fault doesn't end the stream
            _log.exception("A listener to runs failed")
        if isinstance(message, RecordedEvent) and isinstance(message.event, RunFinished):
            self._after.pop(message.run_id, None)
            if self._run_id is not None:
                self._over.set()
