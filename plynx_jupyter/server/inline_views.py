"""Which artifacts a browser may show as documents of their own, and what it may do with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_HEAD_BYTES: Final = 4096
_CONFINED: Final = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'"
# No ``allow-scripts``: even without an origin, a script could send what is on its page elsewhere by leaving the
# page, ask for passwords in a frame that looks like ours, or compute on the reader's machine.
_STATIC: Final = f"{_CONFINED}; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:"
# Browsers' viewers of PDF don't start in a sandbox; scripts in the document are theirs to confine.
_PDF: Final = "base-uri 'none'; form-action 'none'"
_TEXTS: Final = frozenset({"text", "csv", "tsv", "json", "notebook"})
_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


@dataclass(frozen=True, slots=True)
class InlineView:
    """How a document is shown: its media type, and the policy that the browser confines it by."""

    content_type: str
    policy: str


def inline_view(file_type: str, head: bytes) -> InlineView | None:
    """Return how to show an artifact that is said to be of ``file_type`` and begins with ``head``.

    None if that isn't safe or makes no sense; a type that the content belies is never passed on.
    """
    if file_type == "html":
        return InlineView("text/html", _STATIC)
    if file_type == "pdf":
        return InlineView("application/pdf", _PDF) if head.startswith(b"%PDF-") else None
    if file_type in ("image", "svg"):
        kind = _picture(head)
        return None if kind is None else InlineView(kind, _STATIC)
    if file_type in _TEXTS:
        return InlineView("text/plain; charset=utf-8", _CONFINED)
    return None


def _picture(head: bytes) -> str | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    for mark, kind in _PICTURES:
        if head.startswith(mark):
            return kind
    start = head[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "image/svg+xml" if start.startswith(b"<") and b"<svg" in start else None
