"""Bounded looks into artifacts: what a preview is made from, and the parts that all previews share.

A preview is a MIME bundle: a JSON-ready dict from MIME types to contents (text as it is, JSON as a value,
images and PDF as base64, SVG as text). One key isn't a MIME type: ``metadata``, a dict with any of ``note``
(what is left out), ``error`` (why the content can't be shown), ``encoding``, ``truncated``, and, for HTML
pages, ``sandbox`` with ``source``. Everything under ``text/html`` is safe to put in a page.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from plynx_jupyter.model.json_value import JsonValue

MimeBundle: TypeAlias = dict[str, JsonValue]
METADATA: Final = "metadata"

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ROWS: Final = 100
HEAD_BYTES: Final = 64 * 1024
_MESSAGE_CHARACTERS: Final = 500


class BudgetExceededError(Exception):
    """A preview would have to read more of the artifact than it may; never leaves this room."""


class BoundedReader(io.RawIOBase):
    """A seekable view of a stream that refuses, before reading, to go over a number of bytes in all."""

    def __init__(self, stream: BinaryIO, size_bytes: int, max_bytes: int) -> None:
        super().__init__()
        self._stream = stream
        self._size = size_bytes
        self._left = max_bytes
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; costs nothing of the budget."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(f"a position before the start of the stream: {base + offset}")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Read as much as asked for, or to the end; raises ``BudgetExceededError`` when that is too much."""
        available = max(0, self._size - self._position)
        wanted = available if size is None or size < 0 else min(size, available)
        if wanted > self._left:
            raise BudgetExceededError(f"{wanted} bytes wanted, {self._left} allowed")
        self._stream.seek(self._position)
        parts = []
        while wanted > 0 and (part := self._stream.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        data = b"".join(parts)
        self._left -= len(data)
        self._position += len(data)
        return data

    def readall(self) -> bytes:
        """Read to the end."""
        return self.read(-1)

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` as far as the stream goes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream underneath too."""
        if not self.closed:
            self._stream.close()
        super().close()


@dataclass(frozen=True, slots=True)
class PreviewObject:
    """An artifact to look into, and how far.

    ``open`` gives a new seekable stream; ``max_bytes`` is the most that is read of one such stream, and no
    built-in preview reads more than twice that in all (once for the kind of content, once for the content);
    ``max_rows`` is the most rows, list items, cells or files that are shown.
    """

    open: Callable[[], BinaryIO]
    size_bytes: int
    name: str = ""
    max_bytes: int = MAX_BYTES
    max_rows: int = MAX_ROWS

    @classmethod
    def of_path(cls, path: Path, **bounds: int) -> PreviewObject:
        """Return a preview object for a local file."""
        return cls(lambda: path.open("rb"), path.stat().st_size, path.name, **bounds)

    @classmethod
    def of_bytes(cls, data: bytes, name: str = "", **bounds: int) -> PreviewObject:
        """Return a preview object for bytes in memory."""
        return cls(lambda: io.BytesIO(data), len(data), name, **bounds)

    def reader(self) -> BoundedReader:
        """Open the artifact; the stream refuses to read more than ``max_bytes`` in all."""
        return BoundedReader(self.open(), self.size_bytes, self.max_bytes)

    def head(self, limit: int = HEAD_BYTES) -> bytes:
        """Return the first bytes: ``limit``, ``max_bytes`` or all, whichever is least."""
        with self.reader() as reader:
            return reader.read(min(limit, self.max_bytes))

    def fits(self, limit: int | None = None) -> bool:
        """Return whether the whole content is within ``max_bytes`` (and ``limit``)."""
        return self.size_bytes <= min(self.max_bytes, self.max_bytes if limit is None else limit)

    @property
    def fp(self) -> BinaryIO:
        """The head of the content as a stream, under the name that PLynx's plug-ins know."""
        return io.BytesIO(self.head())

    @property
    def resource_id(self) -> str:
        """The name, under the name that PLynx's plug-ins know."""
        return self.name


def readable_size(size_bytes: int) -> str:
    """Return a number of bytes for people.

    >>> readable_size(512), readable_size(3 * 1024 * 1024)
    ('512 bytes', '3.0 MiB')
    """
    if size_bytes < 1024:
        return f"{size_bytes} byte" + ("" if size_bytes == 1 else "s")
    size = float(size_bytes)
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TiB"


def escaped(text: str) -> str:
    """Return ``text`` as preformatted HTML in which nothing of it is markup."""
    return f"<pre>{html.escape(text)}</pre>"


def note(preview_object: PreviewObject, message: str, **metadata: JsonValue) -> MimeBundle:
    """Return a preview that is only a sentence about the artifact."""
    name = preview_object.name or "content"
    text = f"{name} ({readable_size(preview_object.size_bytes)}): {message}"
    return {"text/plain": text, "text/html": escaped(text), METADATA: {"note": message, **metadata}}


def guarded(
    render: Callable[[PreviewObject], Any], preview_object: PreviewObject, title: str
) -> MimeBundle | None:
    """Return what ``render`` makes, normalised; or, whatever goes wrong, a preview that says so.

    PLynx's plug-ins return a string of HTML made from content they may not have escaped: it becomes the
    source of a sandboxed page.
    """
    try:
        made = render(preview_object)
    except BudgetExceededError:
        return note(preview_object, f"too large to be previewed as {title}", truncated=True)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file or a plug-in does ends here, visibly
        reason = (str(error) or type(error).__name__)[:_MESSAGE_CHARACTERS]
        return note(preview_object, f"can't be shown as {title}: {reason}", error=reason)
    if made is None:
        return None
    bundle = page(made, truncated=False) if isinstance(made, str) else made
    if not isinstance(bundle, dict):
        kind = type(bundle).__name__
        return note(preview_object, f"the preview of {title} is a {kind}, not a MIME bundle", error=kind)
    return _within_bounds(bundle, preview_object)


def page(source: str, *, truncated: bool) -> MimeBundle:
    """Return the preview of an HTML page: its escaped source, and the page itself for a sandboxed frame.

    A screen that shows ``metadata["source"]`` has to put it in an ``<iframe sandbox>`` without
    ``allow-same-origin``; everything else gets the source as text.
    """
    metadata: dict[str, JsonValue] = {"sandbox": True, "source": source, "truncated": truncated}
    return {"text/plain": source, "text/html": escaped(source), METADATA: metadata}


def _within_bounds(bundle: MimeBundle, preview_object: PreviewObject) -> MimeBundle:
    # Base64 and escaping lengthen what was read; a plug-in may make any amount.
    longest = 8 * max(preview_object.max_bytes, HEAD_BYTES)
    kept = {key: part for key, part in bundle.items() if not isinstance(part, str) or len(part) <= longest}
    return kept if len(kept) == len(bundle) else {**note(preview_object, "too large to be previewed"), **kept}
