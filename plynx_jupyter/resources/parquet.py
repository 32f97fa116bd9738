"""Tables in Parquet: files as they are, and data frames as values."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar, Final

from plynx_jupyter.errors import InvalidInputError, ParameterValueError

from .base import BaseResource
from .content import is_instance, take_file, write_content, wrong_type
from .preview import BudgetExceededError, MimeBundle, PreviewObject
from .table_view import MAX_COLUMNS, TableHead, table_bundle

_THUMBNAIL_ROWS: Final = 3
_BUFFER_BYTES: Final = 64 * 1024
_RATIO_FLOOR_BYTES: Final = 64 * 1024 * 1024
_MAX_RATIO: Final = 32
"""How many bytes may come of one, where it's about more than 64 MiB."""


class Parquet(BaseResource):
    """A Parquet file, which functions see as a path."""

    file_type: ClassVar[str] = "parquet"
    title: ClassVar[str] = "Parquet"
    icon: ClassVar[str] = "grid"
    color: ClassVar[str] = "#00ACC1"
    extensions: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a pandas data frame, or take a file or the content."""
        if is_instance(value, "pandas", "DataFrame"):
            write_frame(value, path)
        else:
            write_content(
                value, path, cls.file_type, "a pathlib.Path, bytes (the content) or a pandas.DataFrame"
            )

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the first rows of the first row groups; when those are too large, the columns alone."""
        return table_bundle(_read(preview_object, preview_object.max_rows))

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first three rows."""
        return table_bundle(_read(preview_object, _THUMBNAIL_ROWS))


class DataFrame(Parquet):
    """A pandas data frame, stored as Parquet."""

    file_type: ClassVar[str] = "dataframe"
    title: ClassVar[str] = "Data frame"
    extensions: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def load(cls, path: Path) -> object:
        """Return the frame; raises ``ParameterValueError`` when the file isn't Parquet."""
        pandas = _tables("pandas")
        _tables("pyarrow")
        try:
            return pandas.read_parquet(path, engine="pyarrow")
        except Exception as error:
            raise ParameterValueError(f"{path.name} can't be read as a data frame: {error}") from error

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a frame; a path means that Parquet file."""
        if is_instance(value, "pandas", "DataFrame"):
            write_frame(value, path)
        elif isinstance(value, os.PathLike):
            take_file(Path(value), path, cls.file_type)
        else:
            raise wrong_type(
                cls.file_type, "a pandas.DataFrame, or the pathlib.Path of a Parquet file", value
            )


def write_frame(value: object, path: Path) -> None:
    """Write a pandas data frame as Parquet; raises ``ParameterValueError`` for columns Parquet can't hold."""
    _tables("pyarrow")
    frame: Any = value
    try:
        frame.to_parquet(path, engine="pyarrow")
    except Exception as error:
        raise ParameterValueError(f"The data frame can't be stored as Parquet: {error}") from error


def _tables(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise InvalidInputError(
            f"Tables need {module}, which isn't installed here: pip install 'plynx-jupyter[table]'."
        ) from error


def _read(preview_object: PreviewObject, max_rows: int) -> TableHead:
    _tables("pyarrow")
    from pyarrow import parquet

    # Buffered and without read-ahead: pages are fetched as they are needed, not whole row groups.
    with (
        preview_object.reader() as reader,
        parquet.ParquetFile(reader, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file,
    ):
        schema, count = file.schema_arrow, file.metadata.num_rows
        rows = _first_rows(file, schema.names, max_rows)
    types = [str(kind) for kind in schema.types]
    return TableHead(list(schema.names), types, rows, count, len(rows) < count)


def _first_rows(file: Any, names: list[str], max_rows: int) -> list[list[object]]:
    if (
        len(set(names)) < len(names)
        or not file.metadata.num_row_groups
        or _is_bomb(file.metadata.row_group(0))
    ):
        return []  # columns of equal names can't be chosen by name
    try:
        batches = file.iter_batches(batch_size=max_rows, columns=names[:MAX_COLUMNS], use_threads=False)
        batch = next(iter(batches), None)
    except BudgetExceededError:
        return []
    if batch is None:
        return []
    columns = [_values(column) for column in batch.columns]
    return [list(row) for row in zip(*columns)]  # noqa: B905 - columns of one batch


def _is_bomb(row_group: Any) -> bool:
    """Tell whether a few bytes of the file would become very many in memory."""
    columns = [row_group.column(index) for index in range(row_group.num_columns)]
    unpacked = sum(column.total_uncompressed_size for column in columns)
    packed = sum(column.total_compressed_size for column in columns)
    return bool(unpacked > _RATIO_FLOOR_BYTES and unpacked > _MAX_RATIO * packed)


def _values(column: Any) -> list[object]:
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, OverflowError):  # times that Python's own types can't hold
        return [str(value) for value in column.cast("string").to_pylist()]
    return values
