"""Which distributions are installed beside this interpreter, and in what versions."""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache

_SEPARATORS = re.compile(r"[-_.]+")
_State = tuple[tuple[str, int], ...]


def normalized_name(name: str) -> str:
    """Return the spelling under which a distribution's names compare equal.

    >>> normalized_name("Scikit_Learn")
    'scikit-learn'
    """
    return _SEPARATORS.sub("-", name.strip()).lower()


def installed_versions() -> Mapping[str, str]:
    """Return the version of every installed distribution by normalized name, in the order of the names.

    The first call reads every distribution's metadata; later ones only look whether a folder of
    ``sys.path`` has changed since.
    """
    return _all_versions(_state_of_path())


def version_of(name: str) -> str | None:
    """Return the installed version of one distribution, or None."""
    return versions_of([name])[normalized_name(name)]


def versions_of(names: Iterable[str]) -> dict[str, str | None]:
    """Return the installed versions of distributions by normalized name, in order; None for those not there."""
    state = _state_of_path()
    return {name: _version(name, state) for name in sorted({normalized_name(name) for name in names})}


def distributions_of(module: str) -> Iterable[str]:
    """Return the names of the distributions that provide the top-level package of ``module``, if known."""
    names = _providers(_state_of_path()).get(module.partition(".")[0], ())
    return sorted({normalized_name(name) for name in names})


def _state_of_path() -> _State:
    """Return what changes when something is installed or removed: the folders and their times."""
    state = []
    for entry in sys.path:
        try:
            state.append((entry, os.stat(entry or os.curdir).st_mtime_ns))  # noqa: PTH116 - called for every node
        except OSError:  # sys.path may name what isn't there
            continue
    return tuple(state)


@lru_cache(maxsize=2)
def _all_versions(_: _State) -> Mapping[str, str]:
    versions: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        # A broken installation can lack its name or version; the first on the path is the one that is imported.
        metadata = distribution.metadata
        if "Name" in metadata and "Version" in metadata:
            versions.setdefault(normalized_name(metadata["Name"]), metadata["Version"])
    return dict(sorted(versions.items()))


@lru_cache(maxsize=256)
def _version(name: str, _: _State) -> str | None:
    if not name:  # Python 3.10 returns just any distribution for it
        return None
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


@lru_cache(maxsize=2)
def _providers(_: _State) -> Mapping[str, list[str]]:
    if sys.version_info >= (3, 11):
        return importlib.metadata.packages_distributions()
    # Before 3.11 the standard library knows only distributions that ship a top_level.txt, which few do now.
    providers: dict[str, list[str]] = {}
    for distribution in importlib.metadata.distributions():
        for top in filter(None, {_top_level(file.parts) for file in distribution.files or ()}):
            providers.setdefault(top, []).append(distribution.metadata["Name"])
    return providers


def _top_level(parts: tuple[str, ...]) -> str:
    """Return the top-level module that an installed file belongs to; empty if it is no part of one."""
    name = parts[0] if len(parts) > 1 else parts[0].partition(".")[0] if parts[0].endswith(".py") else ""
    return name if name.isidentifier() and name != "__pycache__" else ""
