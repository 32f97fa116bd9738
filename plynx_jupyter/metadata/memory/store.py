"""The parts of the store in memory as one."""

from __future__ import annotations

from .graphs import MemoryGraphs
from .leases import MemoryLeases
from .operations import MemoryOperations
from .references import MemoryReferences
from .users import MemoryUsers


class MemoryMetadata(MemoryGraphs, MemoryOperations, MemoryLeases, MemoryReferences, MemoryUsers):
    """All records in memory; see ``metadata.base.MetadataStore``. They are gone with the process."""

    def close(self) -> None:
        """Do nothing: there are no connections."""
