"""What a metadata store can do: the contract that every store passes the same tests for.

All methods are synchronous and may block; asyncio code calls them through ``asyncio.to_thread``. A method
that returned has been made durable. ``NotFoundError`` is raised for ids that aren't there,
``MetadataError`` when the store can't be reached or its schema is newer than this program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.model.event import RecordedEvent
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import CacheKey, Digest, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import OperationStatus, RunStatus
from plynx_jupyter.model.user import ApiToken, User

ObjectKind: TypeAlias = Literal["graph", "operation", "run"]
"""What has an author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A page of a list: free ``words`` that must all occur in title or description (case ignored), filters, window.

    An empty filter doesn't filter. ``titles`` and ``descriptions`` are words of that field alone; ``file_types``
    (of any port, of inputs, of outputs) are those that an operation has one of. ``author`` and ``visible_to``
    both name an author that the objects must have; the first is what was asked for, the second is what the
    asking user may see. Results are newest first by ``insertion_date`` (runs: ``created_at``).
    """

    words: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    author: str | None = None
    visible_to: str | None = None
    kinds: tuple[str, ...] = ()
    file_types: tuple[str, ...] = ()
    input_file_types: tuple[str, ...] = ()
    output_file_types: tuple[str, ...] = ()
    statuses: tuple[OperationStatus | RunStatus, ...] = ()
    graph_id: GraphId | None = None
    offset: int = 0
    per_page: int = 20


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run without its graph, for lists. ``counts`` is the number of nodes by status value."""

    id: RunId
    graph_id: GraphId
    title: str
    status: RunStatus
    author: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[str, int] = field(default_factory=dict)
    owner: str | None = None
    owner_expires_at: datetime | None = None


class GraphStore(Protocol):
    """Graphs as people edit them."""

    def save_graph(self, graph: Graph, *, expected_update_date: datetime | None = None) -> Graph:
        """Insert or replace a graph and return it with its dates set.

        When ``expected_update_date`` is given and the stored graph has another one, raise ``ConflictError``
        whose data holds both (``stored_update_date``, ``expected_update_date``, ISO strings).
        """

    def load_graph(self, graph_id: GraphId) -> Graph:
        """Return a graph with its nodes."""

    def list_graphs(self, query: Query) -> tuple[Sequence[Graph], int]:
        """Return one page without nodes (``nodes`` is empty) and the number of all that match."""

    def graph_dates(self, graph_ids: Iterable[GraphId]) -> Mapping[GraphId, datetime]:
        """Return when each of these was last saved; ids that aren't there are left out."""

    def delete_graph(self, graph_id: GraphId) -> None:
        """Remove a graph; its runs stay."""


class OperationStore(Protocol):
    """The catalogue."""

    def save_operation(self, operation: Operation) -> Operation:
        """Insert or replace an operation and return it with its dates set."""

    def load_operation(self, operation_id: OperationId) -> Operation:
        """Return an operation."""

    def list_operations(self, query: Query) -> tuple[Sequence[Operation], int]:
        """Return one page and the number of all that match."""


class RunStore(Protocol):
    """Runs: a snapshot, the state of each node, and the log of events they follow from."""

    def create_run(self, run: Run, node_runs: Sequence[NodeRun]) -> None:
        """Store a new run, all or nothing; ``ConflictError`` if there is one of that id."""

    def record(
        self,
        run_id: RunId,
        events: Sequence[RecordedEvent],
        node_runs: Sequence[NodeRun],
        run: Run | None = None,
    ) -> None:
        """Append events and bring the given node runs (and the run's status and times) up to date, all or nothing.

        An event whose (run, sequence) is already there raises ``ConflictError``: somebody else writes too. So
        does a run that was deleted meanwhile.
        """

    def load_run(self, run_id: RunId) -> Run:
        """Return a run with the snapshot of its graph."""

    def load_node_runs(
        self, run_id: RunId, node_ids: Iterable[NodeId] | None = None
    ) -> Mapping[NodeId, NodeRun]:
        """Return node runs by id in the order they were created with; all of them, or only ``node_ids``."""

    def load_events(
        self, run_id: RunId, *, after: int = 0, limit: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return events in order: at most ``limit`` of those whose sequence is above ``after``."""

    def last_sequence(self, run_id: RunId) -> int:
        """Return the sequence number of the newest event of a run; 0 if there is none yet."""

    def list_runs(self, query: Query) -> tuple[Sequence[RunSummary], int]:
        """Return one page and the number of all that match."""

    def find_run(self, prefix: str) -> RunId:
        """Return the one run whose id begins with ``prefix``; ``NotFoundError`` for none, or (saying so) several."""

    def delete_run(self, run_id: RunId) -> None:
        """Remove a run with its node runs and events; cache entries it made stay."""

    def own_run(self, run_id: RunId, owner: str, expires_at: datetime) -> bool:
        """Take or renew the lease on a run; False when somebody else holds one that hasn't expired."""

    def release_run(self, run_id: RunId, owner: str) -> None:
        """Give the lease back, if ``owner`` holds it."""

    def summarize_runs(self, run_ids: Iterable[RunId]) -> Sequence[RunSummary]:
        """Return these runs without their graphs, oldest first; ids that aren't there are passed over."""

    def request_cancel(self, run_id: RunId, node_ids: Iterable[NodeId] = ()) -> None:
        """Ask whoever drives a run to stop it, or only some of its nodes."""

    def take_cancels(self, run_ids: Iterable[RunId]) -> Mapping[RunId, tuple[NodeId, ...]]:
        """Return, and forget, what was asked to be stopped of these runs; no nodes means all of the run."""

    def unfinished_runs(self) -> Sequence[RunSummary]:
        """Return the runs whose status isn't final, oldest first."""


class CacheStore(Protocol):
    """Results that may be used again."""

    def find_entries(self, keys: Iterable[CacheKey]) -> Mapping[CacheKey, CacheEntry]:
        """Return the entries there are for ``keys`` (any number of them)."""

    def add_entries(self, entries: Sequence[CacheEntry]) -> None:
        """Add entries; one whose key is already there with the same outputs is left as it is.

        If its outputs differ, the stored entry is marked ``non_deterministic`` and keeps its outputs.
        """

    def touch_entries(self, keys: Iterable[CacheKey], at: datetime) -> None:
        """Note that these entries were used."""

    def nearest_entries(self, operation_digest: str, limit: int = 20) -> Sequence[CacheEntry]:
        """Return the newest entries of one operation, newest first, to explain a miss by comparison."""

    def list_entries(self) -> Sequence[CacheEntry]:
        """Return all entries, newest first."""

    def remove_entries(self, keys: Iterable[CacheKey]) -> int:
        """Remove entries; return how many there were."""

    def protect_entries(self, keys: Iterable[CacheKey], protected: bool) -> int:
        """Say whether clean-ups pass these entries over; return how many changed."""

    def lease_keys(self, keys: Sequence[CacheKey], owner: str, expires_at: datetime) -> set[CacheKey]:
        """Take (or renew) the right to compute ``keys``; return those that ``owner`` now holds."""

    def release_keys(self, keys: Iterable[CacheKey], owner: str) -> None:
        """Give back what of these ``owner`` holds."""


class LeaseStore(Protocol):
    """Who holds leases on runs and keys, for when a holder is known to be gone before they expire."""

    def lease_owners(self) -> set[str]:
        """Return everybody who holds a lease, expired ones included."""

    def release_all(self, owner: str) -> None:
        """Give back all leases of ``owner``."""


class ArtifactReferences(Protocol):
    """What the records still point at, for clean-up; inline resources don't count."""

    def shown_digests(self) -> set[Digest]:
        """Return every artifact that a stored run shows: of its file nodes, outputs and logs."""

    def pinned_digests(self) -> set[Digest]:
        """Return every artifact that the file nodes of a stored graph, or a stored operation, name."""

    def hold_upload(self, user: str, digest: Digest) -> None:
        """Note that a user brought an artifact along; that alone doesn't keep it from a clean-up."""

    def holders_of(self, digest: Digest) -> Sequence[tuple[ObjectKind | Literal["upload"], str]]:
        """Return what kinds of objects point at an artifact, and whose they are (each pair once)."""


class AuthorStore(Protocol):
    """Whose an object is, without reading the object."""

    def author_of(self, kind: ObjectKind, object_id: str) -> str | None:
        """Return the author, None if there is no such object."""


class UserStore(Protocol):
    """Users and their API tokens."""

    def save_user(self, user: User) -> User:
        """Insert or replace a user and return them with ``created_at`` set (that of the first time)."""

    def find_user(self, name: str) -> User | None:
        """Return a user by name, None if there is none."""

    def list_users(self) -> Sequence[User]:
        """Return all users by name."""

    def add_token(self, token: ApiToken) -> None:
        """Store a token; ``ConflictError`` if there is one of that id or digest."""

    def find_token(self, digest: str) -> ApiToken | None:
        """Return the token with this digest (revoked and expired ones too), None if there is none."""

    def list_tokens(self, user: str | None = None) -> Sequence[ApiToken]:
        """Return the tokens of a user, or all, newest first."""

    def revoke_token(self, token_id: str) -> None:
        """Mark a token as revoked, for good."""

    def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""

    def remove_tokens(self, expired_before: datetime) -> int:
        """Remove the tokens that expired before; return how many there were."""


class MetadataStore(
    GraphStore,
    OperationStore,
    RunStore,
    CacheStore,
    LeaseStore,
    ArtifactReferences,
    AuthorStore,
    UserStore,
    Protocol,
):
    """All records in one place. Safe to use from several threads."""

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
