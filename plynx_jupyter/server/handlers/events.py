"""The websocket of events: subscribe to runs and graphs, hear what happens, resume by sequence number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from plynx_jupyter.errors import InvalidInputError, PlynxError
from plynx_jupyter.model.ids import GraphId, RunId

from ..base import RESOURCE, ProblemHandler
from ..identity import IdentifiedHandler

if TYPE_CHECKING:
    from ..subscriptions import Subscription

ALL_RUNS = "*"
_MAX_MESSAGE_BYTES = 64 * 1024
_MOST_SUBSCRIPTIONS = 200
_USAGE = (
    'say {"subscribe": RUN, "after": N}, {"subscribe": "*"} or {"subscribe_graph": GRAPH}, '
    'or the same with "unsubscribe"'
)


class EventsHandler(ProblemHandler, IdentifiedHandler, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """``events``: hear what happens, as it happens, wherever on the same database that is.

    ``{"subscribe": RUN, "after": N}`` gives that run's events from N + 1 on, and what passes (log text, progress);
    ``{"subscribe": "*"}`` the runs that there are, as they start, change and end; ``{"subscribe_graph": GRAPH}`` when
    the graph is saved, and its runs. A reader that can't keep up never holds anything back: see ``subscriptions``.
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
        self._subscriptions: dict[tuple[str, str], Subscription] = {}
        self._is_closed = False

    @property
    def max_message_size(self) -> int:
        """Requests are short."""
        return _MAX_MESSAGE_BYTES

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to listen to requests, and to look after the connection."""
        super().open(*args, **kwargs)
        self.core.listeners.add(self)

    async def on_message(self, message: str | bytes) -> None:
        """Take a request; what can't be understood is told, and the socket stays open."""
        try:
            subject, after = _parse(message)
            if after is None:
                self._unsubscribe(subject)
            else:
                await self._subscribe(subject, after)
        except InvalidInputError as error:
            await self._tell({"kind": "error", "code": "malformed", "message": error.message})
        except PlynxError as error:
            about = {f"{subject[0]}_id": subject[1]} if subject[1] != ALL_RUNS else {}
            await self._tell({"kind": "error", "code": error.code, "message": error.message, **about})

    def on_close(self) -> None:
        """End all subscriptions."""
        self._is_closed = True
        self.core.listeners.discard(self)
        for subject in tuple(self._subscriptions):
            self._unsubscribe(subject)
        super().on_close()

    @property
    def subscriptions(self) -> int:
        """How many subscriptions are open."""
        return sum(not subscription.is_over for subscription in self._subscriptions.values())

    async def _subscribe(self, subject: tuple[str, str], after: int) -> None:
        """Open a subscription in the name of the user who asks: the one place where that is done.

        One to the same subject takes the place of the one before.
        """
        from ..subscriptions import GraphSubscription, RunsSubscription, RunSubscription

        self._unsubscribe(subject)
        self._subscriptions = {k: s for k, s in self._subscriptions.items() if not s.is_over}
        if len(self._subscriptions) >= _MOST_SUBSCRIPTIONS:
            raise InvalidInputError(
                f"This socket has {_MOST_SUBSCRIPTIONS} subscriptions, which is all it can have. End some of them."
            )
        kind, name = subject
        subscription: Subscription
        if kind == "graph":
            subscription = GraphSubscription(GraphId(name), self._send)
        elif name == ALL_RUNS:
            subscription = RunsSubscription(self._send)
        else:
            subscription = RunSubscription(RunId(name), after, self._send)
        await subscription.open(await self.plynx())
        if self._is_closed:  # meanwhile
            subscription.close()
        else:
            self._subscriptions[subject] = subscription

    def _unsubscribe(self, subject: tuple[str, str]) -> None:
        subscription = self._subscriptions.pop(subject, None)
        if subscription is not None:
            subscription.close()

    async def _send(self, message: dict[str, Any]) -> None:
        await self.write_message(json.dumps(message, ensure_ascii=False, default=str))

    async def _tell(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except WebSocketClosedError:
            self.log.debug("A listener left before it could be answered")


def _parse(message: str | bytes) -> tuple[tuple[str, str], int | None]:
    """Return the subject of a request, and after which event to begin; None to end the subscription.

    >>> _parse('{"subscribe": "65a0", "after": 3}')
    (('run', '65a0'), 3)
    >>> _parse('{"unsubscribe_graph": "65b0"}')
    (('graph', '65b0'), None)
    """
    try:
        request = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"The request isn't JSON: {error}") from error
    names = [name for name in _REQUESTS if isinstance(request, dict) and name in request]
    if len(names) != 1 or set(request) - {names[0], "after"}:
        raise InvalidInputError(f"The request can't be understood: {_USAGE}.")
    (name,) = names
    subject, after = request[name], request.get("after", 0)
    if not isinstance(subject, str) or not subject:
        raise InvalidInputError(f"The request can't be understood: `{name}` takes an id.")
    if not isinstance(after, int) or isinstance(after, bool):
        raise InvalidInputError("The request can't be understood: `after` is a whole number.")
    kind, is_begin = _REQUESTS[name]
    return (kind, subject), max(0, after) if is_begin else None


_REQUESTS = {
    "subscribe": ("run", True),
    "unsubscribe": ("run", False),
    "subscribe_graph": ("graph", True),
    "unsubscribe_graph": ("graph", False),
}
