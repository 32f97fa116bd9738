from __future__ import annotations

from pathlib import Path

import pytest

from plynx_jupyter.hubs.base import HubContext
from plynx_jupyter.metadata.memory.store import MemoryMetadata


@pytest.fixture
def metadata() -> MemoryMetadata:
    return MemoryMetadata()


@pytest.fixture
def context(metadata: MemoryMetadata, tmp_path: Path) -> HubContext:
    return HubContext(operations=metadata, folder=tmp_path)
