"""The first rows of a table as a preview: what is common to separated text, Parquet and data frames."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from plynx_jupyter.model.json_value import JsonValue

from .json_view import cut, shorten
from .preview import METADATA, MimeBundle

MAX_COLUMNS: Final = 100
_CELL_CHARACTERS: Final = 200
_TEXT_WIDTH: Final = 24
_TABLE_CHARACTERS: Final = 500_000
"""Rows are left out once the cells shown hold this many characters."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """The beginning of a table.

    ``row_count`` is of the whole table, None when that isn't known; so is ``column_count``, None for the number of
    ``columns``.
    """

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[object]]
    row_count: int | None
    truncated: bool
    column_count: int | None = None

    @property
    def width(self) -> int:
        """The number of columns, those left out too."""
        return len(self.columns) if self.column_count is None else self.column_count

    def first(self, count: int) -> TableHead:
        """Return the first rows only."""
        more = self.truncated or len(self.rows) > count
        return replace(self, rows=self.rows[:count], truncated=more)


def table_bundle(table: TableHead) -> MimeBundle:
    """Return the preview of a table: JSON for a grid, escaped HTML, and text."""
    columns = [cut(name, _CELL_CHARACTERS) for name in table.columns[:MAX_COLUMNS]]
    rows = _bounded_rows(table.rows)
    cut_short = table.truncated or len(rows) < len(table.rows) or len(columns) < table.width
    data: dict[str, JsonValue] = {
        "columns": list(columns),
        "types": list(table.types[:MAX_COLUMNS]),
        "rows": [list(row) for row in rows],
        "truncated": cut_short,
        "row_count": table.row_count,
        "column_count": table.width,
    }
    footer = _footer(len(rows), table)
    metadata: dict[str, JsonValue] = {"truncated": cut_short, "note": footer}
    return {
        "text/plain": _as_text(columns, rows, footer),
        "text/html": _as_html(columns, table.types, rows, footer),
        "application/json": data,
        METADATA: metadata,
    }


def _bounded_rows(rows: Sequence[Sequence[object]]) -> list[list[JsonValue]]:
    bounded: list[list[JsonValue]] = []
    left = _TABLE_CHARACTERS
    for row in rows:
        cells = [shorten(cell, depth=2, items=20, characters=_CELL_CHARACTERS) for cell in row[:MAX_COLUMNS]]
        left -= sum(len(str(cell)) for cell in cells)
        if left < 0:
            break
        bounded.append(cells)
    return bounded


def _footer(shown: int, table: TableHead) -> str:
    width = f"{table.width} column" + ("" if table.width == 1 else "s")
    if table.row_count is None:
        return f"the first {shown} rows, {width}"
    of = f"{shown} of {table.row_count} rows" if shown != table.row_count else f"{shown} rows"
    return f"{of}, {width}"


def _text(cell: JsonValue) -> str:
    return "" if cell is None else str(cell)


def _as_text(columns: Sequence[str], rows: Sequence[Sequence[JsonValue]], footer: str) -> str:
    lines = [[cut(name, _TEXT_WIDTH) for name in columns]]
    lines += [[cut(" ".join(_text(cell).split()), _TEXT_WIDTH) for cell in row] for row in rows]
    widths = [
        max((len(line[index]) for line in lines if index < len(line)), default=0)
        for index in range(len(columns))
    ]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]  # noqa: B905 - rows may be short
    return "\n".join([*shown, f"({footer})"])


def _as_html(
    columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[JsonValue]], footer: str
) -> str:
    titles = [*types, *[""] * (len(columns) - len(types))]
    head = "".join(
        f'<th title="{html.escape(kind)}">{html.escape(name)}</th>'
        for name, kind in zip(columns, titles)  # noqa: B905
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_text(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<table class="plynx-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"<p>{html.escape(footer)}</p>"
    )
