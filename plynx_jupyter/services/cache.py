"""The cache as people look after it: what is in it, how much it takes, and cleaning it up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import GRACE_SECONDS, EvictionPlan, plan_eviction, used_bytes
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.storage.base import ArtifactStore


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How much there is: entries, the bytes of their artifacts, and all artifacts in the storage."""

    entries: int
    entry_bytes: int
    artifacts: int
    artifact_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRequest:
    """What to clean: see ``cache.eviction.plan_eviction`` for each criterion; ``dry_run`` only plans."""

    before: datetime | None = None
    budget_bytes: int | None = None
    operation: str | None = None
    include_referenced: bool = False
    grace_seconds: float = GRACE_SECONDS
    dry_run: bool = False

    def for_real(self) -> CleanRequest:
        """Return the same request, to be carried out."""
        return replace(self, dry_run=False)


class CacheService:
    """Use cases around the cache."""

    def __init__(self, metadata: MetadataStore, store: ArtifactStore) -> None:
        self._metadata = metadata
        self._store = store

    async def entries(self) -> Sequence[CacheEntry]:
        """Return all entries, newest first."""
        return await asyncio.to_thread(self._metadata.list_entries)

    async def use(self) -> CacheUse:
        """Return how much there is."""

        def count() -> CacheUse:
            entries = self._metadata.list_entries()
            sizes = [artifact.size_bytes for artifact in self._store]
            return CacheUse(len(entries), used_bytes(entries), len(sizes), sum(sizes))

        return await asyncio.to_thread(count)

    async def protect(self, keys: Iterable[CacheKey], protected: bool = True) -> int:
        """Keep entries from being cleaned, or no longer; return how many that changed."""
        return await asyncio.to_thread(self._metadata.protect_entries, list(keys), protected)

    async def clean(self, request: CleanRequest) -> EvictionPlan:
        """Remove entries and the artifacts that nothing needs any more; return what was (or would be) removed.

        Records go first: an artifact is removed only when no record speaks of it.
        """
        return await asyncio.to_thread(self._clean, request)

    def _clean(self, request: CleanRequest) -> EvictionPlan:
        plan = plan_eviction(
            self._metadata.list_entries(),
            list(self._store),
            now=datetime.now(timezone.utc),
            before=request.before,
            budget_bytes=request.budget_bytes,
            operation=request.operation,
            keep_referenced=self._metadata.shown_digests(),
            include_referenced=request.include_referenced,
            pinned=self._metadata.pinned_digests(),
            grace_seconds=request.grace_seconds,
        )
        if not request.dry_run:
            self._metadata.remove_entries(plan.remove_keys)
            self._store.delete(plan.remove_digests)
        return plan
