"""Which bytes a request asks for, and whether it has them already (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Tell whether an ``If-None-Match`` header names the entity.

    >>> is_known('W/"b", "a"', '"a"'), is_known('"b"', '"a"'), is_known("*", '"a"'), is_known(None, '"a"')
    (True, False, True, False)
    """
    if if_none_match is None:
        return False
    named = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in named or "*" in named


def wanted_range(header: str | None, if_range: str | None, etag: str, size: int) -> tuple[int, int] | None:
    """Return the start and end of the one range that is asked for, None for the whole.

    Several ranges, what isn't a range of bytes, and a range of what is no longer the same mean the whole, which is
    always a right answer. Raises ``ValueError`` if nothing of the range is there.

    >>> wanted_range("bytes=2-3", None, '"a"', 10), wanted_range("bytes=-4", '"a"', '"a"', 10)
    ((2, 4), (6, 10))
    >>> wanted_range("bytes=2-3,5-6", None, '"a"', 10), wanted_range("bytes=2-3", '"b"', '"a"', 10)
    (None, None)
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    match = _RANGE.fullmatch(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise ValueError(f"of {size} bytes there are none in {header}")
    return start, end
