"""Tables as separated text: csv and tsv."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from .base import BaseResource, head_preview
from .content import is_instance, write_content
from .decoding import decode_text
from .preview import METADATA, MimeBundle, PreviewObject
from .table_view import MAX_COLUMNS, TableHead, table_bundle

_HEAD_BYTES: Final = 256 * 1024
_THUMBNAIL_ROWS: Final = 3
_DELIMITERS: Final = ",;\t|"
_INTEGER: Final = re.compile(r"\s*[+-]?[0-9]+\s*")
_FLOAT: Final = re.compile(
    r"\s*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|nan|inf)\s*", re.IGNORECASE
)
_DATE: Final = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?\s*")


class Csv(BaseResource):
    """Comma-separated values; semicolons, tabs and bars are recognised too.

    The first row is taken for the header, unless all its cells are numbers.
    """

    file_type: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV"
    icon: ClassVar[str] = "grid"
    color: ClassVar[str] = "#00897B"
    extensions: ClassVar[tuple[str, ...]] = (".csv",)
    separator: ClassVar[str | None] = None
    """The one separator of this type, or None to recognise it."""

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a pandas data frame (without its index), or take a file or the content."""
        if is_instance(value, "pandas", "DataFrame"):
            frame: Any = value
            frame.to_csv(path, index=False, sep=cls.separator or ",")
        else:
            expected = "a pathlib.Path, bytes or str (the content), or a pandas.DataFrame"
            write_content(value, path, cls.file_type, expected)

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the first rows; count them all when the whole file is within the bound."""
        limit = preview_object.max_bytes if preview_object.fits() else _HEAD_BYTES
        try:
            table = _read(preview_object, limit, preview_object.max_rows, cls.separator)
        except csv.Error as error:
            bundle = head_preview(preview_object)
            return {
                **bundle,
                METADATA: {"error": f"isn't a table: {error}", "truncated": not preview_object.fits()},
            }
        return head_preview(preview_object) if table is None else table_bundle(table)

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first three rows."""
        table = _read(preview_object, 16 * 1024, _THUMBNAIL_ROWS, cls.separator)
        return None if table is None else table_bundle(table)


class Tsv(Csv):
    """Tab-separated values."""

    file_type: ClassVar[str] = "tsv"
    title: ClassVar[str] = "TSV"
    color: ClassVar[str] = "#26A69A"
    extensions: ClassVar[tuple[str, ...]] = (".tsv", ".tab")
    separator: ClassVar[str | None] = "\t"


def _read(
    preview_object: PreviewObject, limit: int, max_rows: int, separator: str | None
) -> TableHead | None:
    data = preview_object.head(limit)
    whole = len(data) >= preview_object.size_bytes
    decoded = decode_text(data, whole=whole)
    if decoded is None:
        return None
    text = decoded.text if whole else _without_last_line(decoded.text)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _guess_delimiter(text))
    return _table(iter(records), max_rows, whole)


def _without_last_line(text: str) -> str:
    """Return what is certain to be whole lines, or all when there is only one."""
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end >= 0 else text


def _table(records: Iterator[list[str]], max_rows: int, whole: bool) -> TableHead:
    """Return the first rows, of which no more columns are kept than are shown: a line may be all separators."""
    first = next((record for record in records if record), [])
    width = len(first)
    first = first[:MAX_COLUMNS]
    header = [] if first and all(_type_of(cell) in {"int", "float"} for cell in first) else first
    rows = [first] if first and not header else []
    count = len(rows)
    for record in records:
        if not record:
            continue
        count += 1
        if len(rows) < max_rows:
            width = max(width, len(record))
            rows.append(record[:MAX_COLUMNS])
        elif not whole:
            break
    shown = min(width, MAX_COLUMNS)
    columns = [*header, *(f"column {index + 1}" for index in range(len(header), shown))]
    types = [_column_type([row[index] for row in rows if index < len(row)]) for index in range(shown)]
    padded = [[*row, *[""] * (shown - len(row))] for row in rows]
    more = not whole or count > len(rows)
    return TableHead(columns, types, padded, count if whole else None, more, width)


def _guess_delimiter(text: str) -> str:
    """Return the candidate that the first line has most of outside quotes; csv.Sniffer can take for ever."""
    line = re.sub(r'"[^"]*"', "", text[:8192].lstrip("\r\n").split("\n", 1)[0])
    return max(_DELIMITERS, key=line.count)


def _column_type(cells: Sequence[str]) -> str:
    kinds = {_type_of(cell) for cell in cells} - {""}
    if not kinds:
        return "empty"
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "str"


def _type_of(cell: str) -> str:
    if not cell.strip():
        return ""
    if _INTEGER.fullmatch(cell):
        return "int"
    if _FLOAT.fullmatch(cell):
        return "float"
    if cell.strip().lower() in {"true", "false"}:
        return "bool"
    return "date" if _DATE.fullmatch(cell) else "str"
