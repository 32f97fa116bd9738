"""What the handlers of one server share: the application, opened when it is first needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING

from plynx_jupyter.settings import Settings

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from plynx_jupyter.app import Application

    from .handlers.events import EventsHandler

_RESUME_EVERY_SECONDS = 10.0
"""A run whose driver has died can be taken up once its lease has expired, so it is looked for again and again."""


class Core:
    """The application of a Jupyter server, on the server's own event loop.

    Importing the application costs a third of a second (SQLAlchemy), so that too waits for the first request,
    or until the server has been up for a moment and there may be runs to go on with.
    """

    def __init__(
        self, settings: Settings, log: logging.Logger, event_logger: EventLogger | None = None
    ) -> None:
        self.settings = settings
        self._log = log
        self._event_logger = event_logger
        self._end_observing: Callable[[], Awaitable[None]] | None = None
        self.listeners: set[EventsHandler] = set()
        """The open websockets of events."""
        self._lock = asyncio.Lock()
        self._application: Application | None = None
        self._resuming: asyncio.Task[None] | None = None

    @property
    def owner(self) -> str:
        """Who everybody is that Jupyter knows no name of.

        That is the account the server runs under, whatever browser is used: Jupyter's token login gives each
        browser a name of its own, which nothing may hang on.
        """
        return self.settings.user

    async def application(self) -> Application:
        """Return the application, opening it if need be."""
        async with self._lock:
            if self._application is None:
                self._application = await self._open()
            return self._application

    async def start(self) -> None:
        """Begin to look for runs to go on with, if this home has ever been used; else when it first is."""
        if self.settings.database_url or (self.settings.home / "plynx.sqlite").exists():
            self._begin_to_resume()

    async def stop(self) -> None:
        """Let go of everything; runs in hand are left for the next server to go on with."""
        if self._resuming is not None:
            self._resuming.cancel()
            await asyncio.gather(self._resuming, return_exceptions=True)
        async with self._lock:
            if self._end_observing is not None:
                await self._end_observing()
                self._end_observing = None
            if self._application is not None:
                await self._application.leave()
                self._application = None

    def _begin_to_resume(self) -> None:
        if self._resuming is None:
            self._resuming = asyncio.get_running_loop().create_task(self._resume(), name="plynx-resume")

    async def _open(self) -> Application:
        # In a thread, so that the server answers others meanwhile.
        await asyncio.to_thread(import_module, "plynx_jupyter.app")
        from plynx_jupyter.app import Application

        from .observers import observe

        application = Application(self.settings)
        await application.__aenter__()
        self._end_observing = observe(application, self._event_logger, self.listeners)
        self._begin_to_resume()
        return application

    async def _resume(self) -> None:
        """Take up runs whose driver is gone, now and whenever another one's lease has expired."""
        while True:
            try:
                application = await self.application()
                for run_id in await application.runs.resume_unfinished():
                    self._log.info("Going on with run %s", run_id, extra={"run_id": run_id})
            except Exception:  # noqa: BLE001 - it is tried again
                self._log.exception("Runs to go on with couldn't be looked for")
            await asyncio.sleep(_RESUME_EVERY_SECONDS)
