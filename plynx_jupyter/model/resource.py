"""A resource: one immutable, typed artifact, named by the digest of its content."""

from __future__ import annotations

from dataclasses import dataclass

from .ids import Digest
from .json_value import JsonValue

INLINE_LIMIT_BYTES = 4096
"""Raw values whose encoding is at most this long travel inside records instead of as stored artifacts."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A typed artifact.

    ``digest`` is over the encoded bytes whether they are stored or inline, so that equal contents compare
    equal. ``inline`` tells which: when true, ``value`` is the whole content as a JSON value and nothing is
    in the storage. ``size_bytes`` is the length of the encoded bytes.
    """

    file_type: str
    digest: Digest
    size_bytes: int
    inline: bool = False
    value: JsonValue = None
