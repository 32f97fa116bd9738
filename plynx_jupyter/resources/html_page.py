"""HTML pages, which are never put into another page as they are."""

from __future__ import annotations

from typing import ClassVar, Final

from .base import BaseResource, head_preview
from .decoding import decode_text
from .preview import MimeBundle, PreviewObject, page

_SOURCE_BYTES: Final = 1024 * 1024


class Html(BaseResource):
    """An HTML page.

    Its preview has the escaped source under ``text/html``, and under ``metadata`` the page itself
    (``source``) with ``sandbox`` true: to be shown in a sandboxed frame that has no origin.
    """

    file_type: ClassVar[str] = "html"
    title: ClassVar[str] = "HTML"
    icon: ClassVar[str] = "globe"
    color: ClassVar[str] = "#EF6C00"
    extensions: ClassVar[tuple[str, ...]] = (".html", ".htm")

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the page, or its beginning when it is long."""
        whole = preview_object.fits(_SOURCE_BYTES)
        decoded = decode_text(preview_object.head(_SOURCE_BYTES), whole=whole)
        return head_preview(preview_object) if decoded is None else page(decoded.text, truncated=not whole)
