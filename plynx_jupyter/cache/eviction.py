"""What a clean-up removes: mark and sweep as a plan, carried out elsewhere or only shown (``--dry-run``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from plynx_jupyter.model.ids import CacheKey, Digest
from plynx_jupyter.model.resource import Resource

from .entry import CacheEntry

GRACE_SECONDS = 3600.0
"""How long an artifact that no record names is left alone: the record of it may be on its way."""


class Artifact(Protocol):
    """What has to be known of a stored artifact (``storage.base.StoredArtifact`` fits)."""

    @property
    def digest(self) -> Digest:
        """Its content address."""

    @property
    def size_bytes(self) -> int:
        """Its length."""

    @property
    def modified(self) -> datetime | None:
        """When it was written (aware UTC), None when the storage doesn't tell."""


class KeptReason(str, Enum):
    """Why an entry that was asked to go stays."""

    PROTECTED = "protected"
    SHOWN_BY_A_RUN = "shown_by_a_run"
    WITHIN_BUDGET = "within_budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvictionPlan:
    """What to remove: first the records of ``remove_keys``, then the artifacts ``remove_digests``.

    ``kept`` says why entries that were asked to go stay. ``young_digests`` would be removed but for the
    grace period: a later clean-up takes them. ``over_budget_bytes`` is by how much the entries that stay
    exceed the budget, because they may not go.
    """

    remove_keys: tuple[CacheKey, ...] = ()
    remove_digests: tuple[Digest, ...] = ()
    freed_bytes: int = 0
    kept: Mapping[CacheKey, KeptReason] = field(default_factory=dict)
    young_digests: tuple[Digest, ...] = ()
    over_budget_bytes: int = 0


def plan_eviction(
    entries: Sequence[CacheEntry],
    artifacts: Iterable[Artifact] = (),
    *,
    now: datetime,
    before: datetime | None = None,
    budget_bytes: int | None = None,
    operation: str | None = None,
    keep_referenced: AbstractSet[Digest] = frozenset(),
    include_referenced: bool = False,
    pinned: AbstractSet[Digest] = frozenset(),
    grace_seconds: float = GRACE_SECONDS,
) -> EvictionPlan:
    """Return what a clean-up removes from ``entries`` (all there are) and ``artifacts`` (all in the storage).

    Entries are asked to go when they were last used (or, never used, made) before ``before`` and belong to
    ``operation`` (a title or an operation digest); a criterion that is None asks nothing. With
    ``budget_bytes`` only the least recently used of these go, until the artifacts of all entries that stay
    fit; the budget counts each artifact once.

    Protected entries never go. Those with an artifact in ``keep_referenced`` (what stored runs show) go
    only with ``include_referenced``, and their artifacts with them. ``pinned`` artifacts (of running
    jobs, of graphs' own files) stay in any case. Artifacts that nothing names are swept with the rest, but
    for those younger than ``grace_seconds`` or of unknown age. Times are aware UTC.
    """
    digests_of = {entry.key: _digests(entry) for entry in entries}
    asked = [entry for entry in entries if _is_asked(entry, before, operation)]
    kept: dict[CacheKey, KeptReason] = {}
    for entry in asked:
        if entry.protected:
            kept[entry.key] = KeptReason.PROTECTED
        elif not include_referenced and not keep_referenced.isdisjoint(digests_of[entry.key]):
            kept[entry.key] = KeptReason.SHOWN_BY_A_RUN
    removable = [entry for entry in asked if entry.key not in kept]
    over_budget = 0
    if budget_bytes is not None:
        removable, over_budget = _least_recently_used(removable, entries, budget_bytes)
        going = {entry.key for entry in removable}
        for entry in asked:
            if entry.key not in going:
                kept.setdefault(entry.key, KeptReason.WITHIN_BUDGET)
    remove_keys = tuple(entry.key for entry in removable)
    going = set(remove_keys)
    staying = _union(digests for key, digests in digests_of.items() if key not in going)
    released = _union(digests_of[key] for key in going)
    # Runs still show what they show: only what the caller agreed to lose with these entries may go.
    marked = staying | pinned | (keep_referenced - released if include_referenced else keep_referenced)
    swept, young = _sweep(artifacts, marked, now - timedelta(seconds=grace_seconds))
    return EvictionPlan(
        remove_keys=remove_keys,
        remove_digests=tuple(artifact.digest for artifact in swept),
        freed_bytes=sum(artifact.size_bytes for artifact in swept),
        kept=kept,
        young_digests=tuple(artifact.digest for artifact in young),
        over_budget_bytes=over_budget,
    )


def plan_sweep(
    entries: Iterable[CacheEntry],
    artifacts: Iterable[Artifact],
    *,
    now: datetime,
    referenced: AbstractSet[Digest],
    grace_seconds: float = GRACE_SECONDS,
) -> EvictionPlan:
    """Return a plan that removes no entry, only artifacts that neither an entry nor ``referenced`` names."""
    marked = referenced | _union(_digests(entry) for entry in entries)
    swept, young = _sweep(artifacts, marked, now - timedelta(seconds=grace_seconds))
    return EvictionPlan(
        remove_digests=tuple(artifact.digest for artifact in swept),
        freed_bytes=sum(artifact.size_bytes for artifact in swept),
        young_digests=tuple(artifact.digest for artifact in young),
    )


def last_used(entry: CacheEntry) -> datetime:
    """Return when an entry was last of use: restored, or else made."""
    return entry.used_at or entry.created_at


def used_bytes(entries: Iterable[CacheEntry]) -> int:
    """Return how much storage the artifacts of ``entries`` take, each counted once."""
    sizes = {resource.digest: resource.size_bytes for entry in entries for resource in _stored(entry)}
    return sum(sizes.values())


def _stored(entry: CacheEntry) -> Iterator[Resource]:
    """Yield what an entry needs from the storage."""
    for ports in (entry.outputs, entry.logs):
        for resources in ports.values():
            yield from (resource for resource in resources if not resource.inline)


def _digests(entry: CacheEntry) -> set[Digest]:
    return {resource.digest for resource in _stored(entry)}


def _is_asked(entry: CacheEntry, before: datetime | None, operation: str | None) -> bool:
    if before is not None and last_used(entry) >= before:
        return False
    return operation is None or operation in (entry.title, entry.operation_digest)


def _least_recently_used(
    removable: Sequence[CacheEntry], entries: Sequence[CacheEntry], budget_bytes: int
) -> tuple[list[CacheEntry], int]:
    """Return which entries have to go for the others to fit, and how many bytes are still too many."""
    sizes = {resource.digest: resource.size_bytes for entry in entries for resource in _stored(entry)}
    uses = Counter(digest for entry in entries for digest in _digests(entry))
    total = sum(sizes.values())
    going: list[CacheEntry] = []
    for entry in sorted(removable, key=last_used):
        if total <= budget_bytes:
            break
        going.append(entry)
        for digest in _digests(entry):
            uses[digest] -= 1
            if not uses[digest]:
                total -= sizes[digest]
    return going, max(0, total - budget_bytes)


def _union(sets: Iterable[Iterable[Digest]]) -> set[Digest]:
    return {digest for digests in sets for digest in digests}


def _sweep(
    artifacts: Iterable[Artifact], marked: AbstractSet[Digest], newest: datetime
) -> tuple[list[Artifact], list[Artifact]]:
    """Return the unmarked artifacts, those that may go and those that are too young (or of unknown age)."""
    swept: list[Artifact] = []
    young: list[Artifact] = []
    for artifact in artifacts:
        if artifact.digest in marked:
            continue
        old = artifact.modified is not None and artifact.modified <= newest
        (swept if old else young).append(artifact)
    return swept, young
