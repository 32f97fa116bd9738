"""The websocket of events: subscribe to runs, hear what happens, resume by sequence number."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from plynx_jupyter.errors import PlynxError
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.ids import RunId
from plynx_jupyter.services.event_bus import BusMessage
from plynx_jupyter.wire.replies import event_reply

from ..base import RESOURCE, ProblemHandler
from ..identity import IdentifiedHandler

_QUEUE = 1000
"""Passing messages (log text, progress) that a slow reader can be behind; the oldest go first."""
_MAX_MESSAGE_BYTES = 64 * 1024


class EventsHandler(ProblemHandler, IdentifiedHandler, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """``events``: send ``{"subscribe": RUN, "after": N}`` and hear that run's events from N + 1 on.

    A reader that can't keep up never holds a run back: recorded events are read from the store in order, as
    far as it got; of passing messages the oldest are left out, and it is told that some were.
    """

    auth_resource = RESOURCE

    @ws_authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Upgrade, once authorized."""
        upgraded = super().get(*args, **kwargs)
        if upgraded is not None:
            await upgraded

    def initialize(self, **_: Any) -> None:
        """Begin with no subscriptions."""
        self._subscriptions: dict[RunId, _Subscription] = {}

    @property
    def max_message_size(self) -> int:
        """Requests are short."""
        return _MAX_MESSAGE_BYTES

    async def on_message(self, message: str | bytes) -> None:
        """Take a request; what can't be understood is told, and the socket stays open."""
        try:
            request = json.loads(message)
            if not isinstance(request, dict):
                raise ValueError("not an object")
            if "subscribe" in request:
                await self._subscribe(RunId(str(request["subscribe"])), int(request.get("after", 0)))
            elif "unsubscribe" in request:
                subscription = self._subscriptions.pop(RunId(str(request["unsubscribe"])), None)
                if subscription is not None:
                    subscription.close()
            else:
                raise ValueError('say {"subscribe": RUN, "after": N} or {"unsubscribe": RUN}')
        except (ValueError, TypeError, RecursionError) as error:
            await self._send(
                {"kind": "error", "code": "malformed", "message": f"The request can't be read: {error}"}
            )
        except PlynxError as error:
            await self._send({"kind": "error", "code": error.code, "message": error.message})

    def on_close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions.values():
            subscription.close()
        self._subscriptions.clear()
        super().on_close()

    async def _subscribe(self, run_id: RunId, after: int) -> None:
        application = await self.plynx()
        await application.runs.load(run_id)
        before = self._subscriptions.pop(run_id, None)
        if before is not None:
            before.close()
        subscription = _Subscription(application, run_id, max(0, after), self._send)
        self._subscriptions[run_id] = subscription

    async def _send(self, message: dict[str, Any]) -> None:
        await self.write_message(json.dumps(message, ensure_ascii=False, default=str))


class _Subscription:
    """Brings one run's messages to one reader, at the reader's pace."""

    def __init__(
        self, application: Any, run_id: RunId, after: int, send: Callable[[dict[str, Any]], Any]
    ) -> None:
        self._application = application
        self._run_id = run_id
        self._after = after
        self._send = send
        self._passing: deque[BusMessage] = deque()
        self._left_out = 0
        self._news = asyncio.Event()
        self._news.set()
        self._unsubscribe = application.bus.subscribe(self._hear, run_id)
        self._task = asyncio.get_running_loop().create_task(self._run(), name="plynx-subscription")

    def close(self) -> None:
        """Stop."""
        self._unsubscribe()
        self._task.cancel()

    def _hear(self, message: BusMessage) -> None:
        if not isinstance(message, RecordedEvent):
            if len(self._passing) >= _QUEUE:
                self._passing.popleft()
                self._left_out += 1
            self._passing.append(message)
        self._news.set()

    async def _run(self) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._passing:
                    await self._send(event_reply(self._passing.popleft()))
                if self._left_out:
                    left_out, self._left_out = self._left_out, 0
                    await self._send({"kind": "left_out", "run_id": self._run_id, "messages": left_out})
                # Recorded events are read back from the store: in order, none twice, however slow the reader.
                for event in await self._application.runs.events(self._run_id, self._after):
                    await self._send(event_reply(event))
                    self._after = event.sequence
        except WebSocketClosedError:
            self._unsubscribe()
