"""Reading notebook text: any nbformat up to 4, upgraded, checked, with stable cell ids; nothing is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import OperationInvalidError

NEWEST_MAJOR = 4
_CONFLICT = "\n<<<<<<< "


def read_notebook(text: str, *, name: str = "notebook", with_outputs: bool = False) -> Any:
    """Return the notebook in ``text`` as an nbformat 4 ``NotebookNode`` that passed validation.

    Older formats are upgraded. Cells without an id, or with one already taken, get an id from their position,
    so that reading the same text twice gives the same notebook. Outputs are dropped, as they may be large, or
    broken, and say nothing about what the notebook does, unless it is to be written again ``with_outputs``.
    Raises ``OperationInvalidError`` when the text is not JSON, not a notebook, newer than nbformat 4, or breaks
    the notebook schema.
    """
    document = _parse(text, name)
    import nbformat

    _mend_metadata(document)
    if not with_outputs:
        _drop_outputs(document)
    major: int = document["nbformat"]
    if major > NEWEST_MAJOR:
        raise OperationInvalidError(
            f"{name}: nbformat {major} is too new to be read here; save it as nbformat {NEWEST_MAJOR}"
        )
    old = major < NEWEST_MAJOR or document.get("nbformat_minor", 0) < 5
    try:
        notebook = nbformat.reader.reads(json.dumps(document))
        if major < NEWEST_MAJOR:
            notebook = nbformat.convert(notebook, NEWEST_MAJOR)
        upgraded = nbformat.v4.upgrade(notebook)
        notebook = notebook if upgraded is None else upgraded
        _settle_ids(notebook, fresh=old)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise OperationInvalidError(
            f"{name}: not a valid notebook: {_place(error)}{_first_line(error)}"
        ) from error
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise OperationInvalidError(f"{name}: not a valid notebook: {error!r}") from error
    return notebook


def text_of_file(path: Path) -> str:
    """Return the text of a notebook's file, in any encoding that JSON may have.

    Raises ``OperationInvalidError`` when it can't be read, is no text, or is empty.
    """
    try:
        data = path.read_bytes()
        text = data.decode(json.detect_encoding(data), "surrogatepass")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise OperationInvalidError(f"The notebook {path} can't be read: {error}") from error
    if not text.strip():
        raise OperationInvalidError(f"{path.name}: not a notebook: the file is empty")
    return text


def code_cells(notebook: Any) -> list[Any]:
    """Return the code cells in order; everywhere in this project they count from 1."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    found = cell.metadata.get("tags", [])
    return [str(tag) for tag in found]


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        hint = "; it holds a conflict of a merge, to be resolved first" if _CONFLICT in text else ""
        raise OperationInvalidError(
            f"{name}: not a notebook: the text is not JSON ({error}){hint}"
        ) from error
    except RecursionError as error:
        raise OperationInvalidError(f"{name}: not a notebook: nested too deeply") from error
    if not isinstance(document, dict) or type(document.get("nbformat")) is not int:
        raise OperationInvalidError(f"{name}: not a notebook: the JSON has no nbformat number")
    return document


def _mend_metadata(document: dict[str, Any]) -> None:
    """Make good what programs that write notebooks leave out, and Jupyter opens all the same."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return
    kernel = metadata.get("kernelspec")
    if isinstance(kernel, dict) and isinstance(kernel.get("name"), str) and kernel["name"]:
        kernel.setdefault("display_name", kernel["name"])
    elif not kernel or isinstance(kernel, dict):
        metadata.pop("kernelspec", None)
    if isinstance(language := metadata.get("language_info", {}), dict) and "name" not in language:
        metadata.pop("language_info", None)


def _drop_outputs(document: dict[str, Any]) -> None:
    """Empty the outputs of all code cells, wherever the format of old had them."""
    sheets = document.get("worksheets")
    for sheet in [document, *(sheets if isinstance(sheets, list) else [])]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                cell["outputs"] = []


def _settle_ids(notebook: Any, *, fresh: bool) -> None:
    taken: set[str] = set()
    for position, cell in enumerate(notebook.cells, start=1):
        known = None if fresh else cell.get("id")
        if not isinstance(known, str) or not known or known in taken:
            known = f"cell-{position}"
            while known in taken:
                known += "x"
            cell["id"] = known
        taken.add(known)


def _place(error: Exception) -> str:
    """Return which cell an error of validation is about, counting all cells from 1; empty when it is none."""
    path = list(getattr(error, "absolute_path", None) or getattr(error, "path", None) or ())
    if len(path) > 1 and path[0] == "cells" and isinstance(path[1], int):
        return f"cell {path[1] + 1} of all: "
    return ""


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", "") or error).strip().splitlines()[0][:500]
