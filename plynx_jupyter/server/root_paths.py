"""Paths as Jupyter's file browser has them: below the server's root folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plynx_jupyter.errors import NotFoundError


def folder_of_document(contents_manager: Any, path: str | None) -> Path | None:
    """Return the folder in which relative paths of a graph's files are looked for.

    That is where its document is, if the document's path below the root folder is given, else the root folder itself.
    None if the server's files aren't in a folder. Raises ``NotFoundError`` as ``file_below_root`` does.
    """
    if path is not None:
        return file_below_root(contents_manager, path).parent
    root = getattr(contents_manager, "root_dir", "")
    return Path(root) if root else None


def file_below_root(contents_manager: Any, path: str) -> Path:
    """Return the file at ``path`` (parts with slashes between them) below the root folder.

    What isn't a file there is ``NotFoundError`` in the same words whether it doesn't exist, lies outside (also by a
    symbolic link), or is hidden while the server doesn't show hidden files.
    """
    missing = NotFoundError(f"There is no file {path!r} below the server's root folder.", path=path)
    root = getattr(contents_manager, "root_dir", "")
    parts = path.removeprefix("/").split("/")
    if not root or not path.isprintable() or "\\" in path or any(part in ("", ".", "..") for part in parts):
        raise missing
    if any(part.startswith(".") for part in parts) and not getattr(contents_manager, "allow_hidden", False):
        raise missing
    try:
        base = Path(root).resolve()
        found = base.joinpath(*parts).resolve()
        if not found.is_relative_to(base) or not found.is_file():
            raise missing
    except (OSError, ValueError, RuntimeError) as error:  # too long, a loop of links
        raise missing from error
    return found
