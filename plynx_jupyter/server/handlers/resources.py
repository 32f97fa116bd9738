"""Artifacts: their bytes, with ranges; bounded previews; and documents that a browser shows."""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO, Literal

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, authenticated

from plynx_jupyter.model.ids import Digest
from plynx_jupyter.resources.base import PreviewObject
from plynx_jupyter.resources.registry import canonical_file_type, get_resource, known_file_types
from plynx_jupyter.services.previews import PreviewService
from plynx_jupyter.storage.addressing import is_digest

from ..base import RESOURCE, PlynxHandler
from ..byte_ranges import is_known, wanted_range
from ..disposition import content_disposition
from ..inline_views import inline_view

_CHUNK_BYTES = 512 * 1024
_HEAD_BYTES = 4096
_PREVIEWS = "plynx_previews"
_DOWNLOAD_POLICY = "sandbox; default-src 'none'"


class ResourceHandler(PlynxHandler):
    """``GET`` and ``HEAD resources/{digest}``: the bytes, for download and in ranges.

    With ``?preview=true&file_type=…`` a bounded MIME bundle (``&thumbnail=true``: a small one, or null), with
    ``?view=true&file_type=…`` a document for a frame. ``filename`` says what the bytes are to be called.
    """

    _etag: str | None = None

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, digest: str) -> None:
        """Send an artifact piece by piece, never whole in memory."""
        if not is_digest(digest):
            raise HTTPError(404, log_message="There is no such resource.")
        artifacts = (await self.plynx()).artifacts
        stream = await asyncio.to_thread(artifacts.open, Digest(digest))
        try:
            size = await asyncio.to_thread(stream.seek, 0, 2)
            if self._flag("preview"):
                await self._preview(PreviewObject(lambda: artifacts.open(Digest(digest)), size, digest))
            else:
                await self._content(digest, stream, size)
        finally:
            await asyncio.to_thread(stream.close)

    head = get

    def compute_etag(self) -> str | None:
        """Return the digest of an artifact; other replies have theirs computed."""
        return self._etag or super().compute_etag()

    async def _preview(self, content: PreviewObject) -> None:
        kind = get_resource(self._file_type())
        previews: PreviewService = self.settings.setdefault(_PREVIEWS, PreviewService())
        thumbnail = self._flag("thumbnail")
        make = previews.thumbnail if thumbnail else previews.preview
        self.reply(data=await make(kind, content), size_bytes=content.size_bytes)

    async def _content(self, digest: str, stream: BinaryIO, size: int) -> None:
        await self._describe(digest, stream)
        self._etag = f'"{digest}"'
        self.set_header("ETag", self._etag)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Accept-Ranges", "bytes")
        asked = self.request.headers
        if is_known(asked.get("If-None-Match"), self._etag):
            self.set_status(304)
            self._end()
            return
        try:
            wanted = wanted_range(asked.get("Range"), asked.get("If-Range"), self._etag, size)
        except ValueError:
            self._refuse_range(size)
            return
        start, end = wanted or (0, size)
        if wanted:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.set_header("Content-Length", str(end - start))
        if self.request.method != "HEAD":
            await self._send(stream, start, end)
        self._end()

    async def _describe(self, digest: str, stream: BinaryIO) -> None:
        """Say what the bytes are: nothing in particular, unless they are asked for as a document."""
        shown: Literal["attachment", "inline"] = "attachment"
        content_type, policy = "application/octet-stream", _DOWNLOAD_POLICY
        if self._flag("view"):
            file_type = canonical_file_type(self.get_query_argument("file_type", "file"))
            await asyncio.to_thread(stream.seek, 0)
            view = inline_view(file_type, await asyncio.to_thread(stream.read, _HEAD_BYTES))
            if view is None:
                raise HTTPError(
                    415,
                    log_message="This artifact can't be shown as a document of that type: "
                    "ask for its preview, or download it.",
                )
            shown, content_type, policy = "inline", view.content_type, view.policy
        name = self.get_query_argument("filename", "")
        self.set_header("Content-Type", content_type)
        self.set_header("Content-Disposition", content_disposition(shown, name, digest[:12]))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        # Two policies, both of which count: Jupyter's says who may frame it, ours what it may do.
        self.set_header("Content-Security-Policy", JupyterHandler.content_security_policy.fget(self))
        self.add_header("Content-Security-Policy", policy)

    async def _send(self, stream: BinaryIO, start: int, end: int) -> None:
        """Send bytes at the pace at which they are taken."""
        await asyncio.to_thread(stream.seek, start)
        while start < end:
            chunk = await asyncio.to_thread(stream.read, min(_CHUNK_BYTES, end - start))
            if not chunk:  # the connection is closed before its time, so that the reader knows
                return
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:  # nobody reads any more
                return
            start += len(chunk)

    def _refuse_range(self, size: int) -> None:
        self._etag = None
        self.clear()
        self.set_status(416)
        self.set_header("Content-Range", f"bytes */{size}")
        self.reply("FAILED", code="range", message=f"The resource has {size} bytes.", data={})

    def _end(self) -> None:
        # Jupyter's own ``finish`` takes everything for JSON.
        self.finish(set_content_type=self._headers["Content-Type"])

    def _flag(self, name: str) -> bool:
        return bool(self.get_query_argument(name, "false").lower() in ("true", "1"))

    def _file_type(self) -> str:
        """Return the type that is asked for; one that isn't known is a file like any other."""
        name: Any = canonical_file_type(self.get_query_argument("file_type", "file"))
        return name if name in known_file_types() else "file"
