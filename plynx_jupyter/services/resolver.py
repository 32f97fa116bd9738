"""Whether a stored result stands for a node: keys, batched look-ups, and one computation per key at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.fingerprint import fingerprint_code
from plynx_jupyter.cache.key import cache_key, key_components, operation_digest
from plynx_jupyter.cache.policy import environment_components
from plynx_jupyter.errors import MetadataError, NotCanonicalError, PlynxError, StorageError
from plynx_jupyter.graph.system_parameters import declared_packages, environment_policy, is_cacheable
from plynx_jupyter.metadata.base import CacheStore
from plynx_jupyter.model.ids import CacheKey, Digest, NodeId
from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.storage.base import ArtifactStore

LEASE_SECONDS = 60.0
"""How long the right to compute a key is held without being renewed."""
_POLL_SECONDS = 0.5
"""How often a key that another process computes is looked at; there is no event across processes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the cache knows a node by, once its inputs are there; ``key`` is None if it isn't cacheable."""

    key: CacheKey | None
    operation_digest: str = ""
    components: JsonObject = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One node to resolve. ``answer`` is called once, on the loop, with the entry found, or None for a miss."""

    node_id: NodeId
    identity: Identity
    use_cache: bool
    answer: Callable[[CacheEntry | None], None]


def identify(node: Node, inputs: Mapping[str, Sequence[Resource]], import_paths: tuple[str, ...]) -> Identity:
    """Return the key of a node with these inputs, and what it was made from."""
    if not is_cacheable(node):
        return Identity(None, reason="not_cacheable")
    command = node.value(CMD)
    code = fingerprint_code(
        node.kind,
        command if isinstance(command, Code) else None,
        node.code_function_location,
        import_paths,
    )
    environment = environment_components(environment_policy(node), declared_packages(node))
    try:
        components = key_components(node=node, inputs=inputs, code=code, environment=environment)
        return Identity(cache_key(components), operation_digest(node), components)
    except NotCanonicalError as error:
        return Identity(None, reason=str(error))


def damaged(entries: Iterable[CacheEntry], store: ArtifactStore) -> set[CacheKey]:
    """Return the keys of the entries whose artifacts are no longer all in the store."""
    needed: dict[CacheKey, set[Digest]] = {
        entry.key: {r.digest for rs in entry.outputs.values() for r in rs if not r.inline}
        for entry in entries
    }
    wanted = set().union(*needed.values()) if needed else set()
    present = store.existing(wanted) if wanted else set()
    return {key for key, digests in needed.items() if not digests <= present}


class Resolver:
    """Answers, for nodes whose inputs are known, whether a stored result stands for them.

    Within this process, and through leases also across those that share the database, a key is computed
    once: whoever asks for it while it is being computed gets that result. ``landed`` must be called for every
    key that was answered with a miss, when its computation is over.
    """

    def __init__(self, metadata: CacheStore, store: ArtifactStore, owner: str) -> None:
        self._metadata = metadata
        self._store = store
        self._owner = owner
        self._flights: dict[CacheKey, list[Question]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def resolve(self, questions: Sequence[Question]) -> None:
        """Answer all questions that can be answered now; the rest are answered when their key has landed."""
        look_up: dict[CacheKey, list[Question]] = {}
        for question in questions:
            key = question.identity.key
            if key is None or not question.use_cache:
                question.answer(None)
            elif key in self._flights:
                self._flights[key].append(question)
            else:
                look_up.setdefault(key, []).append(question)
        if not look_up:
            return
        for key in look_up:  # from here on, others who ask join the first
            self._flights[key] = []
        entries, leased = await self._find_or_lease(list(look_up))
        elsewhere: list[Question] = []
        for key, asking in look_up.items():
            if key in entries:
                self._settle(key, asking, entries[key])
            elif key in leased:
                asking[0].answer(None)
                if key in self._flights:
                    self._flights[key].extend(asking[1:])
            else:
                elsewhere.extend(asking)
        if elsewhere:
            self._spawn(self._wait_for_others(elsewhere))

    def landed(self, key: CacheKey, entry: CacheEntry | None) -> None:
        """Note that the computation of ``key`` is over, with a result or without one."""
        waiting = self._flights.pop(key, None)
        if waiting is None:
            return
        if entry is not None:
            for question in waiting:
                question.answer(entry)
        elif waiting:
            self._spawn(self.resolve(waiting))
        self._spawn(self._release([key]))

    def keys_in_flight(self) -> list[CacheKey]:
        """Return the keys that are being computed here (or asked for)."""
        return list(self._flights)

    async def renew(self) -> None:
        """Renew the leases on all keys that are being computed here."""
        keys = self.keys_in_flight()
        if keys:
            await asyncio.to_thread(self._metadata.lease_keys, keys, self._owner, _expiry())

    async def close(self) -> None:
        """Forget all questions and give back all leases."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        keys = self.keys_in_flight()
        self._flights.clear()
        if keys:
            await self._release(keys)

    def _settle(self, key: CacheKey, asking: Sequence[Question], entry: CacheEntry) -> None:
        waiting = self._flights.pop(key, [])
        for question in (*asking, *waiting):
            question.answer(entry)

    async def _find_or_lease(
        self, keys: list[CacheKey]
    ) -> tuple[Mapping[CacheKey, CacheEntry], set[CacheKey]]:
        """Return the sound entries, and the other keys that are now ours to compute.

        A store that doesn't answer costs the use of the cache for these nodes, not the run.
        """
        try:
            return await asyncio.to_thread(self._find_or_lease_blocking, keys)
        except (MetadataError, StorageError) as error:
            _log.warning("The cache can't be looked up, %d nodes run instead: %s", len(keys), error)
            return {}, set(keys)

    def _find_or_lease_blocking(
        self, keys: list[CacheKey]
    ) -> tuple[Mapping[CacheKey, CacheEntry], set[CacheKey]]:
        found = self._sound(self._metadata.find_entries(keys))
        missing = [key for key in keys if key not in found]
        if not missing:
            return found, set()
        leased = self._metadata.lease_keys(missing, self._owner, _expiry())
        # Somebody may have finished between the look-up and the lease.
        late = self._sound(self._metadata.find_entries(missing)) if len(leased) < len(missing) else {}
        return {**found, **late}, leased - set(late)

    def _sound(self, entries: Mapping[CacheKey, CacheEntry]) -> dict[CacheKey, CacheEntry]:
        """Drop (and remove) entries whose artifacts are gone: a miss, never an error."""
        bad = damaged(entries.values(), self._store)
        if bad:
            _log.warning("%d cached results lost their artifacts and are computed again", len(bad))
            self._metadata.remove_entries(bad)
        return {key: entry for key, entry in entries.items() if key not in bad}

    async def _wait_for_others(self, questions: Sequence[Question]) -> None:
        """Look at keys that another process computes until each is there, or is ours to compute."""
        open_questions: dict[CacheKey, list[Question]] = {}
        for question in questions:
            assert question.identity.key is not None
            open_questions.setdefault(question.identity.key, []).append(question)
        while open_questions:
            await asyncio.sleep(_POLL_SECONDS)
            entries, leased = await self._find_or_lease(list(open_questions))
            for key in list(open_questions):
                if key in entries:
                    self._settle(key, open_questions.pop(key), entries[key])
                elif key in leased:
                    asking = open_questions.pop(key)
                    asking[0].answer(None)
                    if key in self._flights:
                        self._flights[key].extend(asking[1:])

    async def _release(self, keys: list[CacheKey]) -> None:
        try:
            await asyncio.to_thread(self._metadata.release_keys, keys, self._owner)
        except PlynxError as error:
            _log.warning("Leases couldn't be given back; they expire by themselves: %s", error)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="plynx-resolver")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _expiry() -> datetime:
    return datetime.now(timezone.utc) + timedelta(seconds=LEASE_SECONDS)
