from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import (
    EvictionPlan,
    KeptReason,
    last_used,
    plan_eviction,
    plan_sweep,
    used_bytes,
)
from plynx_jupyter.model.ids import CacheKey, Digest, NodeId, RunId
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.storage.base import StoredArtifact

NOW = datetime(2025, 6, 30, tzinfo=timezone.utc)
SIZE = 100


def day(number: int) -> datetime:
    return NOW - timedelta(days=30 - number)


def entry(name: str, *digests: str, made: int = 1, used: int | None = None, **more: Any) -> CacheEntry:
    values: dict[str, Any] = {"title": "Train", "operation_digest": "op"} | more
    return CacheEntry(
        key=CacheKey(name),
        components={},
        outputs={"out": tuple(Resource("file", Digest(digest), SIZE) for digest in digests)},
        run_id=RunId("run"),
        node_id=NodeId("node"),
        created_at=day(made),
        used_at=None if used is None else day(used),
        seconds=1.0,
        **values,
    )


def artifacts(*digests: str, made: int = 1) -> list[StoredArtifact]:
    return [StoredArtifact(Digest(digest), SIZE, day(made)) for digest in digests]


def plan(entries: Sequence[CacheEntry], *digests: str, **options: Any) -> EvictionPlan:
    return plan_eviction(entries, artifacts(*digests), now=NOW, **options)


def test_everything_goes_when_nothing_else_is_asked() -> None:
    found = plan([entry("a", "1"), entry("b", "2", "3")], "1", "2", "3")
    assert found.remove_keys == ("a", "b")
    assert set(found.remove_digests) == {"1", "2", "3"}
    assert found.freed_bytes == 300


def test_only_entries_not_used_since_a_date_go() -> None:
    entries = [entry("old", "1", made=1), entry("used", "2", made=1, used=20), entry("new", "3", made=20)]
    found = plan(entries, "1", "2", "3", before=day(10))
    assert (found.remove_keys, found.remove_digests) == (("old",), ("1",))


def test_only_entries_of_one_operation_go() -> None:
    entries = [entry("a", "1", title="Split"), entry("b", "2", operation_digest="other"), entry("c", "3")]
    assert plan(entries, operation="Split").remove_keys == ("a",)
    assert plan(entries, operation="other").remove_keys == ("b",)


def test_protected_entries_never_go() -> None:
    found = plan([entry("a", "1", protected=True)], "1", include_referenced=True, budget_bytes=0)
    assert (found.remove_keys, found.remove_digests) == ((), ())
    assert found.kept == {"a": KeptReason.PROTECTED}
    assert found.over_budget_bytes == SIZE


def test_what_a_stored_run_shows_stays_unless_told() -> None:
    entries = [entry("shown", "1", "2"), entry("not", "3")]
    shown = frozenset({Digest("1"), Digest("9")})
    found = plan(entries, "1", "2", "3", "9", keep_referenced=shown)
    assert found.remove_keys == ("not",)
    assert found.remove_digests == ("3",)
    assert found.kept == {"shown": KeptReason.SHOWN_BY_A_RUN}
    told = plan(entries, "1", "2", "3", "9", keep_referenced=shown, include_referenced=True)
    assert set(told.remove_keys) == {"shown", "not"}
    assert set(told.remove_digests) == {"1", "2", "3"}  # 9 is shown, and belongs to no entry that goes


def test_pinned_artifacts_stay_in_any_case() -> None:
    found = plan([entry("a", "1", "2")], "1", "2", pinned=frozenset({Digest("1")}), include_referenced=True)
    assert (found.remove_keys, found.remove_digests) == (("a",), ("2",))


def test_an_artifact_shared_with_an_entry_that_stays_stays() -> None:
    found = plan([entry("a", "1", "2"), entry("b", "2", made=20)], "1", "2", before=day(10))
    assert found.remove_digests == ("1",)
    assert found.freed_bytes == SIZE


def test_logs_are_part_of_an_entry() -> None:
    logs = {"stdout": (Resource("text", Digest("log"), SIZE),)}
    entries = [entry("a", "1", logs=logs)]
    assert set(plan(entries, "1", "log").remove_digests) == {"1", "log"}
    assert plan(entries, "1", "log", before=day(0)).remove_digests == ()
    assert used_bytes(entries) == 2 * SIZE


def test_inline_values_are_not_in_the_storage() -> None:
    inline = Resource("int", Digest("1"), SIZE, inline=True, value=3)
    held = replace(entry("a"), outputs={"out": (inline,)})
    assert used_bytes([held]) == 0
    found = plan([held], keep_referenced=frozenset({Digest("1")}))
    assert found.remove_keys == ("a",)


def test_a_budget_takes_the_least_recently_used_first() -> None:
    entries = [
        entry("middle", "2", made=5),
        entry("oldest", "1", made=1),
        entry("used lately", "3", made=1, used=25),
    ]
    found = plan(entries, "1", "2", "3", budget_bytes=150)
    assert found.remove_keys == ("oldest", "middle")
    assert found.kept == {"used lately": KeptReason.WITHIN_BUDGET}
    assert plan(entries, "1", "2", "3", budget_bytes=300).remove_keys == ()


def test_a_budget_counts_shared_artifacts_once() -> None:
    entries = [entry("a", "1", made=1), entry("b", "1", made=2), entry("c", "2", made=3)]
    assert plan(entries, "1", "2", budget_bytes=200).remove_keys == ()
    assert plan(entries, "1", "2", budget_bytes=100).remove_keys == ("a", "b")


def test_a_budget_and_a_date_only_take_what_both_allow() -> None:
    entries = [entry("a", "1", made=1), entry("b", "2", made=20), entry("c", "3", made=2)]
    found = plan(entries, "1", "2", "3", budget_bytes=0, before=day(10))
    assert found.remove_keys == ("a", "c")
    assert found.over_budget_bytes == SIZE


def test_young_artifacts_wait_for_a_later_sweep() -> None:
    stored = [
        StoredArtifact(Digest("young"), SIZE, NOW - timedelta(seconds=30)),
        StoredArtifact(Digest("old"), SIZE, NOW - timedelta(seconds=90)),
        StoredArtifact(Digest("ageless"), SIZE, None),
    ]
    found = plan_eviction([], stored, now=NOW, grace_seconds=60)
    assert found.remove_digests == ("old",)
    assert found.young_digests == ("young", "ageless")


def test_a_sweep_removes_only_what_nothing_names() -> None:
    found = plan_sweep(
        [entry("a", "1")], artifacts("1", "2", "3"), now=NOW, referenced=frozenset({Digest("2")})
    )
    assert (found.remove_keys, found.remove_digests, found.freed_bytes) == ((), ("3",), SIZE)


@dataclass(frozen=True)
class World:
    entries: list[CacheEntry]
    stored: list[StoredArtifact]
    shown: frozenset[Digest]
    pinned: frozenset[Digest]
    options: dict[str, Any]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    names = st.sampled_from([Digest(letter) for letter in "abcdefgh"])
    some = st.frozensets(names, max_size=4)
    entries = [
        entry(
            str(number),
            *sorted(draw(some)),
            made=draw(st.integers(1, 29)),
            used=draw(st.none() | st.integers(1, 29)),
            protected=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    stored = [StoredArtifact(digest, SIZE, day(draw(st.integers(1, 30)))) for digest in sorted(draw(some))]
    options = {
        "before": draw(st.none() | st.integers(1, 30).map(day)),
        "budget_bytes": draw(st.none() | st.integers(0, 900)),
        "include_referenced": draw(st.booleans()),
    }
    return World(entries, stored, draw(some), draw(some), options)


@given(worlds())
def test_no_plan_takes_what_must_stay(world: World) -> None:
    found = plan_eviction(
        world.entries,
        world.stored,
        now=NOW,
        keep_referenced=world.shown,
        pinned=world.pinned,
        **world.options,
    )
    going = set(found.remove_keys)
    removed = set(found.remove_digests)
    needed = {
        resource.digest
        for held in world.entries
        if held.key not in going
        for resources in held.outputs.values()
        for resource in resources
    }
    assert not removed & (needed | world.pinned)
    assert not any(held.protected for held in world.entries if held.key in going)
    assert not going & set(found.kept)
    before = world.options["before"]
    assert before is None or all(last_used(held) < before for held in world.entries if held.key in going)
    if not world.options["include_referenced"]:
        assert not removed & world.shown
    assert removed <= {artifact.digest for artifact in world.stored}
    assert found.freed_bytes == SIZE * len(removed)
