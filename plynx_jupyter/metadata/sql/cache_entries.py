"""Cache entries in the database, and the leases on keys that are being computed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, select, update

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.errors import MetadataError
from plynx_jupyter.graph.records import resources_to_dict, time_from_text, time_to_text
from plynx_jupyter.graph.result_records import read_resources
from plynx_jupyter.metadata.digests import Outputs, entry_digests
from plynx_jupyter.model.ids import CacheKey, NodeId, RunId

from .columns import chunked, json_text, optional_time, optional_time_text, plain_text, reading_back
from .engine import Database, translated, upsert
from .tables import cache_entries, key_leases

_log = logging.getLogger(__name__)


class SqlCacheEntries:
    """See ``metadata.base.CacheStore``."""

    database: Database

    @translated
    def find_entries(self, keys: Iterable[CacheKey]) -> Mapping[CacheKey, CacheEntry]:
        """Return the entries there are."""
        rows: list[Any] = []
        with self.database.reading() as connection:
            for some in _groups(keys):
                rows += connection.execute(select(cache_entries).where(cache_entries.c.key.in_(some))).all()
        return {entry.key: entry for entry in _entries(rows)}

    @translated
    def add_entries(self, entries: Sequence[CacheEntry]) -> None:
        """Add entries, and mark those that are there with other outputs."""
        with self.database.writing() as connection:
            outputs: dict[str, Outputs] = {}
            for some in _groups(entry.key for entry in entries):
                statement = select(cache_entries.c.key, cache_entries.c.outputs)
                for row in connection.execute(statement.where(cache_entries.c.key.in_(some))).all():
                    outputs[row.key] = _output_digests(json.loads(row.outputs))
            new: dict[CacheKey, CacheEntry] = {}
            differing: set[CacheKey] = set()
            for entry in entries:
                digests = entry_digests(entry)
                if entry.key not in outputs:
                    outputs[entry.key] = digests
                    new[entry.key] = entry
                elif outputs[entry.key] != digests:
                    differing.add(entry.key)
            if new:
                connection.execute(cache_entries.insert(), [_row(entry) for entry in new.values()])
            for some in _groups(differing):
                mark = update(cache_entries).where(cache_entries.c.key.in_(some))
                connection.execute(mark.values(non_deterministic=True))

    @translated
    def touch_entries(self, keys: Iterable[CacheKey], at: datetime) -> None:
        """Note that entries were used."""
        with self.database.writing() as connection:
            for some in _groups(keys):
                statement = update(cache_entries).where(cache_entries.c.key.in_(some))
                connection.execute(statement.values(used_at=time_to_text(at)))

    @translated
    def nearest_entries(self, operation_digest: str, limit: int = 20) -> list[CacheEntry]:
        """Return the newest entries of one operation."""
        statement = (
            select(cache_entries)
            .where(cache_entries.c.operation_digest == operation_digest)
            .order_by(cache_entries.c.created_at.desc(), cache_entries.c.key)
            .limit(limit)
        )
        with self.database.reading() as connection:
            return _entries(connection.execute(statement).all())

    @translated
    def list_entries(self) -> list[CacheEntry]:
        """Return all entries, newest first."""
        statement = select(cache_entries).order_by(cache_entries.c.created_at.desc(), cache_entries.c.key)
        with self.database.reading() as connection:
            return _entries(connection.execute(statement).all())

    @translated
    def remove_entries(self, keys: Iterable[CacheKey]) -> int:
        """Remove entries; return how many there were."""
        with self.database.writing() as connection:
            return sum(
                connection.execute(delete(cache_entries).where(cache_entries.c.key.in_(some))).rowcount
                for some in _groups(keys)
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
                for some in _groups(keys)
            )

    @translated
    def lease_keys(self, keys: Sequence[CacheKey], owner: str, expires_at: datetime) -> set[CacheKey]:
        """Take or renew leases; return those that ``owner`` now holds."""
        now = time_to_text(datetime.now(timezone.utc))
        with self.database.writing() as connection:
            # Leases of programs that died would otherwise stay for ever.
            connection.execute(delete(key_leases).where(key_leases.c.expires_at <= now))
            taken: set[str] = set()
            for some in _groups(keys):
                statement = select(key_leases.c.key).where(
                    key_leases.c.key.in_(some), key_leases.c.owner != owner
                )
                taken.update(connection.execute(statement).scalars().all())
            free = dict.fromkeys(key for key in keys if key not in taken)
            until = time_to_text(expires_at)
            rows = [{"key": key, "owner": owner, "expires_at": until} for key in free]
            upsert(connection, key_leases, rows, ("owner", "expires_at"))
        return set(free)

    @translated
    def release_keys(self, keys: Iterable[CacheKey], owner: str) -> None:
        """Give leases back."""
        with self.database.writing() as connection:
            for some in _groups(keys):
                connection.execute(
                    delete(key_leases).where(key_leases.c.key.in_(some), key_leases.c.owner == owner)
                )


def _groups(keys: Iterable[CacheKey]) -> Iterator[Sequence[CacheKey]]:
    return chunked(list(dict.fromkeys(keys)))


def _output_digests(outputs: Mapping[str, Any]) -> Outputs:
    return {name: [resource["digest"] for resource in resources] for name, resources in outputs.items()}


def _row(entry: CacheEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "operation_digest": entry.operation_digest,
        "title": plain_text(entry.title),
        "run_id": entry.run_id,
        "node_id": entry.node_id,
        "created_at": time_to_text(entry.created_at),
        "used_at": optional_time_text(entry.used_at),
        "seconds": entry.seconds,
        "protected": entry.protected,
        "non_deterministic": entry.non_deterministic,
        "components": json_text(dict(entry.components)),
        "outputs": json_text(resources_to_dict(entry.outputs)),
        "logs": json_text(resources_to_dict(entry.logs)),
    }


def _entries(rows: Iterable[Any]) -> list[CacheEntry]:
    """Return the entries of rows; one that is damaged is a miss, not an error."""
    entries: list[CacheEntry] = []
    for row in rows:
        try:
            with reading_back(f"cache entry {row.key}"):
                entries.append(_entry(row))
        except MetadataError as error:
            _log.warning("%s", error)
    return entries


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
        used_at=optional_time(row.used_at),
        seconds=row.seconds,
        protected=row.protected,
        non_deterministic=row.non_deterministic,
    )
