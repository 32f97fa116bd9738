"""Python source text reduced to what counts: a digest of its syntax tree, and its imports."""

from __future__ import annotations

import ast
import hashlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass

_WITHOUT_MEANING = frozenset({"kind", "type_comment", "type_ignores", "ctx"})
"""Fields that say how something was spelled (``u"x"``), or that follow from the place in the tree."""

_HAS_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_warnings_lock = threading.Lock()


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """A module that is imported, or ``name`` from it, which may be a submodule; ``level`` counts dots."""

    module: str
    name: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class PythonSource:
    """What counts of a source text. ``digest`` ignores comments, layout and docstrings."""

    digest: str
    imports: tuple[Import, ...] = ()


def read_source(source: str | bytes) -> PythonSource:
    """Return what counts of ``source`` (bytes: in the encoding they declare).

    Text that isn't Python (or is nested too deeply to be read) is digested as it is, and imports nothing.

    >>> read_source("x = 1  # one").digest == read_source('"A module."' + "\\n\\nx = (1)").digest
    True
    >>> read_source("x = 1").digest == read_source("x = 1.0").digest
    False
    >>> read_source("from . import near").imports
    (Import(module='', name='near', level=1),)
    """
    try:
        tree = _parse(source)
        pieces: list[str] = []
        _write(tree, pieces.append)
        return PythonSource(_sha256("tree:" + "".join(pieces)), tuple(sorted(_imports(tree))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        data = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
        return PythonSource(hashlib.sha256(b"text:" + data).hexdigest())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parse(source: str | bytes) -> ast.Module:
    # The parser warns about odd escapes and the like; that is the business of who runs the code. The lock is
    # there because ``catch_warnings`` changes the whole process, and overlapping uses could leave it changed.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _write(value: object, emit: Callable[[str], None]) -> None:
    """Write a tree as text that no other tree has.

    Unlike ``ast.dump`` it leaves out empty fields, so that it stays the same when a newer Python adds some.
    """
    if isinstance(value, ast.AST):
        emit(type(value).__name__)
        emit("(")
        for name in value._fields:
            field = getattr(value, name, None)
            if field is None or field == [] or name in _WITHOUT_MEANING:
                if isinstance(value, ast.Constant) and name == "value":
                    emit("None")
                continue
            if name == "body" and isinstance(value, _HAS_DOCSTRING):
                field = _without_docstring(field)
            emit(name)
            emit("=")
            _write(field, emit)
            emit(",")
        emit(")")
    elif isinstance(value, list):
        emit("[")
        for item in value:
            _write(item, emit)
            emit(",")
        emit("]")
    elif type(value) is int:
        emit(f"{value:#x}")  # decimal digits of huge integers are limited by the interpreter
    else:
        emit(repr(value))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def _imports(tree: ast.Module) -> set[Import]:
    found: set[Import] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found.update(Import(alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                found.update(Import(module or "", alias.name, level) for alias in names)
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if (
                name and _imports_by_name(function)
            ):
                if not name.startswith("."):
                    found.add(Import(name))
    return found


def _imports_by_name(function: ast.expr) -> bool:
    """Whether this is ``importlib.import_module`` or ``__import__``, as far as the spelling tells."""
    match function:
        case ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"):
            return True
    return False
