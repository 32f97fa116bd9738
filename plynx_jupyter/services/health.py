"""Whether the stores answer, how fast, and where they are (without what nobody else may know)."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from plynx_jupyter.errors import PlynxError, StorageError
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.storage.base import ArtifactStore

PATIENCE_SECONDS = 5.0
"""A store that takes longer than this is said not to answer."""
_PASSWORD = re.compile("(://[^:@/]*):.*@")
_NO_DIGEST = Digest("0" * 64)
_NO_OWNER = "nobody"


@dataclass(frozen=True, slots=True)
class Check:
    """How one store answered: ``problem`` is empty if it did, ``seconds`` is how long that took."""

    name: str
    place: str
    seconds: float
    problem: str = ""


async def check_stores(metadata: MetadataStore, store: ArtifactStore, database_url: str) -> list[Check]:
    """Ask both stores something small, at the same time."""
    return list(
        await asyncio.gather(
            _check("database", without_secrets(database_url), lambda: metadata.author_of("graph", _NO_OWNER)),
            _check("storage", without_secrets(store.location.url), lambda: _ask_storage(store)),
        )
    )


def without_secrets(url: str) -> str:
    """Return a URL without the password and the options it carries.

    >>> without_secrets("postgresql://ann:secret@db:5432/plynx?sslpassword=more")
    'postgresql://ann@db:5432/plynx'
    >>> without_secrets("sqlite:////home/ann/plynx.sqlite")
    'sqlite:////home/ann/plynx.sqlite'
    """
    return _PASSWORD.sub(r"\1@", url.partition("?")[0])


async def _check(name: str, place: str, ask: Callable[[], object]) -> Check:
    began = time.perf_counter()
    problem = ""
    try:
        # A thread that hangs can't be ended; it is left to itself.
        await asyncio.wait_for(asyncio.to_thread(ask), PATIENCE_SECONDS)
    except asyncio.TimeoutError:
        problem = f"It doesn't answer within {PATIENCE_SECONDS:g} s."
    except PlynxError as error:
        problem = error.message
    return Check(name, place, time.perf_counter() - began, problem)


def _ask_storage(store: ArtifactStore) -> None:
    parts = urlsplit(store.location.url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        place = folder if folder.exists() else folder.parent  # it is made with the first artifact
        if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
            raise StorageError(f"{place} isn't a folder that can be written to.")
    store.existing([_NO_DIGEST])
