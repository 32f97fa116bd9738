"""How values lie in columns: JSON and times as text, and what happens when one can't be read back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from plynx_jupyter.errors import DocumentError, MetadataError, NewerDocumentError
from plynx_jupyter.graph.records import time_from_text, time_to_text

MAX_PER_STATEMENT = 500
"""Values in one ``IN``; SQLite before 3.32 takes 999 variables in all."""

T = TypeVar("T")

# ASCII only: what programs print may hold characters that no database takes, such as lone surrogates.
json_text = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def plain_text(text: str) -> str:
    """Return text to search by, with what databases don't take replaced; the true text is in the document.

    >>> plain_text("a\\ud800b\\x00c")
    'a?b?c'
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def optional_time_text(at: datetime | None) -> str | None:
    """Return a time as it lies in a column."""
    return None if at is None else time_to_text(at)


def optional_time(text: str | None) -> datetime | None:
    """Undo ``optional_time_text``."""
    return None if text is None else time_from_text(text)


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield values in groups that one statement takes.

    >>> [len(group) for group in chunked(range(1001))]
    [500, 500, 1]
    """
    for start in range(0, len(values), MAX_PER_STATEMENT):
        yield values[start : start + MAX_PER_STATEMENT]


@contextmanager
def reading_back(what: str) -> Iterator[None]:
    """Turn what is raised by a stored value that is damaged into ``MetadataError``."""
    try:
        yield
    except NewerDocumentError:
        raise
    except (DocumentError, ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise MetadataError(
            f"The stored record of {what} is damaged: {error}. Restore a copy of the database, or delete {what}.",
            record=what,
        ) from error


def compressed(text: str) -> bytes:
    """Return text as bytes that take little room, quickly."""
    return zlib.compress(text.encode(), 1)


def decompressed(data: Any) -> str:
    """Undo ``compressed``."""
    return zlib.decompress(data).decode()
