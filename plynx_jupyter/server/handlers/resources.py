"""Artifacts: their bytes, with ranges, and bounded previews."""

from __future__ import annotations

import asyncio
import re

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.resources.base import PreviewObject, preview_of
from plynx_jupyter.resources.registry import get_resource

from ..base import RESOURCE, PlynxHandler

_CHUNK_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class ResourceHandler(PlynxHandler):
    """``GET resources/{digest}``: the bytes; with ``?preview=true&file_type=…`` a bounded MIME bundle."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, digest: str) -> None:
        """Send an artifact piece by piece, never whole in memory."""
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise HTTPError(404, reason="There is no such resource.")
        plynx = await self.plynx()
        store = plynx.artifacts
        stream = await asyncio.to_thread(store.open, Digest(digest))
        try:
            size = await asyncio.to_thread(stream.seek, 0, 2)
            if self.get_query_argument("preview", "false").lower() == "true":
                kind = get_resource(self.get_query_argument("file_type", "file"))
                preview = PreviewObject(lambda: store.open(Digest(digest)), size, digest)
                self.reply(data=await asyncio.to_thread(preview_of, kind, preview), size_bytes=size)
                return
            wanted = self._wanted(size)
            if wanted is None:
                self.set_status(416)
                self.set_header("Content-Range", f"bytes */{size}")
                self.reply("FAILED", code="range", message=f"The resource has {size} bytes.", data={})
                return
            start, end = wanted
            # What users made is never run as a page of this server's.
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f'attachment; filename="{digest[:12]}"')
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Content-Security-Policy", "sandbox")
            self.set_header("Accept-Ranges", "bytes")
            self.set_header("Content-Length", str(end - start))
            await asyncio.to_thread(stream.seek, start)
            while start < end:
                chunk = await asyncio.to_thread(stream.read, min(_CHUNK_BYTES, end - start))
                if not chunk:
                    break
                self.write(chunk)
                await self.flush()
                start += len(chunk)
            await super(PlynxHandler, self).finish()
        finally:
            stream.close()

    def _wanted(self, size: int) -> tuple[int, int] | None:
        """Return which bytes the request asks for, as start and end; None when it has none of them."""
        header = self.request.headers.get("Range")
        match = _RANGE.fullmatch(header) if header else None
        if match is None or match.groups() == ("", ""):
            return 0, size
        first, last = match.groups()
        start = max(0, size - int(last)) if not first else int(first)
        end = min(size, int(last) + 1) if first and last else size
        if start >= size or start >= end:
            return None
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        return start, end
