"""``save``: put a value where an output belongs, in the form its file type has."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plynx_jupyter.errors import ParameterValueError

from .values import outputs, type_of_port

if TYPE_CHECKING:
    from plynx_jupyter.resources.base import BaseResource


def save(name: str, value: Any, file_type: str = "") -> Path:
    """Write ``value`` as the output ``name`` and return its path.

    What can be written depends on the file type, as for a function's result: a figure, picture or array as an image,
    a data frame as a table, plain values as JSON; a ``Path`` means that file, bytes and text the content itself. For
    a list output, ``value`` is an iterable of items. ``file_type`` is for notebooks opened by hand whose output
    isn't declared anywhere; in a run, the operation knows. Raises ``NoSuchValueError`` for an unknown output, and
    ``ParameterValueError`` for a value its type can't take.
    """
    path = Path(outputs[name])
    declared = type_of_port(name) or file_type
    try:
        if declared.endswith("[]"):
            _save_items(_resource(declared[:-2], path), value, path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(_resource(declared, path), value, path)
    except ParameterValueError as error:
        raise ParameterValueError(f"The output {name!r}: {error.message}", **error.data) from None
    return path


def _save_items(resource: type[BaseResource], items: Any, folder: Path) -> None:
    if isinstance(items, (str, bytes)) or not isinstance(items, Iterable):
        raise ParameterValueError("It is a list: give its items, in a list or another iterable.")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():  # of an earlier call: saving again replaces all
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    ending = resource.extensions[0] if resource.extensions else ""
    for number, item in enumerate(items):
        _write(resource, item, folder / f"{number:06d}{ending}")


def _resource(file_type: str, path: Path) -> type[BaseResource]:
    from plynx_jupyter.operations.type_names import port_type
    from plynx_jupyter.resources.registry import get_resource, guess_file_type

    known = port_type(file_type) if file_type else None
    return get_resource(known.file_type if known is not None else guess_file_type(path))


def _write(resource: type[BaseResource], value: Any, path: Path) -> None:
    if not resource.is_raw:
        resource.dump(value, Path(resource.prepare_output(str(path))["outputs"]))
        return
    data = resource.encode(value)
    plain: Any = resource.decode(data)
    # as scripts write it: text as it is, with a line end that reading takes away again
    path.write_bytes(f"{plain}\n".encode("utf-8", "surrogateescape") if isinstance(plain, str) else data)
