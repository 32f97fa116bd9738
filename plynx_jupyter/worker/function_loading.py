"""From source text or a location to the function to call, once for each version of the code."""

from __future__ import annotations

import inspect
import linecache
import os
import re
import site
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.operations.decorators import declaration_of

from .function_call import FunctionCall

DEFAULT_NAME = "operation"
"""What a function is called when nothing else tells which one of the source is meant."""

_stamps: dict[str, tuple[str, int, int]] = {}


class FunctionCache:
    """The functions this process has loaded, by the digest of their code. Classes are made objects of, once."""

    def __init__(self) -> None:
        self._functions: dict[str, Callable[..., Any]] = {}

    def get(self, call: FunctionCall) -> Callable[..., Any]:
        """Return what to call; raises whatever loading the code raises."""
        function = self._functions.get(call.digest)
        if function is None:
            found = _located(call.location) if call.location else _from_source(call)
            function = found() if isinstance(found, type) else found
            if not callable(function):
                raise OperationInvalidError(f"{found!r} can't be called: a class needs a method __call__.")
            self._functions[call.digest] = function
        return function


def _located(location: str) -> Any:
    module_name, _, qualname = location.partition(":")
    if not qualname:
        module_name, _, qualname = location.rpartition(".")
    if not module_name:
        raise OperationInvalidError(f"The location {location!r} has to look like module:function.")
    found: Any = import_module(module_name)
    for part in qualname.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise OperationInvalidError(
                f"The module {module_name!r} has no {qualname!r} (looked for {part!r} in {found!r})."
            ) from None
    return found


def _from_source(call: FunctionCall) -> Any:
    source = call.source or ""
    name = f"plynx_operation_{call.digest[:16]}"
    filename = f"<{re.sub(r'[^ -;=?-~]', '_', call.title) or 'operation'}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    module = types.ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module  # pickle, dataclasses and typing look there
    try:
        exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - our purpose
        return _chosen(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise


def _chosen(module: types.ModuleType) -> Any:
    own = {
        name: value
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ and callable(value)
    }
    declared = [name for name, value in own.items() if declaration_of(value) is not None]
    public = [name for name in own if not name.startswith("_")]
    for names in (declared, [DEFAULT_NAME] if DEFAULT_NAME in own else [], public):
        if len(names) == 1:
            return own[names[0]]
    if not public:
        raise OperationInvalidError("The code defines no function; write `def operation(…):` in it.")
    names = declared or public
    listed = ", ".join(names)
    raise OperationInvalidError(
        f"The code defines {len(names)} functions and classes ({listed}); "
        "decorate one with @operation, or name it operation."
    )


def loaded_modules_changed() -> bool:
    """Return whether a module of the user's own, loaded here before, has been edited or removed since."""
    for name, file in _own_modules():
        stamp = _stamps.get(name)
        found = _stamp(file)
        if stamp is None:
            _stamps[name] = found
        elif stamp != found:
            return True
    return False


def _own_modules() -> Iterator[tuple[str, str]]:
    for name, module in list(sys.modules.items()):
        file = _source_files.get(name, "")
        if file == "":
            file = _source_files[name] = _own_source(module)
        if file is not None:
            yield name, file


_source_files: dict[str, str | None] = {}


def _own_source(module: object) -> str | None:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or not file.endswith(".py") or file.startswith(_installed()):
        return None
    return file


def _stamp(file: str) -> tuple[str, int, int]:
    try:
        found = os.stat(file)  # noqa: PTH116 - for each call
    except OSError:
        return file, 0, -1
    return file, found.st_mtime_ns, found.st_size


@cache
def _installed() -> tuple[str, ...]:
    """Return the folders whose modules don't change while a program runs: the interpreter's, and our own."""
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {*site.getsitepackages(), site.getusersitepackages()}
    folders.add(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    return tuple(folder + os.sep for folder in folders if folder)


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """Return what a function takes; None for one that doesn't tell (built-ins)."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
