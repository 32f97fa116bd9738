"""The cache: what is in it, how much it takes, protecting and cleaning."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from plynx_jupyter.cache.eviction import GRACE_SECONDS
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.services.cache import CleanRequest
from plynx_jupyter.wire.models import CacheCleanRequest, ProtectRequest
from plynx_jupyter.wire.replies import cache_entry_reply, eviction_reply

from ..base import RESOURCE, PlynxHandler

_MOST_ENTRIES = 2000


class CacheHandler(PlynxHandler):
    """``GET cache``: a page of the stored results, newest first."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Return ``per_page`` entries after the first ``offset`` ones, and how many there are."""
        offset = self._whole_number("offset", 0, most=2**31)
        per_page = self._whole_number("per_page", 20, most=_MOST_ENTRIES)
        plynx = await self.plynx()
        entries = await plynx.cache.entries()
        page = entries[offset : offset + per_page]
        self.reply(items=[cache_entry_reply(entry) for entry in page], total_count=len(entries))

    def _whole_number(self, name: str, default: int, *, most: int) -> int:
        text = self.get_query_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and int(text) <= most):
            raise HTTPError(400, reason=f"{name} is a whole number up to {most}.")
        return int(text)


class CacheUseHandler(PlynxHandler):
    """``GET cache/use``: how much space the cache takes."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Count entries and artifacts."""
        plynx = await self.plynx()
        self.reply(use=asdict(await plynx.cache.use()))


class CacheProtectHandler(PlynxHandler):
    """``POST cache/protect``: keep results from being cleaned."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Protect the entries of these keys, or no longer; say how many that changed."""
        body = self.read_json(ProtectRequest)
        plynx = await self.plynx()
        self.reply(changed=await plynx.cache.protect(list(map(CacheKey, body.keys)), body.protected))


class CacheCleanHandler(PlynxHandler):
    """``POST cache/clean``: remove results, and artifacts that nothing needs."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Remove them, or with ``dry_run`` only say what would be removed."""
        body = self.read_json(CacheCleanRequest)
        request = CleanRequest(
            before=body.before,
            budget_bytes=body.budget_bytes,
            operation=body.operation,
            include_referenced=body.include_referenced,
            grace_seconds=GRACE_SECONDS if body.grace_seconds is None else body.grace_seconds,
            dry_run=body.dry_run,
        )
        plynx = await self.plynx()
        self.reply(plan=eviction_reply(await plynx.cache.clean(request)))
