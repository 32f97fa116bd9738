"""``show``: look at ports and files as their previews look in a graph."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .values import inputs, outputs, type_of_port

if TYPE_CHECKING:
    from plynx_jupyter.resources.preview import MimeBundle


def show(what: Any, file_type: str = "") -> None:
    """Display an output or input by its name, a file by its path, or any other value as Jupyter displays it.

    A file is shown as its preview: bounded, whatever its size. ``file_type`` overrides what is declared or follows
    from the ending of the path. Without IPython the preview's text is printed.
    """
    if not isinstance(what, (str, os.PathLike)):
        _display(what)
        return
    declared = type_of_port(what) if isinstance(what, str) else ""
    for path in _paths(what):
        _display_bundle(_preview(path, (file_type or declared).removesuffix("[]")))


def _paths(what: str | os.PathLike[str]) -> list[Path]:
    found: Any = what
    if isinstance(what, str):
        # an input first: asking for an output that nobody declared would make a folder for it
        found = inputs.get(what) or (outputs.get(what) if what in list(outputs) else None) or what
    paths = [Path(item) for item in found] if isinstance(found, list) else [Path(found)]
    if len(paths) == 1 and paths[0].is_dir() and type_of_port(str(what)).endswith("[]"):
        return sorted(item for item in paths[0].iterdir() if not item.name.startswith("."))
    return paths


def _preview(path: Path, file_type: str) -> MimeBundle:
    from plynx_jupyter.operations.type_names import port_type
    from plynx_jupyter.resources.base import preview_of
    from plynx_jupyter.resources.preview import PreviewObject
    from plynx_jupyter.resources.registry import get_resource, guess_file_type

    if not path.exists():
        return {"text/plain": f"There is no file {path} (yet)."}
    known = port_type(file_type) if file_type else None
    resource = get_resource(known.file_type if known is not None else guess_file_type(path))
    if path.is_dir():
        names = sorted(item.name for item in path.iterdir())
        return {"text/plain": "\n".join([f"{path}: {len(names)} files", *names[:100]])}
    return preview_of(resource, PreviewObject.of_path(path))


def _display_bundle(bundle: MimeBundle) -> None:
    from plynx_jupyter.resources.preview import METADATA

    shown = {mime: content for mime, content in bundle.items() if mime != METADATA}
    note = bundle.get(METADATA)
    if isinstance(note, dict) and note.get("note"):
        print(note["note"])
    _display(shown, raw=True)


def _display(value: Any, *, raw: bool = False) -> None:
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        session = None
    else:
        session = get_ipython()
    if session is not None:
        display(value, raw=raw)
    else:
        print(value.get("text/plain", ", ".join(value)) if raw else value)
