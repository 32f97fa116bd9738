"""All use cases of one user: the services, with what the user may see and do checked for every object."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import EvictionPlan
from plynx_jupyter.errors import ArtifactMissingError, NotFoundError
from plynx_jupyter.metadata.base import ArtifactReferences, Query, RunSummary
from plynx_jupyter.metadata.digests import graph_digests, operation_digests
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run, RunOptions
from plynx_jupyter.model.user import ApiToken, Policy, TokenKind, User
from plynx_jupyter.storage.base import ArtifactStore, StoredArtifact

from .access import Access, absent
from .cache import CacheService, CacheUse, CleanRequest
from .comparing import RunComparison
from .feed import Feed, GraphListener, MessageListener, RunChange, RunListener
from .graphs import GraphService
from .hubs import UserHubs
from .operations import OperationService
from .planning import NodeForecast, PlanService
from .platform import PlatformService
from .runs import RunService
from .tokens import TokenService
from .uploads import Upload, begin_upload
from .users import UserService
from .workload import Workload, workload

if TYPE_CHECKING:
    from plynx_jupyter.execution.base import WorkerState
    from plynx_jupyter.hubs.catalog import HubCatalog
    from plynx_jupyter.metadata.base import MetadataStore

    from .event_bus import EventBus
    from .run_driver import RunDriver


class Session:
    """What a user does, by the same names as the services have it.

    Nothing behind it is reached around it: handlers get a session and nothing else.
    """

    def __init__(
        self,
        user: User,
        *,
        metadata: MetadataStore,
        store: ArtifactStore,
        driver: RunDriver,
        bus: EventBus,
        feed: Feed,
        graphs: GraphService,
        operations: OperationService,
        runs: RunService,
        plans: PlanService,
        cache: CacheService,
        platform: PlatformService,
        hubs: HubCatalog,
        users: UserService,
        tokens: TokenService,
    ) -> None:
        self.user = user
        self.access = Access(user, metadata)
        self.artifacts = UserArtifacts(self.access, store, metadata)
        self.graphs = UserGraphs(self.access, graphs, self.artifacts)
        self.platform = platform
        self.hubs = UserHubs(self.access, hubs)
        self.operations = UserOperations(self.access, operations, self.artifacts, self.hubs)
        self.runs = UserRuns(self.access, runs, self.artifacts)
        self.plans = UserPlans(self.access, plans, self.artifacts)
        self.cache = UserCache(self.access, cache)
        self.users = UserAdministration(self.access, users)
        self.tokens = UserTokens(self.access, tokens)
        self.bus = bus
        self.feed = UserFeed(self.access, feed)
        self._driver = driver

    async def workers(self) -> Sequence[WorkerState]:
        """Return the workers there are now; none before the first job."""
        self.access.require(Policy.CAN_VIEW_WORKFLOWS)
        return await self._driver.backend.workers()

    async def workload(self) -> Workload:
        """Return who works at what and what waits, of all users: what to show of it is ``access``'s to say."""
        return workload(await self.workers(), self._driver.under_way())


class UserArtifacts:
    """Artifacts, as far as an object that the user sees (or an upload of theirs) points at them."""

    def __init__(self, access: Access, store: ArtifactStore, references: ArtifactReferences) -> None:
        self._access = access
        self._store = store
        self._references = references

    def open(self, digest: Digest) -> BinaryIO:
        """Open an artifact for reading; the stream is seekable. Blocks."""
        self.check([digest])
        return self._store.open(digest)

    def put_stream(self, stream: BinaryIO) -> StoredArtifact:
        """Store what the user brings along. Blocks."""
        self.require_uploads()
        artifact = self._store.put_stream(stream)
        self._references.hold_upload(self._access.user.name, artifact.digest)
        return artifact

    async def begin_upload(self) -> Upload:
        """Begin to take in what the user brings along, piece by piece."""
        self.require_uploads()
        return await begin_upload(self._store, self._references, self._access.user.name)

    def require_uploads(self) -> None:
        """Raise ``NotAllowedError`` unless the user may bring artifacts along."""
        if not self._access.user.may(Policy.CAN_RUN_WORKFLOWS):
            self._access.require(Policy.CAN_CREATE_OPERATIONS)

    def check(self, digests: Iterable[Digest]) -> None:
        """Raise ``ArtifactMissingError`` for the first artifact that isn't the user's to see. Blocks."""
        user = self._access.user
        if user.may(Policy.CAN_VIEW_OTHERS_WORKFLOWS) and user.may(Policy.CAN_VIEW_OTHERS_OPERATIONS):
            return
        for digest in digests:
            if not any(
                author == user.name if kind == "upload" else self._access.sees(kind, author)
                for kind, author in self._references.holders_of(digest)
            ):
                raise ArtifactMissingError(f"There is no artifact {digest}.", digest=digest)


class UserGraphs:
    """Graphs: see ``GraphService``."""

    def __init__(self, access: Access, graphs: GraphService, artifacts: UserArtifacts) -> None:
        self._access = access
        self._graphs = graphs
        self._artifacts = artifacts

    async def save(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Store a graph of the user's own, or of somebody whose graphs they may change; its author stays."""
        author = await self._access.to_save("graph", graph.id)
        await asyncio.to_thread(self._artifacts.check, graph_digests(graph))
        return await self._graphs.save(
            replace(graph, author=author), expected_update_date=expected_update_date
        )

    async def load(self, graph_id: GraphId) -> Graph:
        """Return a stored graph."""
        await self._access.to_view("graph", graph_id)
        return await self._graphs.load(graph_id)

    async def delete(self, graph_id: GraphId) -> None:
        """Remove a graph; its runs stay."""
        await self._access.to_change("graph", graph_id)
        await self._graphs.delete(graph_id)

    async def list(self, query: Query) -> tuple[Sequence[Graph], int]:
        """Return a page of the graphs that the user may see."""
        return await self._graphs.list(replace(query, visible_to=self._access.scope("graph")))


class UserOperations:
    """Operations: see ``OperationService``."""

    def __init__(
        self, access: Access, operations: OperationService, artifacts: UserArtifacts, hubs: UserHubs
    ) -> None:
        self._access = access
        self._operations = operations
        self._artifacts = artifacts
        self._hubs = hubs

    async def save(self, operation: Operation) -> Operation:
        """Store an operation of the user's own (administrators: anybody's); its author stays."""
        author = await self._access.to_save("operation", operation.id)
        await asyncio.to_thread(self._artifacts.check, operation_digests(operation))
        return await self._operations.save(replace(operation, author=author))

    async def load(self, operation_id: OperationId) -> Operation:
        """Return a stored operation, or one that a hub has."""
        if await self._access.author("operation", operation_id) is None:
            found = await self._hubs.load(operation_id)
            if found is not None:
                return found
        await self._access.to_view("operation", operation_id)
        return await self._operations.load(operation_id)

    async def list(self, query: Query) -> tuple[Sequence[Operation], int]:
        """Return a page of the operations that the user may see."""
        return await self._operations.list(replace(query, visible_to=self._access.scope("operation")))


class UserRuns:
    """Runs: see ``RunService``."""

    def __init__(self, access: Access, runs: RunService, artifacts: UserArtifacts) -> None:
        self._access = access
        self._runs = runs
        self._artifacts = artifacts

    async def start(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> Run:
        """Start a run, which is the user's own."""
        self._access.require(Policy.CAN_RUN_WORKFLOWS)
        await asyncio.to_thread(self._artifacts.check, graph_digests(graph))
        return await self._runs.start(graph, options=options, folder=folder, author=self._access.user.name)

    async def cancel(self, run_id: RunId, node_ids: tuple[NodeId, ...] = ()) -> None:
        """Ask for a run, or only some of its nodes, to be stopped."""
        await self._access.to_change("run", run_id)
        await self._runs.cancel(run_id, node_ids)

    async def wait(self, run_id: RunId) -> Run:
        """Wait for the end of a run that is in hand here, and return it as stored."""
        await self._access.to_view("run", run_id)
        return await self._runs.wait(run_id)

    async def load(self, run_id: RunId) -> Run:
        """Return a run as stored."""
        await self._access.to_view("run", run_id)
        return await self._runs.load(run_id)

    async def find(self, prefix: str) -> RunId:
        """Return the run whose id begins with ``prefix``."""
        scope = self._access.scope("run")
        try:
            run_id = await self._runs.find(prefix)
        except NotFoundError:
            if scope is None:
                raise
            # What it says may name runs that aren't the user's to see.
            raise absent("run", prefix) from None
        author = await self._access.author("run", run_id)
        if author is None or not self._access.sees("run", author):
            raise absent("run", prefix)
        return run_id

    async def node_runs(self, run_id: RunId) -> Mapping[NodeId, NodeRun]:
        """Return the state of each node, in the order of the graph."""
        await self._access.to_view("run", run_id)
        return await self._runs.node_runs(run_id)

    async def events(
        self, run_id: RunId, after: int = 0, limit: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return the run's events with a sequence number above ``after``, at most ``limit`` of them."""
        await self._access.to_view("run", run_id)
        return await self._runs.events(run_id, after, limit)

    async def last_sequence(self, run_id: RunId) -> int:
        """Return the sequence number of the run's newest event; 0 if there is none yet."""
        await self._access.to_view("run", run_id)
        return await self._runs.last_sequence(run_id)

    async def compare(self, run_ids: Sequence[RunId]) -> RunComparison:
        """Return what differs between runs, in the order of ``run_ids``."""
        for run_id in run_ids:
            await self._access.to_view("run", run_id)
        return await self._runs.compare(run_ids)

    async def list(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """Return a page of the runs that the user may see."""
        return await self._runs.list(replace(query, visible_to=self._access.scope("run")))


class UserPlans:
    """Forecasts: see ``PlanService``."""

    def __init__(self, access: Access, plans: PlanService, artifacts: UserArtifacts) -> None:
        self._access = access
        self._plans = plans
        self._artifacts = artifacts

    async def forecast(
        self, graph: Graph, *, options: RunOptions | None = None, folder: Path | None = None
    ) -> list[NodeForecast]:
        """Return a forecast for each node; as it reads the files that the graph names, it takes what a run does."""
        self._access.require(Policy.CAN_RUN_WORKFLOWS)
        await asyncio.to_thread(self._artifacts.check, graph_digests(graph))
        return await self._plans.forecast(graph, options=options, folder=folder)


class UserFeed:
    """What happens: see ``Feed``. Asked once, when the user begins to follow something."""

    def __init__(self, access: Access, feed: Feed) -> None:
        self._access = access
        self._feed = feed

    async def follow_run(self, run_id: RunId, listener: MessageListener) -> Callable[[], None]:
        """Call ``listener`` with the messages of a run, and with None when there may be new events of it."""
        await self._access.to_view("run", run_id)
        return self._feed.follow_run(run_id, listener)

    async def follow_runs(self, listener: RunListener) -> Callable[[], None]:
        """Call ``listener`` with every change of a run that the user may see."""
        self._access.scope("run")

        def pass_on(change: RunChange, run: RunSummary) -> None:
            if self._access.sees("run", run.author):
                listener(change, run)

        return await self._feed.follow_runs(pass_on)

    async def follow_graph(
        self, graph_id: GraphId, listener: GraphListener
    ) -> tuple[Callable[[], None], datetime | None]:
        """Call ``listener`` whenever the graph is saved; returns what ends that, and when it was last saved."""
        await self._access.to_view("graph", graph_id)
        saved_at = await self._feed.graph_date(graph_id)
        return self._feed.follow_graph(graph_id, saved_at, listener), saved_at


class UserCache:
    """The cache: see ``CacheService``. It is everybody's, so changing it is for administrators."""

    def __init__(self, access: Access, cache: CacheService) -> None:
        self._access = access
        self._cache = cache

    async def entries(self) -> Sequence[CacheEntry]:
        """Return all entries, newest first."""
        self._access.require(Policy.CAN_VIEW_OTHERS_WORKFLOWS)
        return await self._cache.entries()

    async def use(self) -> CacheUse:
        """Return how much there is."""
        self._access.require(Policy.CAN_VIEW_WORKFLOWS)
        return await self._cache.use()

    async def protect(self, keys: Iterable[CacheKey], protected: bool = True) -> int:
        """Keep entries from being cleaned, or no longer; return how many that changed."""
        self._access.require(Policy.IS_ADMIN)
        return await self._cache.protect(keys, protected)

    async def clean(self, request: CleanRequest) -> EvictionPlan:
        """Remove entries and the artifacts that nothing needs any more; return what was (or would be) removed."""
        self._access.require(Policy.IS_ADMIN)
        return await self._cache.clean(request)


class UserAdministration:
    """Users: see ``UserService``. Everybody may look at themselves; all else is for administrators."""

    def __init__(self, access: Access, users: UserService) -> None:
        self._access = access
        self._users = users

    async def find(self, name: str) -> User:
        """Return a user."""
        if name == self._access.user.name:
            return self._access.user
        self._access.require(Policy.IS_ADMIN)
        return await self._users.find(name)

    async def list(self) -> Sequence[User]:
        """Return all users by name."""
        self._access.require(Policy.IS_ADMIN)
        return await self._users.list()

    async def create(
        self, name: str, *, display_name: str = "", policies: Iterable[Policy] | None = None
    ) -> User:
        """Add a user."""
        self._access.require(Policy.IS_ADMIN)
        return await self._users.create(name, display_name=display_name, policies=policies)

    async def set_active(self, name: str, active: bool) -> User:
        """Let a user in, or no longer."""
        self._access.require(Policy.IS_ADMIN)
        return await self._users.set_active(name, active)

    async def set_policies(self, name: str, policies: Iterable[Policy]) -> User:
        """Replace a user's policies."""
        self._access.require(Policy.IS_ADMIN)
        return await self._users.set_policies(name, policies=policies)


class UserTokens:
    """API tokens of the user's own: see ``TokenService``."""

    def __init__(self, access: Access, tokens: TokenService) -> None:
        self._access = access
        self._tokens = tokens

    async def issue(
        self, kind: TokenKind = TokenKind.ACCESS, *, lifetime: timedelta | None = None, note: str = ""
    ) -> tuple[str, ApiToken]:
        """Make a token of the user's own."""
        return await self._tokens.issue(self._access.user.name, kind, lifetime=lifetime, note=note)

    async def list(self) -> Sequence[ApiToken]:
        """Return the user's tokens, newest first."""
        return await self._tokens.list(self._access.user.name)

    async def revoke(self, token_id: str) -> None:
        """Make one of the user's tokens worthless."""
        await self._tokens.revoke(token_id, user=self._access.user.name)
