"""Writing a value that is a file's content: a path to take, bytes or text."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from plynx_jupyter.errors import ParameterValueError


def wrong_type(file_type: str, expected: str, value: object) -> ParameterValueError:
    """Return the error for a value that ``file_type`` can't take; ``expected`` names Python types."""
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return ParameterValueError(
        f"A value of type {file_type!r} has to be {expected}, not {name}.",
        file_type=file_type,
        expected=expected,
        found=name,
    )


def write_content(value: object, path: Path, file_type: str, expected: str = "") -> None:
    """Put ``value`` at ``path``: a path's file is copied, bytes and text (as UTF-8) are written.

    ``expected`` says what else the type takes, for the error about everything else.
    """
    if isinstance(value, os.PathLike):
        take_file(Path(value), path, file_type)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        path.write_bytes(value)
    elif isinstance(value, str):
        path.write_bytes(_encoded(value, file_type))
    else:
        raise wrong_type(file_type, expected or "a pathlib.Path, bytes or str (the content)", value)


def _encoded(text: str, file_type: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        reason = f"The text for a value of type {file_type!r} isn't valid Unicode: {error.reason}."
        raise ParameterValueError(f"{reason} Give it as bytes.", file_type=file_type) from None


def take_file(source: Path, destination: Path, file_type: str) -> None:
    """Copy a regular file; the source stays, since it may be an input or belong to somebody else."""
    if not source.is_file():
        reason = "is a folder" if source.is_dir() else "doesn't exist or isn't a regular file"
        raise ParameterValueError(
            f"The file {str(source)!r}, given for a value of type {file_type!r}, {reason}.",
            file_type=file_type,
            path=str(source),
        )
    if destination.exists() and source.samefile(destination):
        return
    shutil.copyfile(source, destination)


def is_instance(value: object, module: str, name: str) -> bool:
    """Return whether ``value`` is an instance of a class that this process may never have imported."""
    import sys

    home = sys.modules.get(module)
    kind = getattr(home, name, None)
    return isinstance(kind, type) and isinstance(value, kind)
