"""Why a node has to run: the nearest earlier result of its operation, and what differs from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.json_value import JsonObject

from .difference import Difference, DifferenceKind, differences
from .entry import CacheEntry

_ID_DIGITS = 8
_SHOWN = 3


class MissReason(str, Enum):
    """Why no stored result stands for a node."""

    FIRST_TIME = "first_time"
    CHANGED = "changed"
    ARTIFACT_MISSING = "artifact_missing"
    NOT_CACHEABLE = "not_cacheable"
    CACHE_OFF = "cache_off"
    REQUESTED = "requested"


_SENTENCES = {
    MissReason.FIRST_TIME: "first time this operation runs",
    MissReason.NOT_CACHEABLE: "this node is not cacheable (`_cacheable` is false)",
    MissReason.CACHE_OFF: "this run doesn't use stored results",
    MissReason.REQUESTED: "it was asked to run again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a node has to run.

    ``run_id``, ``node_id`` and ``created_at`` tell which earlier result it was compared with, and
    ``differences`` what is different now; both only where there is such a result.
    """

    reason: MissReason
    differences: tuple[Difference, ...] = ()
    run_id: RunId | None = None
    node_id: NodeId | None = None
    created_at: datetime | None = None

    def sentence(self) -> str:
        """Return it as one line for a person (Markdown: names are code)."""
        if self.reason is MissReason.CHANGED:
            return self._changes()
        if self.reason is MissReason.ARTIFACT_MISSING:
            return f"the result of {self._source()} is gone from the storage, or damaged"
        return _SENTENCES[self.reason]

    def as_json(self) -> JsonObject:
        """Return it as a JSON object, the sentence included."""
        return {
            "reason": self.reason.value,
            "sentence": self.sentence(),
            "differences": [dict(difference.as_json()) for difference in self.differences],
            "run_id": self.run_id,
            "node_id": self.node_id,
            "created_at": None if self.created_at is None else self.created_at.isoformat(),
        }

    def _source(self) -> str:
        if self.run_id is None:
            return "an earlier run"
        shortened = "…" if len(self.run_id) > _ID_DIGITS else ""
        return f"run {self.run_id[:_ID_DIGITS]}{shortened}"

    def _changes(self) -> str:
        phrases = [_phrase(difference) for difference in self.differences[:_SHOWN]]
        if len(self.differences) > _SHOWN:
            phrases.append(f"{len(self.differences) - _SHOWN} more differences")
        return f"{'; '.join(phrases)} (compared with {self._source()})"


NOT_CACHEABLE = Explanation(reason=MissReason.NOT_CACHEABLE)
CACHE_OFF = Explanation(reason=MissReason.CACHE_OFF)
REQUESTED = Explanation(reason=MissReason.REQUESTED)


def explain_miss(
    components: JsonObject, candidates: Sequence[CacheEntry], *, title: str | None = None
) -> Explanation:
    """Explain why none of ``candidates`` (earlier entries of the same operation) has the key of ``components``.

    The nearest one is that with the fewest differences; among equals one whose title is ``title``, then the
    newest. An entry without differences has the very key: it missed because its artifacts did.
    """
    best: CacheEntry | None = None
    fewest: list[Difference] = []
    # Oldest first, so that a later candidate of the same rank takes the place.
    for candidate in sorted(candidates, key=lambda entry: entry.created_at):
        found = differences(candidate.components, components)
        rank = (len(found), candidate.title != title)
        if best is None or rank <= (len(fewest), best.title != title):
            best, fewest = candidate, found
    if best is None:
        return Explanation(reason=MissReason.FIRST_TIME)
    if not fewest:
        return explain_missing_artifact(best)
    return _compared_with(best, MissReason.CHANGED, tuple(fewest))


def explain_missing_artifact(entry: CacheEntry) -> Explanation:
    """Explain that there is a result, but (a part of) its content is gone or damaged."""
    return _compared_with(entry, MissReason.ARTIFACT_MISSING)


def _compared_with(entry: CacheEntry, reason: MissReason, found: tuple[Difference, ...] = ()) -> Explanation:
    return Explanation(
        reason=reason,
        differences=found,
        run_id=entry.run_id,
        node_id=entry.node_id,
        created_at=entry.created_at,
    )


def _phrase(difference: Difference) -> str:
    name, old, new = f"`{difference.name}`", difference.old, difference.new
    detail = f" ({difference.detail})" if difference.detail else ""
    kind = difference.kind
    if kind is DifferenceKind.CODE:
        return _code_phrase(difference)
    if kind is DifferenceKind.ENVIRONMENT:
        return f"{name} was {old or 'not installed'} and is {new or 'not installed'}"
    if kind is DifferenceKind.KIND:
        return f"it was of kind {old} and is of kind {new}"
    if kind is DifferenceKind.VERSION:
        return "results stored by another version of this program don't count"
    if kind is not DifferenceKind.PARAMETER:
        name = f"{kind.value} {name}"
    if old is None:
        return f"{name} is new: {new}"
    if new is None:
        return f"{name} is no longer there (it was {old})"
    if old == new:
        return f"{name} changed{detail}"
    return f"{name} was {old} and is {new}{detail}"


def _code_phrase(difference: Difference) -> str:
    what, _, name = difference.name.partition(" ")
    if what == "distribution":
        return f"`{name}` was {difference.old or 'not installed'} and is {difference.new or 'not installed'}"
    if what == "module":
        verb = "is new" if difference.old is None else "is gone" if difference.new is None else "changed"
        return f"the module `{name}` {verb}"
    if what == "location":
        return f"its function was `{difference.old}` and is `{difference.new}`"
    return "its code changed"
