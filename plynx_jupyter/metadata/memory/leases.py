"""Who holds leases in memory."""

from __future__ import annotations

from .cache_entries import MemoryCacheEntries
from .runs import MemoryRuns


class MemoryLeases(MemoryRuns, MemoryCacheEntries):
    """See ``metadata.base.LeaseStore``."""

    def lease_owners(self) -> set[str]:
        """Return everybody who holds a lease."""
        with self._lock:
            owners = {owner for owner, _ in self._leases.values()}
            return owners | {stored.owner for stored in self._runs.values() if stored.owner is not None}

    def release_all(self, owner: str) -> None:
        """Give back all leases of ``owner``."""
        with self._lock:
            self.release_keys([key for key, (holder, _) in self._leases.items() if holder == owner], owner)
            for run_id in self._runs:
                self.release_run(run_id, owner)
