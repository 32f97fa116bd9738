"""The composition root: settings in, services out. The only place that names the real stores and backends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plynx_jupyter.errors import InvalidInputError, StorageError
from plynx_jupyter.hubs.base import HubContext
from plynx_jupyter.hubs.catalog import HubCatalog
from plynx_jupyter.metadata.sql.store import open_metadata
from plynx_jupyter.model.job import StorageLocation
from plynx_jupyter.platform.entries import Platform, StorageEntry
from plynx_jupyter.platform.loading import load_platform
from plynx_jupyter.services.cache import CacheService
from plynx_jupyter.services.event_bus import EventBus
from plynx_jupyter.services.feed import Feed
from plynx_jupyter.services.graphs import GraphService
from plynx_jupyter.services.health import Check, check_stores
from plynx_jupyter.services.operations import OperationService
from plynx_jupyter.services.owners import new_owner, release_leases_of_the_gone
from plynx_jupyter.services.planning import PlanService
from plynx_jupyter.services.platform import PlatformService, install
from plynx_jupyter.services.run_driver import RunDriver
from plynx_jupyter.services.runs import RunService
from plynx_jupyter.services.session import Session
from plynx_jupyter.services.tokens import TokenService
from plynx_jupyter.services.users import UserService, policy_of
from plynx_jupyter.settings import Settings
from plynx_jupyter.storage.filesystem import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from plynx_jupyter.execution.base import Backend
    from plynx_jupyter.metadata.base import MetadataStore
    from plynx_jupyter.model.user import User
    from plynx_jupyter.storage.base import ArtifactStore


class Application:
    """All services of one process, on one event loop.

    ``async with Application(settings)`` opens the stores; a cluster starts only when a job needs it. A
    ``backend`` (or stores) given here is used instead of the one the settings describe, and closed with it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        backend: Backend | None = None,
        metadata: MetadataStore | None = None,
        store: ArtifactStore | None = None,
    ) -> None:
        self.settings = settings
        self.owner = new_owner()
        self._backend = backend
        self._metadata = metadata
        self._store = store
        self._platform = Platform()
        self._withdraw_platform: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Application:
        await asyncio.to_thread(self._open_stores)
        assert self._metadata is not None
        assert self._store is not None
        self.metadata: MetadataStore = self._metadata
        self.store: ArtifactStore = self._store
        self.bus = EventBus()
        self.driver = RunDriver(
            metadata=self.metadata,
            store=self.store,
            backend=self._backend or _backend(self.settings),
            bus=self.bus,
            owner=self.owner,
            import_paths=self.settings.import_paths,
        )
        await self.driver.open()
        self.runs = RunService(self.metadata, self.store, self.driver)
        self.plans = PlanService(self.metadata, self.store, self.settings.import_paths)
        self.feed = Feed(self.metadata, self.driver, self.bus)
        self.graphs = GraphService(self.metadata, self.feed.graph_saved)
        self.operations = OperationService(self.metadata)
        self.cache = CacheService(self.metadata, self.store)
        self.platform = PlatformService(self._platform)
        self.hubs = HubCatalog(
            self._platform.hubs.values(), HubContext(operations=self.metadata, folder=self._platform.folder)
        )
        self.users = _users(self.metadata, self.settings)
        self.tokens = TokenService(self.metadata)
        return self

    async def health(self) -> list[Check]:
        """Return whether the stores answer."""
        return await check_stores(self.metadata, self.store, self.settings.effective_database_url)

    def session(self, user: User) -> Session:
        """Return the services as ``user`` may use them."""
        return Session(
            user,
            metadata=self.metadata,
            store=self.store,
            driver=self.driver,
            bus=self.bus,
            feed=self.feed,
            graphs=self.graphs,
            operations=self.operations,
            runs=self.runs,
            plans=self.plans,
            cache=self.cache,
            platform=self.platform,
            hubs=self.hubs,
            users=self.users,
            tokens=self.tokens,
        )

    async def __aexit__(self, *_: object) -> None:
        await self.feed.close()
        await self.driver.close()
        await asyncio.to_thread(self.metadata.close)
        self._withdraw_platform()

    async def leave(self) -> None:
        """Stop working without canceling: runs in hand stay unfinished, for another process to go on with."""
        await self.feed.close()
        await self.driver.leave()
        await asyncio.to_thread(self.metadata.close)
        self._withdraw_platform()

    def _open_stores(self) -> None:
        settings = self.settings
        self._platform = load_platform(settings.platform_file)
        try:
            settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError(
                f"The folder {settings.home} can't be used ({error.strerror}). Mend it, or choose another "
                "by PLYNX_HOME.",
                path=str(settings.home),
            ) from error
        if self._metadata is None:
            self._metadata = open_metadata(settings.effective_database_url)
        if self._store is None:
            self._store = open_store(_storage(settings, self._platform.storage))
        self._withdraw_platform = install(self._platform)
        release_leases_of_the_gone(self._metadata)


def _storage(settings: Settings, said: StorageEntry) -> StorageLocation:
    """The settings' own place wins over the platform file's, which wins over the folder below home."""
    if settings.storage_url or not said.url:
        return StorageLocation(url=settings.effective_storage_url, options=dict(settings.storage_options))
    return StorageLocation(url=said.url, options={**said.options, **settings.storage_options})


def _users(metadata: MetadataStore, settings: Settings) -> UserService:
    owners = settings.admins | ({settings.user} if settings.is_own else frozenset())
    if settings.default_policies is None:
        return UserService(metadata, owners=owners)
    policies = frozenset(policy_of(word) for word in settings.default_policies)
    return UserService(metadata, owners=owners, default_policies=policies)


def _backend(settings: Settings) -> Backend:
    if settings.backend == "inline":
        from plynx_jupyter.execution.inline import InlineBackend

        return InlineBackend((settings.workers or 1) * (settings.threads_per_worker or 2))
    if settings.backend != "dask":
        raise InvalidInputError(f"There is no backend {settings.backend!r}; use dask or inline.")
    # Imported here: a process that only looks at records never needs Dask.
    from plynx_jupyter.execution.dask.backend import DaskBackend
    from plynx_jupyter.execution.dask.cluster import LocalClusterOptions

    return DaskBackend(
        address=settings.cluster,
        local=LocalClusterOptions(
            workers=settings.workers,
            threads_per_worker=settings.threads_per_worker,
            scratch=settings.scratch or settings.home / "scratch",
            log_path=settings.home / "logs" / "cluster.log",
        ),
    )
