"""Bodies that are taken in piece by piece, after it was decided whether they are wanted at all."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated, stream_request_body

from .base import RESOURCE, PlynxHandler
from .limits import DEFAULT_UPLOAD_LIMIT, UPLOAD_LIMIT

_BEYOND_LIMIT = 1 << 20
"""Tornado gives up a connection at once when a body is too long for it; up to this it's for us to say so."""


@stream_request_body
class ReceivingHandler(PlynxHandler):
    """Base of handlers for bodies of any length.

    Who asks, whether they may, and whether the announced length is within the limit is known before the first
    byte of the body is read; a client that waits for that (``Expect: 100-continue``) never sends it in vain.
    Nothing more is read from the connection until what came has been dealt with.
    """

    _came = 0
    _discarding: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Let the body in, or refuse it."""
        await super().prepare()
        if self.request.method in ("POST", "PUT"):
            await self._admit()

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def _admit(self) -> None:
        plynx = await self.plynx()
        plynx.artifacts.require_uploads()
        encoding = self.request.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise HTTPError(
                415, log_message=f"A body with Content-Encoding {encoding} isn't taken; send it plain."
            )
        length = self.request.headers.get("Content-Length", "")
        if length.isdecimal():
            self._check_length(int(length))
        self.request.connection.set_max_body_size(self._limit + _BEYOND_LIMIT)
        await self.begin()

    async def data_received(self, chunk: bytes) -> None:
        """Take in what came; if that fails, say so at once and let the connection go."""
        if self._finished:
            return
        self._came += len(chunk)
        try:
            self._check_length(self._came)
            await self.receive(chunk)
        except Exception as error:  # noqa: BLE001 - Tornado would close the connection without a word
            if not self._finished:
                status = error.status_code if isinstance(error, HTTPError) else 500
                self.log_exception(*sys.exc_info())
                self.send_error(status, exc_info=sys.exc_info())

    def on_finish(self) -> None:
        """Let go of what wasn't used."""
        self._let_go()
        super().on_finish()

    def on_connection_close(self) -> None:
        """Let go of what came of a body that was cut off."""
        self._let_go()
        super().on_connection_close()

    async def begin(self) -> None:
        """Get ready for the body."""

    async def receive(self, chunk: bytes) -> None:
        """Take in a piece of the body."""

    async def discard(self) -> None:
        """Let go of what came and wasn't used; called at the end, whatever it was."""

    @property
    def _limit(self) -> int:
        limit: int = self.settings.get(UPLOAD_LIMIT, DEFAULT_UPLOAD_LIMIT)
        return limit

    def _check_length(self, length: int) -> None:
        if length > self._limit:
            raise HTTPError(
                413,
                log_message=f"At most {self._limit} bytes can be uploaded at once to this server "
                "(c.PlynxApp.max_upload_bytes).",
            )

    def _let_go(self) -> None:
        if self._discarding is None:
            self._discarding = asyncio.get_running_loop().create_task(self.discard())


def media_type(handler: Any) -> str:
    """Return the type of the body, without parameters, in lower case."""
    header: str = handler.request.headers.get("Content-Type", "")
    return header.partition(";")[0].strip().lower()
