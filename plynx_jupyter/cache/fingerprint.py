"""What counts of a node's code, as a digest: the first-party modules it reaches are part of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code

from .canonical import canonical_bytes
from .installed import distributions_of, version_of
from .modules import Evidence, Module, ModuleFinder
from .notebook_source import notebook_cells, notebook_components, notebook_imports
from .python_source import Import, PythonSource, read_source

TEXT_LIMIT = 16 * 1024
"""Code texts longer than so many characters aren't kept for later comparison."""

_NOTEBOOK_MODE = "ipynb"
_PYTHON_KINDS = frozenset({kinds.PYTHON, kinds.FUNCTION})
_PYTHON_MODES = frozenset({"python", "python3", "py"})


@dataclass(frozen=True, slots=True)
class CodeFingerprint:
    """What a result depends on of the code.

    ``digest`` stands for all of ``parts``: names such as ``code``, ``location``, ``module helpers`` or
    ``distribution numpy``, each with a digest or version. ``text`` is the code to show in a comparison, when
    it is short enough; ``notes`` say what could not be looked at. Neither counts.
    """

    digest: str
    parts: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """Return all of it as a JSON object."""
        return {
            "digest": self.digest,
            "parts": dict(self.parts),
            "text": self.text,
            "notes": list(self.notes),
        }


class CodeFingerprints:
    """The fingerprints of many nodes, each piece of code looked at once.

    One object is one look: it doesn't see later edits of files, so make one for each set of nodes that is
    about to be started.
    """

    def __init__(self, import_paths: Sequence[str] = ()) -> None:
        self._finder = ModuleFinder(tuple(import_paths))
        self._known: dict[tuple[str, Code | None, str | None], CodeFingerprint] = {}

    def of_node(self, node: Node) -> CodeFingerprint:
        """Return the fingerprint of a node's code; a ``_cmd`` of the wrong type counts as no code."""
        code = node.value(CMD)
        return self.of_code(node.kind, code if isinstance(code, Code) else None, node.code_function_location)

    def of_code(self, kind: str, code: Code | None, location: str | None) -> CodeFingerprint:
        """Return the fingerprint of code given as text, by its place (``module:qualname``), or both."""
        known = (kind, code, location)
        if known not in self._known:
            self._known[known] = _fingerprint(kinds.canonical_kind(kind), code, location, self._finder)
        return self._known[known]


def fingerprint_code(
    kind: str, code: Code | None, location: str | None = None, import_paths: Sequence[str] = ()
) -> CodeFingerprint:
    """Return the fingerprint of one piece of code as it is now.

    What was found before is used again when no file or folder looked at has changed since (for many nodes
    at once ``CodeFingerprints`` needn't even check).

    Python text of the kinds ``python`` and ``function`` counts without comments, layout and docstrings;
    notebooks by their code cells; everything else letter by letter. ``location`` is ``module:qualname``.

    >>> one = fingerprint_code("python", Code("x = 1"))
    >>> one.digest == fingerprint_code("python", Code("x = 1  # one")).digest
    True
    >>> one.digest == fingerprint_code("bash_jinja2", Code("x = 1")).digest
    False
    """
    memory = _memory(kind, code, location, tuple(import_paths))
    if memory.evidence is not None and memory.fingerprint is not None and memory.evidence.still_holds():
        return memory.fingerprint
    finder = ModuleFinder(tuple(import_paths))
    fingerprint = _fingerprint(kinds.canonical_kind(kind), code, location, finder)
    # The fingerprint first: another thread that sees the evidence has to find what it is for.
    memory.fingerprint, memory.evidence = fingerprint, finder.evidence()
    return fingerprint


@dataclass(slots=True)
class _Memory:
    """The last look at one piece of code."""

    fingerprint: CodeFingerprint | None = None
    evidence: Evidence | None = None


@lru_cache(maxsize=1024)
def _memory(kind: str, code: Code | None, location: str | None, import_paths: tuple[str, ...]) -> _Memory:
    return _Memory()


def _fingerprint(kind: str, code: Code | None, location: str | None, finder: ModuleFinder) -> CodeFingerprint:
    parts: dict[str, str] = {}
    notes: list[str] = []
    text = None
    if code is not None:
        text = _add_code(parts, kind, code, finder)
    if location is not None:
        _add_location(parts, notes, location, finder)
    digest = hashlib.sha256(canonical_bytes(parts)).hexdigest()
    kept = text if text is not None and len(text) <= TEXT_LIMIT else None
    return CodeFingerprint(digest, parts, kept, tuple(notes))


def _add_code(parts: dict[str, str], kind: str, code: Code, finder: ModuleFinder) -> str:
    """Add the parts of code given as text and return that text as one would read it."""
    mode = code.mode.lower()
    if mode == _NOTEBOOK_MODE:
        return _add_notebook(parts, code.value, finder)
    if kind in _PYTHON_KINDS and mode in _PYTHON_MODES:
        source = _read_text(code.value)
        parts["code"] = source.digest
        _add_modules(parts, finder.reachable(source.imports))
    else:
        parts["code"] = hashlib.sha256(canonical_bytes(["text", code.mode, code.value])).hexdigest()
    return code.value


def _add_notebook(parts: dict[str, str], text: str, finder: ModuleFinder) -> str:
    components = notebook_components(text)
    parts["code"] = hashlib.sha256(canonical_bytes(["notebook", components])).hexdigest()
    _add_modules(parts, finder.reachable(notebook_imports(components)))
    cells = notebook_cells(components)
    return "\n\n".join(f"# %%\n{cell}" for cell in cells) if cells else text


@lru_cache(maxsize=256)
def _read_text(text: str) -> PythonSource:
    return read_source(text)


def _add_modules(parts: dict[str, str], digests: Mapping[str, str]) -> None:
    parts.update((f"module {name}", digest) for name, digest in digests.items())


def _add_location(parts: dict[str, str], notes: list[str], location: str, finder: ModuleFinder) -> None:
    parts["location"] = location
    module = _module_of(location, finder)
    if module is None:
        # It may be there where the job runs (a cluster with code of its own), so this is no error here.
        notes.append(f"{location} isn't found here: changes to its code are not noticed")
    elif module.first_party:
        _add_modules(parts, finder.reachable([Import(module.name)]))
    else:
        _add_installed(parts, module, finder)


def _module_of(location: str, finder: ModuleFinder) -> Module | None:
    """Return the module that a location names; without a colon, the longest part of it that is one."""
    name, colon, _ = location.partition(":")
    module = finder.find(name)
    while module is None and not colon and "." in name:
        name = name.rpartition(".")[0]
        module = finder.find(name)
    return module


def _add_installed(parts: dict[str, str], module: Module, finder: ModuleFinder) -> None:
    for name in distributions_of(module.name):
        if (version := version_of(name)) is not None:
            parts[f"distribution {name}"] = version
            return
    # No distribution claims it: what is left is the file itself. The standard library has none here and
    # goes with the interpreter, which is a matter of the environment.
    if module.file is not None:
        parts[f"module {module.name}"] = finder.source(module).digest
