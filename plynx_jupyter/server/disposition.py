"""The ``Content-Disposition`` header, under names that users choose."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

_LONGEST = 150


def content_disposition(kind: Literal["attachment", "inline"], name: str, default: str) -> str:
    r"""Return the header's value (RFC 6266): nothing in ``name`` can end it, or lead to another folder.

    What can't be printed is left out: line ends, and the marks that make text run backwards.

    >>> content_disposition("attachment", "a/b\r\nSet-Cookie: \"x\".csv", "data")
    'attachment; filename="a_bSet-Cookie_ _x_.csv"; filename*=UTF-8\'\'a_bSet-Cookie_%20_x_.csv'
    >>> content_disposition("inline", "", "data")
    'inline; filename="data"'
    >>> content_disposition("inline", "é.csv", "data")
    'inline; filename="_.csv"; filename*=UTF-8\'\'%C3%A9.csv'
    """
    printable = "".join("_" if mark in '/\\:*?"<>|' else mark for mark in name if mark.isprintable())
    wanted = printable.strip(" .")
    if len(wanted) > _LONGEST:  # the end tells the type
        wanted = wanted[: _LONGEST - 20] + "…" + wanted[-19:]
    if not wanted:
        return f'{kind}; filename="{default}"'
    plain = "".join(mark if mark.isascii() and mark not in "%;" else "_" for mark in wanted)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(wanted, safe='')}"
