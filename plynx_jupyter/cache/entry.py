"""A cache entry: a result that may be used again, with the components of its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from plynx_jupyter.model.ids import CacheKey, NodeId, RunId
from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """The result stored under a key.

    ``components`` is what the key was made from (see ``cache.key``), kept so that a later miss can be
    explained. ``operation_digest`` groups entries of one operation. ``seconds`` is how long the computation
    took. Times are aware UTC.
    """

    key: CacheKey
    operation_digest: str
    title: str
    components: JsonObject
    outputs: Mapping[str, tuple[Resource, ...]]
    logs: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    run_id: RunId
    node_id: NodeId
    created_at: datetime
    used_at: datetime | None = None
    seconds: float
    protected: bool = False
    non_deterministic: bool = False
