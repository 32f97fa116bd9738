"""Executable files: scripts and programs."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import ClassVar

from .base import BaseResource, NodeResources
from .preview import MimeBundle, PreviewObject
from .text import first_lines


class Executable(BaseResource):
    """A file that may be run: its execute bit is set before code sees it."""

    file_type: ClassVar[str] = "executable"
    title: ClassVar[str] = "Executable"
    icon: ClassVar[str] = "terminal"
    color: ClassVar[str] = "#5E35B1"
    extensions: ClassVar[tuple[str, ...]] = (".sh", ".bash", ".exe", ".bin")

    @staticmethod
    def prepare_input(filename: str, preview: bool = False) -> dict[str, str]:
        """Allow the file to be run by whoever may read it."""
        if not preview:
            _allow_execution(Path(filename))
        return {NodeResources.INPUT: filename}

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first lines of a script."""
        return first_lines(preview_object)


def _allow_execution(path: Path) -> None:
    if path.is_symlink():  # the file it leads to belongs to the store and has to stay as it is
        target = path.resolve(strict=True)
        path.unlink()
        shutil.copyfile(target, path)
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode | stat.S_IRUSR | stat.S_IXUSR | ((mode & 0o044) >> 2))
