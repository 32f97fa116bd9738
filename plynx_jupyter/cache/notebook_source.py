"""Notebook text reduced to what counts: the code cells with their tags, and the language they are in."""

from __future__ import annotations

import json
import re

from plynx_jupyter.model.json_value import JsonValue

from .python_source import Import, read_source

_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


def notebook_components(text: str) -> JsonValue:
    """Return what counts of a notebook: neither outputs, counts, ids, prose nor other metadata.

    Line endings and blanks at the ends of lines don't count; comments do, since a line that begins with
    ``%`` or ``!`` gives them a meaning of its own. Text that isn't a notebook is returned as it is.

    >>> notebook_components('{"cells": [{"cell_type": "code", "source": ["x = 1\\\\n", "y = 2  "]}]}')
    {'language': '', 'cells': [['x = 1\\ny = 2', []]]}
    """
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return text
    cells: list[JsonValue] = []
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = _text(cell.get("source"))
            # Cells without code run nothing, but a tagged one is where parameters go.
            if tags := _tags(cell):
                cells.append([source, tags])
            elif source:
                cells.append([source, []])
    return {"language": _language(notebook.get("metadata")), "cells": cells}


def notebook_cells(components: JsonValue) -> list[str]:
    """Return the sources of the code cells in what ``notebook_components`` returned."""
    if not isinstance(components, dict) or not isinstance(components["cells"], list):
        return []
    return [str(cell[0]) for cell in components["cells"] if isinstance(cell, list)]


def notebook_imports(components: JsonValue) -> set[Import]:
    """Return what the cells of a Python notebook import, as far as they can be read without their magics."""
    if not isinstance(components, dict) or components["language"] not in ("python", ""):
        return set()
    cells = (_MAGIC.sub(r"\1pass", cell) for cell in notebook_cells(components))
    return {item for cell in cells for item in read_source(cell).imports}


def _text(source: object) -> str:
    """Return a cell's source, which may be stored whole or as lines."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _tags(cell: dict[str, JsonValue]) -> list[JsonValue]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if not isinstance(tags, list):
        return []
    return [*sorted({tag for tag in tags if isinstance(tag, str)})]


def _language(metadata: object) -> str:
    """Return the kernel's language; which kernel of that language runs it is a matter of the environment."""
    if not isinstance(metadata, dict):
        return ""
    for section, name in (("kernelspec", "language"), ("language_info", "name")):
        part = metadata.get(section)
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name]).lower()
    return ""
