"""Previews of artifacts, a few at a time and none for longer than somebody would wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from plynx_jupyter.resources.base import BaseResource, MimeBundle, PreviewObject, preview_of, thumbnail_of
from plynx_jupyter.resources.preview import note

T = TypeVar("T")


class PreviewService:
    """Makes previews in threads of their own.

    What they read and hold is bounded by ``PreviewObject``. One that takes longer than ``seconds`` is answered by a
    sentence; its place is free again only when it has ended, so slow ones can't take up all threads.
    """

    def __init__(self, *, at_once: int = 2, seconds: float = 20.0) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._working: set[asyncio.Task[object]] = set()

    async def preview(self, kind: type[BaseResource], content: PreviewObject) -> MimeBundle:
        """Return the preview of an artifact as ``kind``."""
        return await self._in_time(lambda: preview_of(kind, content), _too_slow(content))

    async def thumbnail(self, kind: type[BaseResource], content: PreviewObject) -> MimeBundle | None:
        """Return the thumbnail of an artifact as ``kind``, None if there is nothing to see."""
        return await self._in_time(lambda: thumbnail_of(kind, content), None)

    async def _in_time(self, make: Callable[[], T], otherwise: T) -> T:
        task = asyncio.get_running_loop().create_task(self._placed(make))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(task), self._seconds)
        except asyncio.TimeoutError:
            return otherwise

    async def _placed(self, make: Callable[[], T]) -> T:
        async with self._places:
            return await asyncio.to_thread(make)


def _too_slow(content: PreviewObject) -> MimeBundle:
    return note(content, "making a preview takes too long; download it", truncated=True)
