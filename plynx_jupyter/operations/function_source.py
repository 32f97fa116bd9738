"""The source of a live function or class as the text of a module that stands on its own; nothing is run."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import linecache
import symtable
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .specs import Problems

_ADVICE = "pass it as an input or a parameter, or make or import it inside the function"


def module_text(target: Callable[..., Any], problems: Problems) -> str:
    """Return module text that defines ``target``, and all it needs, ending with ``operation = <its name>``.

    What the source names globally is followed: modules, and functions and classes of importable modules, become
    imports; functions and classes beside the target are taken along with what they need; constants are written
    out. Adds a problem for each name that is none of these.
    """
    capture = _Capture(problems)
    name = getattr(target, "__name__", "operation")
    capture.take(name, target)
    lines = ["from __future__ import annotations"] if capture.postponed else []
    lines += sorted(capture.imports)
    parts = ["\n".join(lines), *capture.parts]
    if name != "operation":
        parts.append(f"operation = {name}")
    return "\n\n\n".join(part for part in parts if part) + "\n"


def location_of(target: Any) -> str | None:
    """Return ``module:qualname`` when another process can import ``target`` under that name, else None."""
    module, name = getattr(target, "__module__", None), getattr(target, "__qualname__", "")
    if not module or "<" in name or not is_importable(module):
        return None
    found: Any = sys.modules.get(module)
    for part in str(name).split("."):
        found = getattr(found, part, None)
    return f"{module}:{name}" if found is target else None


def is_importable(module: str) -> bool:
    """Tell whether a new interpreter with this ``sys.path`` would find this very module under its name."""
    loaded = sys.modules.get(module)
    if loaded is None or module == "__main__":
        return False
    path = None
    spec: ModuleSpec | None = None
    names = module.split(".")
    for depth in range(1, len(names) + 1):
        spec = _find(".".join(names[:depth]), path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    file = getattr(loaded, "__file__", None)
    origin = spec.origin if spec is not None else None
    return file is None or (origin is not None and Path(origin).resolve() == Path(file).resolve())


def _find(name: str, path: Any) -> ModuleSpec | None:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        # test runners put finders of their own there, which a new interpreter won't have
        if find is None or getattr(finder, "__module__", "").startswith("_pytest"):
            continue
        spec = find(name, path)
        if spec is not None:
            return spec if isinstance(spec, ModuleSpec) else None
    return None


@dataclass
class _Capture:
    problems: Problems
    imports: set[str] = field(default_factory=set)
    parts: list[str] = field(default_factory=list)
    postponed: bool = False
    _known: dict[str, int] = field(default_factory=dict)

    def take(self, name: str, value: Any) -> None:
        """Add the definition of ``value`` after the definitions of what it needs."""
        if self._known.setdefault(name, id(value)) != id(value):
            self.problems.append(f"it needs two different things named {name!r}; rename one of them")
            return
        inner = inspect.unwrap(value) if callable(value) else value
        source = source_of(inner)
        if source is None:
            self.problems.append(
                f"the source of {name!r} can't be found; define it in a notebook cell or a file"
            )
            return
        scope = _scope(inner)
        self.postponed |= scope.get("annotations") is __future__.annotations
        for needed in _global_names(source, self.postponed):
            if needed != name:
                self._need(needed, scope, user=name)
        for module in _submodules(source, scope):
            self.imports.add(f"import {module}")
        self.parts.append(source)
        defined = getattr(inner, "__name__", name)
        if defined != name:
            self.parts.append(f"{name} = {defined}")

    def _need(self, name: str, scope: dict[str, Any], user: str) -> None:
        if name not in scope:
            if not hasattr(builtins, name) and name not in {"__name__", "__file__", "__doc__"}:
                self.problems.append(f"{user!r} uses the name {name!r}, which isn't defined")
            return
        value = scope[name]
        if name in self._known:
            if self._known[name] != id(value):
                self.problems.append(f"it needs two different things named {name!r}; rename one of them")
            return
        line = import_line(name, value)
        if line is not None:
            self._known[name] = id(value)
            self.imports.add(line)
        elif isinstance(value, FunctionType | type) or hasattr(value, "__wrapped__"):
            self.take(name, value)
        elif (literal := literal_text(value)) is not None:
            self._known[name] = id(value)
            self.parts.append(f"{name} = {literal}")
        else:
            self._known[name] = id(value)
            what = type(value).__name__
            self.problems.append(
                f"{user!r} uses the global {name!r}, a {what} that can't be written out: {_ADVICE}"
            )


def import_line(name: str, value: Any) -> str | None:
    """Return the import that binds ``name`` to ``value``, or None when it can't be imported."""
    if isinstance(value, ModuleType):
        module = value.__name__
        if not is_importable(module):
            return None
        return f"import {module}" if module == name else _import_as(module, name)
    for home in (getattr(value, "__module__", None), type(value).__module__.partition(".")[0]):
        if not isinstance(home, str) or home in {"builtins", "__main__"}:
            continue
        for known in dict.fromkeys(
            (getattr(value, "__qualname__", name), getattr(value, "__name__", name), name)
        ):
            if getattr(sys.modules.get(home), str(known), None) is value and is_importable(home):
                return f"from {home} import {known}" + ("" if known == name else f" as {name}")
    return None


def _import_as(module: str, name: str) -> str:
    top = module.partition(".")[0]
    # `import a.b` binds a; `import a.b as c` binds the module itself
    return f"import {module}" if top == name else f"import {module} as {name}"


def literal_text(value: Any) -> str | None:
    """Return source that evaluates to an equal value of the same type, or None when there is none.

    >>> literal_text((1, {"a": [None]})), literal_text(object()), literal_text(float("inf"))
    ("(1, {'a': [None]})", None, "float('inf')")
    """
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"float({str(value)!r})"
    if isinstance(value, Path):
        return f"__import__('pathlib').Path({str(value)!r})"
    try:
        text = repr(value)
        read = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return text if type(read) is type(value) and read == value else None


def source_of(value: Any) -> str | None:
    """Return the source of a function or class with its decorators, at no indentation, or None.

    Notebook cells are found as well: IPython keeps them in ``linecache``.
    """
    code = _code_of(value)
    if code is not None:
        lines = linecache.getlines(code.co_filename, getattr(value, "__globals__", None))
        found = _definition("".join(lines), value, code.co_firstlineno)
        if found is not None:
            return found
    try:
        return textwrap.dedent(inspect.getsource(value)).rstrip()
    except (OSError, TypeError):
        return _interactive_class(value) if isinstance(value, type) else None


def _interactive_class(value: type) -> str | None:
    """Return the source of a class without methods from the newest cell that defines it.

    Nothing in such a class tells its cell, but cells are what ``linecache`` holds without there being a file.
    """
    for name, entry in reversed(list(linecache.cache.items())):
        if len(entry) == 4 and not Path(name).exists():
            found = _definition("".join(entry[2]), value, None)
            if found is not None:
                return found
    return None


def _code_of(value: Any) -> CodeType | None:
    if isinstance(value, FunctionType):
        return value.__code__
    if isinstance(value, type):
        for item in vars(value).values():
            inner = inspect.unwrap(getattr(item, "__func__", item)) if callable(item) else item
            # generated methods, as of a dataclass, aren't in any file
            if isinstance(inner, FunctionType) and not inner.__code__.co_filename.startswith("<string"):
                return inner.__code__
    return None


def _definition(text: str, value: Any, line: int | None) -> str | None:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    best = None
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
        inside = line is None or first <= line <= (node.end_lineno or first)
        if inside and node.name == value.__name__:
            best = (first, node.end_lineno)  # walking goes inwards: the last one is the nearest
            if isinstance(value, type):
                break
    if best is None:
        return None
    lines = text.splitlines()[best[0] - 1 : best[1]]
    return textwrap.dedent("\n".join(lines)).rstrip()


def _scope(value: Any) -> dict[str, Any]:
    """Return what the names in a function or class stand for: module globals, then enclosing functions."""
    if isinstance(value, type):
        methods = [_code_function(item) for item in vars(value).values()]
        inner = next((item for item in methods if item is not None), None)
        base = dict(vars(sys.modules[value.__module__])) if value.__module__ in sys.modules else {}
        return {**base, **(_scope(inner) if inner is not None else {})}
    scope = dict(getattr(value, "__globals__", {}))
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
        try:
            scope[name] = cell.cell_contents
        except ValueError:
            continue  # not bound yet: reported as undefined, unless a global has that name
    return scope


def _code_function(item: Any) -> FunctionType | None:
    inner = getattr(item, "__func__", item)
    return inner if isinstance(inner, FunctionType) and "<string" not in inner.__code__.co_filename else None


def _global_names(source: str, postponed: bool) -> list[str]:
    """Return the names the source takes from around it, in a stable order."""
    text = f"from __future__ import annotations\n{source}" if postponed else source
    top = symtable.symtable(text, "operation", "exec")
    names = {
        symbol.get_name()
        for symbol in top.get_symbols()
        if symbol.is_referenced() and not symbol.is_assigned()
    }
    for table in _tables(top):
        names |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_namespace()}
    return sorted(names - own - {"annotations"})


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _tables(child)


def _submodules(source: str, scope: dict[str, Any]) -> set[str]:
    """Return modules reached by dots (``a.b.c``), since importing ``a`` need not load them."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute):
            continue
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        value = scope.get(inner.id) if isinstance(inner, ast.Name) else None
        for name in names:
            value = getattr(value, name, None) if isinstance(value, ModuleType) else None
            if isinstance(value, ModuleType) and is_importable(value.__name__):
                found.add(value.__name__)
    return found
