"""First-party modules: where they lie and what they import, found without importing anything.

First-party is what people edit beside their graphs: modules found on the import paths or elsewhere on
``sys.path``, but not in the interpreter's own folders or in a ``site-packages``. This is the one module of
the room that reads files.
"""

from __future__ import annotations

import hashlib
import os
import site
import sys
import sysconfig
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import machinery
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TypeAlias

from .python_source import Import, PythonSource, read_source

OWN_PACKAGE = __name__.partition(".")[0]
"""Never first-party, not even in a checkout: results depend on user code, not on what runs it."""

_RACY_NS = 2_000_000_000
"""What changed so recently may change again without a new time stamp (coarse clocks of file systems)."""

FileState: TypeAlias = "tuple[int, int, int] | None"
"""Time stamp in nanoseconds, size and inode; None for what isn't there."""

_LOADERS = (
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module as found: ``file`` is None for namespace packages and what the interpreter has built in."""

    name: str
    file: str | None
    folders: tuple[str, ...] = ()
    first_party: bool = False

    @property
    def package(self) -> str:
        """What relative imports inside it start from."""
        return self.name if self.folders else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The folders searched and the files read in one look, and their states."""

    search_path: tuple[str, ...]
    seen: tuple[tuple[str, FileState], ...]

    def still_holds(self) -> bool:
        """Whether nothing of it has changed."""
        return self.search_path == tuple(sys.path) and all(
            _state_of(path or os.curdir) == state for path, state in self.seen
        )


@dataclass(slots=True)
class ModuleFinder:
    """Finds modules as Python code with ``import_paths`` in front of ``sys.path`` would.

    It remembers what it found, so it is for one look at the code: make a new one to see later edits.
    """

    import_paths: tuple[str, ...] = ()
    _found: dict[str, Module | None] = field(default_factory=dict)
    _read: dict[str, PythonSource] = field(default_factory=dict)
    _finders: dict[str, machinery.FileFinder] = field(default_factory=dict)
    _seen: dict[str, FileState] = field(default_factory=dict)

    def find(self, name: str) -> Module | None:
        """Return the module of that absolute name, or None when there isn't one here."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def reachable(self, imports: Iterable[Import], package: str = "") -> dict[str, str]:
        """Return the digests of all first-party modules that code with these imports reaches, by name.

        ``package`` is where the relative ones start. A package stands for its ``__init__`` file, which
        runs first. Modules that import each other are no obstacle.
        """
        digests: dict[str, str] = {}
        waiting = [name for item in imports for name in self._targets(item, package)]
        seen = set(waiting)
        while waiting:
            module = self.find(waiting.pop())
            if module is None or not module.first_party or module.file is None:
                continue
            source = self.source(module)
            digests[module.name] = source.digest
            for item in source.imports:
                for name in self._targets(item, module.package):
                    if name not in seen:
                        seen.add(name)
                        waiting.append(name)
        return dict(sorted(digests.items()))

    def source(self, module: Module) -> PythonSource:
        """Return what counts of a module that has a file."""
        assert module.file is not None
        if module.file not in self._read:
            self._seen[module.file] = state = _state_of(module.file)
            self._read[module.file] = _read_file(module.file, state)
        return self._read[module.file]

    def evidence(self) -> Evidence | None:
        """Return what has to stay the same for a new look to find the same, None while that is too fresh."""
        newest = time.time_ns() - _RACY_NS
        if any(state is not None and state[0] > newest for state in self._seen.values()):
            return None
        return Evidence(tuple(sys.path), tuple(self._seen.items()))

    def _targets(self, item: Import, package: str) -> list[str]:
        """Return the modules that an import runs: each package on the way, and a name that is a submodule."""
        base = item.module
        if item.level:
            parents = package.split(".") if package else []
            if item.level > len(parents):
                return []  # beyond the top: the code will say so when it runs
            base = ".".join([*parents[: len(parents) - item.level + 1], *filter(None, [item.module])])
        names = [*_with_parents(base)]
        # Below something that isn't first-party nothing is; don't search the folders of pandas for names.
        if item.name and item.name != "*" and self._is_first_party(base):
            names.append(f"{base}.{item.name}")
        return names

    def _is_first_party(self, name: str) -> bool:
        module = self.find(name)
        return module is not None and module.first_party

    def _look_up(self, name: str) -> Module | None:
        parent_name = name.rpartition(".")[0]
        if not parent_name:
            return self._look_up_top(name)
        parent = self.find(parent_name)
        if parent is None or not parent.folders:
            return None
        return _module(name, self._spec(name, parent.folders))

    def _look_up_top(self, name: str) -> Module | None:
        if name in sys.builtin_module_names:
            return Module(name, None)
        # Spelled out so that a module of the import paths hides one of the standard library, as it does
        # when the code runs, while the standard library's own are never searched for.
        if self.import_paths and (spec := self._spec(name, self.import_paths)) is not None:
            return _module(name, spec)
        if name in sys.stdlib_module_names:
            return Module(name, None)
        return _module(name, self._spec(name, sys.path) or _spec_of_editable(name))

    def _spec(self, name: str, folders: Iterable[str]) -> ModuleSpec | None:
        """Do what ``PathFinder`` does, with finders of our own.

        The interpreter's own remember folders that weren't there, and trust coarse time stamps.
        """
        portions: list[str] = []
        for folder in folders:
            spec = self._finder(folder).find_spec(name)
            if spec is not None and spec.loader is not None:
                return spec
            if spec is not None:  # a folder without __init__: part of a namespace package
                portions.extend(spec.submodule_search_locations or ())
        if not portions:
            return None
        namespace = ModuleSpec(name, None, is_package=True)
        namespace.submodule_search_locations = portions
        return namespace

    def _finder(self, folder: str) -> machinery.FileFinder:
        if folder not in self._finders:
            self._seen[folder] = _state_of(folder or os.curdir)
            self._finders[folder] = machinery.FileFinder(folder or os.curdir, *_LOADERS)
        return self._finders[folder]


def _with_parents(name: str) -> Iterable[str]:
    parts = name.split(".") if name else []
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


def _spec_of_editable(name: str) -> ModuleSpec | None:
    """Ask the finders of setuptools' editable installations.

    Other finders on ``sys.meta_path`` may import, or even build, what they are asked for.
    """
    for finder in sys.meta_path:
        if str(getattr(finder, "__module__", "")).startswith("__editable__"):
            spec = finder.find_spec(name, None, None)
            if spec is not None:
                return spec
    return None


def _module(name: str, spec: ModuleSpec | None) -> Module | None:
    if spec is None:
        return None
    folders = tuple(os.path.abspath(folder) for folder in spec.submodule_search_locations or ())  # noqa: PTH100
    file = os.path.abspath(spec.origin) if spec.has_location and spec.origin else None  # noqa: PTH100
    places = (file,) if file else folders
    own = name.partition(".")[0] == OWN_PACKAGE
    return Module(name, file, folders, not own and bool(places) and not any(map(_is_foreign, places)))


@lru_cache(maxsize=4096)
def _is_foreign(path: str) -> bool:
    """Whether a file belongs to the interpreter or to an installed distribution."""
    parts = Path(path).parts
    if "site-packages" in parts or "dist-packages" in parts:
        return True
    return any(Path(path).is_relative_to(folder) for folder in _foreign_folders())


@lru_cache(maxsize=1)
def _foreign_folders() -> tuple[str, ...]:
    # The interpreter's whole prefix is too much: with a prefix of /usr or of a container's root, or with a
    # virtual environment around a project, people's own files lie below it.
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names}
    folders.update((*site.getsitepackages(), site.getusersitepackages(), os.path.dirname(os.__file__)))  # noqa: PTH120
    return tuple(sorted(folder for folder in folders if folder))


def _state_of(path: str) -> FileState:
    try:
        found = os.stat(path)  # noqa: PTH116 - the commonest call here
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read_file(path: str, state: FileState) -> PythonSource:
    """Read a module's file, again only if its time stamp, size or place on the disk changed."""
    racy = state is None or state[0] > time.time_ns() - _RACY_NS
    try:
        return _read_uncached(path, state) if racy else _read_cached(path, state)
    except OSError as error:  # gone, or not ours to read: the code will say so when it runs
        return PythonSource(f"unreadable: {error.strerror}")


def _read_uncached(path: str, _: FileState) -> PythonSource:
    data = Path(path).read_bytes()
    if path.endswith(tuple(machinery.SOURCE_SUFFIXES)):
        return read_source(data)
    return PythonSource(hashlib.sha256(data).hexdigest())  # an extension module or bare byte code


_read_cached = lru_cache(maxsize=4096)(_read_uncached)
