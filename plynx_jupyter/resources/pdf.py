"""PDF documents."""

from __future__ import annotations

import base64
from typing import ClassVar

from .base import BaseResource
from .preview import METADATA, MimeBundle, PreviewObject, note, readable_size


class Pdf(BaseResource):
    """A PDF document, shown by the browser when it isn't too large to send."""

    file_type: ClassVar[str] = "pdf"
    title: ClassVar[str] = "PDF"
    icon: ClassVar[str] = "book"
    color: ClassVar[str] = "#E53935"
    extensions: ClassVar[tuple[str, ...]] = (".pdf",)

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Hand over the document, or say why not."""
        if b"%PDF-" not in preview_object.head(1024):  # readers allow some bytes before the mark
            raise ValueError("it doesn't begin as a PDF document")
        if not preview_object.fits():
            return note(preview_object, "too large for a preview", truncated=True)
        data = preview_object.head(preview_object.max_bytes)
        text = f"PDF document, {readable_size(len(data))}"
        return {"application/pdf": base64.b64encode(data).decode("ascii"), "text/plain": text, METADATA: {}}
