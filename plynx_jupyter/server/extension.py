"""The extension as Jupyter Server loads it: configuration, routes, start and stop. Nothing heavy happens at start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from traitlets import CaselessStrEnum, Dict, Int, List, Set, Unicode

from plynx_jupyter import __version__
from plynx_jupyter.model.user import Policy
from plynx_jupyter.settings import Settings, default_home, from_environment

from .core import Core
from .event_schemas import register_schemas
from .lazy_routes import LazyRoutes
from .limits import DEFAULT_UPLOAD_LIMIT, UPLOAD_LIMIT

URL_PREFIX = "plynx/api/v0"
SETTING = "plynx"
"""Where handlers find the ``Core`` among Tornado's settings."""


class PlynxApp(ExtensionApp):
    """PLynx for Jupyter: graphs of notebooks, functions and scripts.

    Everything here is about infrastructure; what users choose is part of their graphs.
    """

    name = "plynx_jupyter"
    app_name = "PLynx for Jupyter"
    description = "Graphs of notebooks, functions and scripts, run on Dask, cached and previewed."
    version = __version__
    load_other_extensions = True
    extension_url = f"/{URL_PREFIX}/health"

    home = Unicode("", help="Folder of the database, the artifacts and logs (default: $PLYNX_HOME).").tag(
        config=True
    )
    database_url = Unicode(
        "", help="SQLAlchemy URL of the metadata; default: an SQLite file below home."
    ).tag(config=True)
    storage_url = Unicode("", help="fsspec URL of the artifacts; default: a folder below home.").tag(
        config=True
    )
    storage_options = Dict(help="Options for the storage's fsspec file system.").tag(config=True)
    cluster = Unicode(
        "", help="Address of a Dask scheduler; default: a cluster of our own, started when first needed."
    ).tag(config=True)
    workers = Int(
        0, min=0, help="Worker processes of our own cluster; 0: chosen from the machine's cores."
    ).tag(config=True)
    threads_per_worker = Int(
        0, min=0, help="Jobs each worker runs at once; 0: chosen from the machine's cores."
    ).tag(config=True)
    default_policies = List(
        CaselessStrEnum([policy.value for policy in Policy]),
        default_value=None,
        allow_none=True,
        help="Policies of users who are seen for the first time; default: to work on what is their own, and to see "
        "everybody's operations. In a home of one's own, its owner has all of them.",
    ).tag(config=True)
    admin_users = Set(Unicode(), help="Users who have every policy, whatever is stored of them.").tag(
        config=True
    )
    max_upload_bytes = Int(
        DEFAULT_UPLOAD_LIMIT,
        min=1,
        help="How many bytes one upload may have; ServerApp.max_body_size doesn't count for them.",
    ).tag(config=True)
    platform_file = Unicode(
        "",
        help="Platform file (config.yaml) with kinds of operations, file types and hubs of your own "
        "(default: $PLYNX_CONFIG_PATH).",
    ).tag(config=True)
    backend = Unicode("dask", help="'dask', or 'inline' for threads of the server.").tag(config=True)

    def get_default_logging_config(self) -> dict[str, Any]:
        """Let all that this project logs go where this extension's own log goes, in the same form."""
        config: dict[str, Any] = super().get_default_logging_config()
        config["loggers"]["plynx_jupyter"] = config["loggers"][type(self).__name__]
        return config

    def initialize_settings(self) -> None:
        """Hand the handlers what they share; stores and clusters open when a request first needs them."""
        event_logger = self.serverapp.event_logger
        register_schemas(event_logger)
        self.settings[UPLOAD_LIMIT] = self.max_upload_bytes
        self.settings[SETTING] = Core(self._settings(), log=self.log, event_logger=event_logger)

    def initialize_handlers(self) -> None:
        """Add the routes of the REST contract, whose handlers are imported with the first request."""
        webapp = self.serverapp.web_app
        pattern = url_path_join(webapp.settings["base_url"], URL_PREFIX, ".*")
        webapp.add_handlers(".*$", [(pattern, LazyRoutes(webapp, _routes))])

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        await super()._start_jupyter_server_extension(serverapp)
        await self._core.start()

    async def stop_extension(self) -> None:
        """Let runs be taken up by the next server, and stop our own cluster."""
        await self._core.stop()

    @property
    def _core(self) -> Core:
        core: Core = self.settings[SETTING]
        return core

    def _settings(self) -> Settings:
        return from_environment(
            home=Path(self.home).expanduser() if self.home else default_home(),
            database_url=self.database_url or None,
            storage_url=self.storage_url or None,
            storage_options=dict(self.storage_options) or None,
            backend=self.backend,
            cluster=self.cluster or None,
            workers=self.workers or None,
            threads_per_worker=self.threads_per_worker or None,
            default_policies=None if self.default_policies is None else tuple(self.default_policies),
            admins=frozenset(self.admin_users) or None,
            platform_file=Path(self.platform_file).expanduser().absolute() if self.platform_file else None,
        )


def _routes() -> list[tuple[str, Any]]:
    from .routes import routes

    return routes(URL_PREFIX)
