"""The application on a thread of this process: services on an event loop, called from plain code."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from plynx_jupyter.app import Application
from plynx_jupyter.services.session import Session
from plynx_jupyter.settings import Settings

T = TypeVar("T")

_lock = threading.Lock()
_shared: dict[Path, EmbeddedApplication] = {}


class EmbeddedApplication:
    """An ``Application`` on a thread of its own, and the session of the user whom this process works for.

    ``call`` may be used from any thread but that one. Close it, or use it in a ``with`` statement.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="plynx-application", daemon=True)
        self._thread.start()
        self._closed = False
        self.application = Application(settings)
        try:
            self.session = self.call(self._open())
        except BaseException:
            self._stop()
            raise

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked of it any more."""
        return self._closed

    def __enter__(self) -> EmbeddedApplication:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the application's loop and return its result; an interrupt leaves it running."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Cancel the runs in hand, stop the cluster if it is ours, close the stores."""
        if not self._closed:
            self._closed = True
            try:
                self.call(self.application.__aexit__())
            finally:
                self._stop()

    async def _open(self) -> Session:
        application = await self.application.__aenter__()
        try:
            return application.session(await application.users.seen(self.settings.user))
        except BaseException:
            await application.__aexit__()
            raise

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _stop(self) -> None:
        self._closed = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def shared_application(settings: Settings) -> EmbeddedApplication:
    """Return this process's application for ``settings.home``, started on first use and closed at exit."""
    with _lock:
        embedded = _shared.get(settings.home)
        if embedded is None or embedded.is_closed:
            embedded = _shared[settings.home] = EmbeddedApplication(settings)
            _at_exit(embedded.close)
        return embedded


def _at_exit(close: Callable[[], None]) -> None:
    """Have ``close`` called when the interpreter ends, while threads can still be started.

    ``atexit`` is too late: by then ``concurrent.futures`` takes no more work. Its own hook is registered where
    ours is, and those registered last are called first.
    """
    import concurrent.futures.thread  # noqa: F401 - registers its hook

    register = getattr(threading, "_register_atexit", atexit.register)
    register(close)
