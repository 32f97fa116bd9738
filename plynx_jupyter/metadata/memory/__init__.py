"""The metadata store of tests and throw-away runs: dictionaries in this process."""

from .store import MemoryMetadata

__all__ = ["MemoryMetadata"]
