"""Text files."""

from __future__ import annotations

from typing import ClassVar

from .base import BaseResource
from .decoding import decode_text
from .json_view import cut
from .preview import METADATA, MimeBundle, PreviewObject

_THUMBNAIL_LINES = 5
_THUMBNAIL_CHARACTERS = 80


class Text(BaseResource):
    """Text in any encoding."""

    file_type: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"
    icon: ClassVar[str] = "file-text"
    color: ClassVar[str] = "#607D8B"
    extensions: ClassVar[tuple[str, ...]] = (".txt", ".log", ".md", ".rst", ".text")

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first lines."""
        return first_lines(preview_object)


def first_lines(preview_object: PreviewObject, lines: int = _THUMBNAIL_LINES) -> MimeBundle | None:
    """Return the first lines as a bundle, each cut to a width that fits a node; None for binary content."""
    data = preview_object.head(4096)
    decoded = decode_text(data, whole=len(data) >= preview_object.size_bytes)
    if decoded is None or not decoded.text:
        return None
    shown = "\n".join(cut(line, _THUMBNAIL_CHARACTERS) for line in decoded.text.splitlines()[:lines])
    return {"text/plain": shown, METADATA: {}}
