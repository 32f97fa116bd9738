"""The wish that a job stop: set from any thread, noticed by whoever waits for the job."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CancelToken:
    """Asks one job to stop. It can be set once and never unset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._set

    def cancel(self) -> None:
        """Ask the job to stop; may be called from any thread, and more than once."""
        with self._lock:
            if self._set:
                return
            self._set = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called on cancel (at once when that has been) and return how to end that.

        The callback runs on the thread that cancels; it must be short and must not raise.
        """
        with self._lock:
            if not self._set:
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
