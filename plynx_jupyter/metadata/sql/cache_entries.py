"""Cache entries in the database, and the leases on keys that are being computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, select, update

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.graph.result_records import read_resources, resources_to_dict, time_from_text, time_to_text
from plynx_jupyter.model.ids import CacheKey, NodeId, RunId
from plynx_jupyter.model.resource import Resource

from .engine import Database, translated, upsert
from .pages import MAX_PER_STATEMENT
from .tables import cache_entries, key_leases

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class SqlCacheEntries:
    """See ``metadata.base.CacheStore``."""

    database: Database

    @translated
    def find_entries(self, keys: Iterable[CacheKey]) -> Mapping[CacheKey, CacheEntry]:
        """Return the entries there are."""
        found: dict[CacheKey, CacheEntry] = {}
        with self.database.reading() as connection:
            for some in _chunks(keys):
                statement = select(cache_entries).where(cache_entries.c.key.in_(some))
                for row in connection.execute(statement):
                    found[CacheKey(row.key)] = _entry(row)
        return found

    @translated
    def add_entries(self, entries: Sequence[CacheEntry]) -> None:
        """Add entries, and mark those that are there with other outputs."""
        newest = {entry.key: entry for entry in entries}
        with self.database.writing() as connection:
            differing: list[CacheKey] = []
            for some in _chunks(newest):
                statement = select(cache_entries.c.key, cache_entries.c.outputs).where(
                    cache_entries.c.key.in_(some)
                )
                for row in connection.execute(statement):
                    entry = newest.pop(CacheKey(row.key))
                    if _digests(read_resources(json.loads(row.outputs))) != _digests(entry.outputs):
                        differing.append(entry.key)
            if newest:
                connection.execute(cache_entries.insert(), [_row(entry) for entry in newest.values()])
            for some in _chunks(differing):
                statement_ = update(cache_entries).where(cache_entries.c.key.in_(some))
                connection.execute(statement_.values(non_deterministic=True))

    @translated
    def touch_entries(self, keys: Iterable[CacheKey], at: datetime) -> None:
        """Note that entries were used."""
        with self.database.writing() as connection:
            for some in _chunks(keys):
                statement = update(cache_entries).where(cache_entries.c.key.in_(some))
                connection.execute(statement.values(used_at=time_to_text(at)))

    @translated
    def nearest_entries(self, operation_digest: str, limit: int = 20) -> list[CacheEntry]:
        """Return the newest entries of one operation."""
        statement = (
            select(cache_entries)
            .where(cache_entries.c.operation_digest == operation_digest)
            .order_by(cache_entries.c.created_at.desc())
            .limit(limit)
        )
        with self.database.reading() as connection:
            return [_entry(row) for row in connection.execute(statement)]

    @translated
    def list_entries(self) -> list[CacheEntry]:
        """Return all entries, newest first."""
        statement = select(cache_entries).order_by(cache_entries.c.created_at.desc())
        with self.database.reading() as connection:
            return [_entry(row) for row in connection.execute(statement)]

    @translated
    def remove_entries(self, keys: Iterable[CacheKey]) -> int:
        """Remove entries; return how many there were."""
        with self.database.writing() as connection:
            return sum(
                connection.execute(delete(cache_entries).where(cache_entries.c.key.in_(some))).rowcount
                for some in _chunks(keys)
            )

    @translated
    def protect_entries(self, keys: Iterable[CacheKey], protected: bool) -> int:
        """Protect entries, or no longer; return how many changed."""
        with self.database.writing() as connection:
            return sum(
                connection.execute(
                    update(cache_entries)
                    .where(cache_entries.c.key.in_(some), cache_entries.c.protected != protected)
                    .values(protected=protected)
                ).rowcount
                for some in _chunks(keys)
            )

    @translated
    def lease_keys(self, keys: Sequence[CacheKey], owner: str, expires_at: datetime) -> set[CacheKey]:
        """Take or renew leases; return those that ``owner`` now holds."""
        now = time_to_text(datetime.now(timezone.utc))
        with self.database.writing() as connection:
            taken: set[str] = set()
            for some in _chunks(keys):
                statement = select(key_leases.c.key).where(
                    key_leases.c.key.in_(some), key_leases.c.owner != owner, key_leases.c.expires_at > now
                )
                taken.update(connection.execute(statement).scalars())
            free = dict.fromkeys(key for key in keys if key not in taken)
            until = time_to_text(expires_at)
            rows = [{"key": key, "owner": owner, "expires_at": until} for key in free]
            upsert(connection, key_leases, rows, ("owner", "expires_at"))
        return set(free)

    @translated
    def release_keys(self, keys: Iterable[CacheKey], owner: str) -> None:
        """Give leases back."""
        with self.database.writing() as connection:
            for some in _chunks(keys):
                connection.execute(
                    delete(key_leases).where(key_leases.c.key.in_(some), key_leases.c.owner == owner)
                )


def _chunks(keys: Iterable[CacheKey]) -> Iterator[list[CacheKey]]:
    listed = list(keys)
    for start in range(0, len(listed), MAX_PER_STATEMENT):
        yield listed[start : start + MAX_PER_STATEMENT]


def _digests(resources: Mapping[str, tuple[Resource, ...]]) -> dict[str, list[str]]:
    return {name: [resource.digest for resource in values] for name, values in resources.items()}


def _row(entry: CacheEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "operation_digest": entry.operation_digest,
        "title": entry.title,
        "run_id": entry.run_id,
        "node_id": entry.node_id,
        "created_at": time_to_text(entry.created_at),
        "used_at": None if entry.used_at is None else time_to_text(entry.used_at),
        "seconds": entry.seconds,
        "protected": entry.protected,
        "non_deterministic": entry.non_deterministic,
        "components": _dumps(dict(entry.components)),
        "outputs": _dumps(resources_to_dict(entry.outputs)),
        "logs": _dumps(resources_to_dict(entry.logs)),
    }


def _entry(row: Any) -> CacheEntry:
    return CacheEntry(
        key=CacheKey(row.key),
        operation_digest=row.operation_digest,
        title=row.title,
        components=json.loads(row.components),
        outputs=read_resources(json.loads(row.outputs)),
        logs=read_resources(json.loads(row.logs)),
        run_id=RunId(row.run_id),
        node_id=NodeId(row.node_id),
        created_at=time_from_text(row.created_at),
        used_at=None if row.used_at is None else time_from_text(row.used_at),
        seconds=row.seconds,
        protected=row.protected,
        non_deterministic=row.non_deterministic,
    )
