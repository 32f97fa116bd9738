"""Reading notebook text: any nbformat up to 4, upgraded, checked, with stable cell ids; nothing is run."""

from __future__ import annotations

import json
from typing import Any

from plynx_jupyter.errors import OperationInvalidError

NEWEST_MAJOR = 4


def read_notebook(text: str, *, name: str = "notebook") -> Any:
    """Return the notebook in ``text`` as an nbformat 4 ``NotebookNode`` that passed validation.

    Older formats are upgraded. Cells without an id, or with one already taken, get an id from their position,
    so that reading the same text twice gives the same notebook. Raises ``OperationInvalidError`` when the
    text is not JSON, not a notebook, newer than nbformat 4, or breaks the notebook schema.
    """
    document = _parse(text, name)
    import nbformat

    major: int = document["nbformat"]
    if major > NEWEST_MAJOR:
        raise OperationInvalidError(
            f"{name}: nbformat {major} is too new to be read here; save it as nbformat {NEWEST_MAJOR}"
        )
    old = major < NEWEST_MAJOR or document.get("nbformat_minor", 0) < 5
    try:
        notebook = nbformat.reader.reads(text)
        if major < NEWEST_MAJOR:
            notebook = nbformat.convert(notebook, NEWEST_MAJOR)
        upgraded = nbformat.v4.upgrade(notebook)
        notebook = notebook if upgraded is None else upgraded
        _settle_ids(notebook, fresh=old)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise OperationInvalidError(f"{name}: not a valid notebook: {_first_line(error)}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OperationInvalidError(f"{name}: not a valid notebook: {error!r}") from error
    return notebook


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
        raise OperationInvalidError(f"{name}: not a notebook: the text is not JSON ({error})") from error
    except RecursionError as error:
        raise OperationInvalidError(f"{name}: not a notebook: nested too deeply") from error
    if not isinstance(document, dict) or type(document.get("nbformat")) is not int:
        raise OperationInvalidError(f"{name}: not a notebook: the JSON has no nbformat number")
    return document


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


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", "") or error).strip().splitlines()[0][:500]
