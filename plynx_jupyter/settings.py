"""The one configuration object below the faces, and how the environment fills it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOME_VARIABLE = "PLYNX_HOME"
PLATFORM_VARIABLE = "PLYNX_CONFIG_PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and how jobs run; made once, by the face that starts the application.

    ``database_url`` and ``storage_url`` default to places under ``home``. ``backend`` is ``dask``, or ``inline`` for
    threads of this process. ``cluster`` is the address of an existing Dask scheduler, or None for a cluster of our
    own, started on first use with ``workers`` processes of ``threads_per_worker`` slots (None: chosen from the
    machine's cores). ``import_paths`` are made importable to function and Python operations. ``user`` is who this
    process works for; in a home of one's own they have every policy, as ``admins`` have everywhere. Users who are
    new get ``default_policies`` (None: see ``model.user.DEFAULT_POLICIES``). ``platform_file`` is laid over the
    platform that ships with the package; where it says where artifacts are, ``storage_url`` wins.
    """

    home: Path
    database_url: str = ""
    storage_url: str = ""
    storage_options: Mapping[str, Any] = field(default_factory=dict)
    backend: str = "dask"
    cluster: str | None = None
    workers: int | None = None
    threads_per_worker: int | None = None
    scratch: Path | None = None
    user: str = ""
    import_paths: tuple[str, ...] = ()
    default_policies: tuple[str, ...] | None = None
    admins: frozenset[str] = frozenset()
    platform_file: Path | None = None

    @property
    def is_own(self) -> bool:
        """Whether the records are in a home of one's own, rather than in a database that others use too."""
        return not self.database_url

    @property
    def effective_database_url(self) -> str:
        """SQLAlchemy URL of the metadata."""
        return self.database_url or f"sqlite:///{self.home / 'plynx.sqlite'}"

    @property
    def effective_storage_url(self) -> str:
        """Fsspec URL of the folder that holds the artifacts."""
        return self.storage_url or (self.home / "artifacts").as_uri()


def default_home() -> Path:
    """Return ``$PLYNX_HOME``, or ``plynx`` in Jupyter's data directory (see jupyter_core's paths)."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    # Imported late: jupyter_core is only needed to find the default.
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "plynx"


def from_environment(**overrides: Any) -> Settings:
    """Return settings for this process: the defaults, with every override that isn't None put in.

    ``$PLYNX_HOME``, ``$PLYNX_DATABASE_URL`` and ``$PLYNX_STORAGE_URL`` are the defaults of what they name, and
    ``$PLYNX_CONFIG_PATH`` is that of the platform file.
    """
    chosen = {name: value for name, value in overrides.items() if value is not None}
    home = Path(chosen.pop("home", None) or default_home()).expanduser().absolute()
    chosen.setdefault("user", _account())
    for name, variable in (("database_url", "PLYNX_DATABASE_URL"), ("storage_url", "PLYNX_STORAGE_URL")):
        chosen.setdefault(name, os.environ.get(variable, ""))
    platform_file = os.environ.get(PLATFORM_VARIABLE)
    if platform_file:
        chosen.setdefault("platform_file", Path(platform_file).expanduser().absolute())
    return Settings(home=home, **chosen)


def _account() -> str:
    import getpass

    # Under JupyterHub the account of the operating system may be the same for everybody.
    hub_user = os.environ.get("JUPYTERHUB_USER")
    if hub_user:
        return hub_user

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"uid-{os.getuid()}" if hasattr(os, "getuid") else "user"
