"""Folders, which travel as zip files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from plynx_jupyter.errors import JobFailedError, ParameterValueError

from .archive import pack, unpack
from .base import BaseResource, NodeResources
from .content import wrong_type
from .json_view import cut
from .preview import METADATA, MimeBundle, PreviewObject, readable_size
from .table_view import TableHead, table_bundle

_THUMBNAIL_NAMES = 5


class Directory(BaseResource):
    """A folder of files; code sees the folder, the storage a zip that is equal when the contents are."""

    file_type: ClassVar[str] = "directory"
    title: ClassVar[str] = "Directory"
    icon: ClassVar[str] = "folder"
    color: ClassVar[str] = "#6D4C41"
    extensions: ClassVar[tuple[str, ...]] = (".zip",)

    @staticmethod
    def prepare_input(filename: str, preview: bool = False) -> dict[str, str]:
        """Put the unpacked folder in the place of the zip; raises ``InvalidInputError`` for an unsafe one."""
        if not preview:
            archive = Path(filename).rename(f"{filename}.zip")
            unpack(archive, Path(filename))
            archive.unlink()
        return {NodeResources.INPUT: filename}

    @staticmethod
    def prepare_output(filename: str, preview: bool = False) -> dict[str, str]:
        """Make the folder."""
        if not preview:
            Path(filename).mkdir(parents=True, exist_ok=True)
        return {NodeResources.OUTPUT: filename}

    @staticmethod
    def postprocess_output(filename: str) -> str:
        """Pack the folder and return the path of the zip beside it."""
        folder = Path(filename)
        if not folder.is_dir():
            raise JobFailedError(f"The Directory output at {filename} isn't a folder any more.")
        archive = Path(f"{filename}.zip")
        pack(folder, archive)
        return str(archive)

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Copy the folder at a path; links become what they lead to when it is packed."""
        if not isinstance(value, Path):
            raise wrong_type(cls.file_type, "the pathlib.Path of a folder", value)
        if not value.is_dir():
            raise ParameterValueError(f"There is no folder at {str(value)!r}.", path=str(value))
        if path.exists() and value.samefile(path):
            return
        if value.resolve() in path.resolve().parents:
            raise ParameterValueError(f"The folder {str(value)!r} holds the place it should be copied to.")
        shutil.copytree(value, path, dirs_exist_ok=True)

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """List names and sizes from the zip's own list; nothing is unpacked."""
        rows, count, total = _listing(preview_object, preview_object.max_rows)
        bundle = table_bundle(
            TableHead(["name", "size_bytes"], ["str", "int"], rows, count, len(rows) < count)
        )
        summary = f"{count} entries, {readable_size(total)}"
        names = "\n".join(f"{size:>12}  {cut(name, 200)}" for name, size in rows)
        return {
            **bundle,
            "text/plain": f"{summary}\n{names}",
            METADATA: {"truncated": len(rows) < count, "entries": count, "size_bytes": total},
        }

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first names."""
        rows, count, _ = _listing(preview_object, _THUMBNAIL_NAMES)
        names = [cut(name, 60) for name, _ in rows] + (["…"] if len(rows) < count else [])
        return {"text/plain": "\n".join(names), METADATA: {}} if names else None


def _listing(preview_object: PreviewObject, limit: int) -> tuple[list[tuple[str, int]], int, int]:
    """Return the first names and sizes, the number of entries, and their size in all as the zip tells it."""
    from zipfile import ZipFile

    with preview_object.reader() as reader, ZipFile(reader) as zip_file:
        entries = zip_file.infolist()
        rows = [(_printable(entry.filename), entry.file_size) for entry in entries[:limit]]
        return rows, len(entries), sum(entry.file_size for entry in entries)


def _printable(name: str) -> str:
    """Return a name in which nothing ends the line or makes it run backwards."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in name)
