"""From bytes to text when nobody said which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\f\x08\x1b")  # escape: colours in logs
_CONTROLS: Final = frozenset(range(32)) - _TEXT_CONTROLS | frozenset({127})


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text, and the encoding it was found to be in."""

    text: str
    encoding: str


def decode_text(data: bytes, *, whole: bool = True) -> DecodedText | None:
    r"""Return ``data`` as text, or None when it is binary.

    A byte order mark decides; else UTF-8, and Latin-1 for what isn't UTF-8 but has no control characters.
    ``whole`` False lets the last character be cut in two.

    >>> decode_text("é".encode())
    DecodedText(text='é', encoding='utf-8')
    >>> decode_text(b"caf\xe9").encoding
    'latin-1'
    >>> decode_text(b"\x00\x01") is None
    True
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, whole)
    if b"\x00" in data:
        return None
    if (found := _decoded(data, "utf-8", whole)) is not None:
        return found
    return None if any(byte in _CONTROLS for byte in data) else _decoded(data, "latin-1", whole)


def _decoded(data: bytes, encoding: str, whole: bool) -> DecodedText | None:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, whole)
    except UnicodeDecodeError:
        return None
    return DecodedText(text, encoding)


def hex_dump(data: bytes, limit: int = 256) -> str:
    """Return the first bytes as lines of sixteen: offset, hexadecimal digits, printable characters."""
    lines = []
    for offset in range(0, min(len(data), limit), 16):
        row = data[offset : min(offset + 16, limit)]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{offset:08x}  {row.hex(' '):<47}  {shown}")
    return "\n".join(lines)
