"""Cache entries and all leases in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.metadata.digests import entry_digests
from plynx_jupyter.model.ids import CacheKey

from .matching import utc_now
from .records import MemoryRecords


class MemoryCacheEntries(MemoryRecords):
    """See ``metadata.base.CacheStore``."""

    def find_entries(self, keys: Iterable[CacheKey]) -> Mapping[CacheKey, CacheEntry]:
        """Return the entries there are."""
        with self._lock:
            return {key: self._entries[key] for key in keys if key in self._entries}

    def add_entries(self, entries: Sequence[CacheEntry]) -> None:
        """Add entries, and mark those that are there with other outputs."""
        with self._lock:
            for entry in entries:
                there = self._entries.setdefault(entry.key, entry)
                if entry_digests(there) != entry_digests(entry):
                    self._entries[entry.key] = replace(there, non_deterministic=True)

    def touch_entries(self, keys: Iterable[CacheKey], at: datetime) -> None:
        """Note that entries were used."""
        with self._lock:
            for key, entry in self.find_entries(keys).items():
                self._entries[key] = replace(entry, used_at=at)

    def nearest_entries(self, operation_digest: str, limit: int = 20) -> list[CacheEntry]:
        """Return the newest entries of one operation."""
        return [entry for entry in self.list_entries() if entry.operation_digest == operation_digest][:limit]

    def list_entries(self) -> list[CacheEntry]:
        """Return all entries, newest first."""
        with self._lock:
            by_key = sorted(self._entries.values(), key=lambda entry: entry.key)
        return sorted(by_key, key=lambda entry: entry.created_at, reverse=True)

    def remove_entries(self, keys: Iterable[CacheKey]) -> int:
        """Remove entries; return how many there were."""
        with self._lock:
            return sum(self._entries.pop(key, None) is not None for key in keys)

    def protect_entries(self, keys: Iterable[CacheKey], protected: bool) -> int:
        """Protect entries, or no longer; return how many changed."""
        with self._lock:
            changed = [e for e in self.find_entries(keys).values() if e.protected != protected]
            self._entries.update({entry.key: replace(entry, protected=protected) for entry in changed})
            return len(changed)

    def lease_keys(self, keys: Sequence[CacheKey], owner: str, expires_at: datetime) -> set[CacheKey]:
        """Take or renew leases; return those that ``owner`` now holds."""
        with self._lock:
            now = utc_now()
            self._leases = {key: lease for key, lease in self._leases.items() if lease[1] > now}
            free = {key for key in keys if self._leases.get(key, (owner, now))[0] == owner}
            self._leases.update(dict.fromkeys(free, (owner, expires_at)))
            return free

    def release_keys(self, keys: Iterable[CacheKey], owner: str) -> None:
        """Give leases back."""
        with self._lock:
            for key in keys:
                if self._leases.get(key, ("", None))[0] == owner:
                    del self._leases[key]
