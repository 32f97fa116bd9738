"""Giving a notebook its parameters cell: in a copy, for whoever asked to look at it or to keep it."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from plynx_jupyter.errors import OperationInvalidError

from .notebook_interface import PARAMETERS_TAG
from .notebook_language import LANGUAGES, language_of
from .notebook_source import code_cells, tags
from .parameters_cell import comment_above
from .suggesting import Suggestion, suggest_parameters


def tag_parameters(notebook: Any, names: Collection[str] | None = None) -> Any:
    """Return a copy of the notebook with a cell tagged ``parameters``; the notebook given stays as it is.

    ``names`` are those to become parameters, out of ``suggest_parameters``; None means all of them. A cell that
    holds exactly these is tagged. Otherwise their assignments move, with their comments, to a new cell before the
    first cell that had one, so that nothing else becomes a parameter. Raises ``OperationInvalidError`` for names
    that weren't suggested, for no names at all, and when there already is such a cell.
    """
    if any(PARAMETERS_TAG in tags(cell) for cell in code_cells(notebook)):
        raise OperationInvalidError(
            f"The notebook already has a cell tagged {PARAMETERS_TAG!r}; edit that one."
        )
    suggested = {one.name: one for one in suggest_parameters(notebook)}
    unknown = [name for name in names or () if name not in suggested]
    if unknown:
        raise OperationInvalidError(
            f"{', '.join(map(repr, unknown))} can't become parameters: they aren't set once to a plain value in one of "
            f"the first cells. What is: {', '.join(suggested) or 'nothing'}."
        )
    chosen = [one for name, one in suggested.items() if names is None or name in names]
    if not chosen:
        raise OperationInvalidError("Nothing in the first cells of the notebook is set to a plain value.")
    changed = copy.deepcopy(notebook)
    cells = code_cells(changed)
    language = language_of(changed)
    mark = LANGUAGES[language].comment if language in LANGUAGES else "#"
    first = cells[chosen[0].cell - 1]
    if len({one.cell for one in chosen}) == 1 and _holds_only(first.source, chosen, mark):
        _add_tag(first)
    else:
        _move(changed, cells, chosen, mark)
    return changed


def _holds_only(source: str, chosen: list[Suggestion], mark: str) -> bool:
    taken = {line for one in chosen for line in range(one.line, one.last_line + 1)}
    rest = [text.strip() for number, text in enumerate(source.splitlines(), start=1) if number not in taken]
    return all(not text or text.startswith(mark) for text in rest)


def _move(notebook: Any, cells: list[Any], chosen: list[Suggestion], mark: str) -> None:
    import nbformat

    moved: list[str] = []
    for number in dict.fromkeys(one.cell for one in chosen):
        cell = cells[number - 1]
        lines = cell.source.splitlines()
        spans = [_with_comment(cell.source, one, mark) for one in chosen if one.cell == number]
        moved += [line for first, last in spans for line in lines[first - 1 : last]]
        gone = {line for first, last in spans for line in range(first, last + 1)}
        cell["source"] = "\n".join(text for n, text in enumerate(lines, start=1) if n not in gone).strip("\n")
    new = nbformat.v4.new_code_cell("\n".join(moved))
    new["id"] = _free_id(notebook)
    _add_tag(new)
    place = next(i for i, cell in enumerate(notebook.cells) if cell is cells[chosen[0].cell - 1])
    notebook.cells.insert(place, new)
    emptied = {id(cells[one.cell - 1]) for one in chosen if not cells[one.cell - 1].source.strip()}
    notebook["cells"] = [cell for cell in notebook.cells if id(cell) not in emptied]


def _with_comment(source: str, one: Suggestion, mark: str) -> tuple[int, int]:
    first, lines = one.line, source.splitlines()
    if comment_above(source, first, mark):
        while first > 1 and lines[first - 2].strip().startswith(mark):
            first -= 1
    return first, one.last_line


def _add_tag(cell: Any) -> None:
    cell.metadata["tags"] = [*tags(cell), PARAMETERS_TAG]


def _free_id(notebook: Any) -> str:
    taken = {cell.get("id") for cell in notebook.cells}
    name = PARAMETERS_TAG
    while name in taken:
        name += "x"
    return name
