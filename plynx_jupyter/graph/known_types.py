"""What an installation knows, as far as validation has to know it; plug-ins are told of here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.node import Node

from .type_compatibility import ANY, RAW_TYPES, canonical_file_type
from .violation import Violation


@dataclass(frozen=True, slots=True)
class KnownTypes:
    """The kinds of nodes that can run, the file types, and which of these may be given inline.

    ``checks`` holds what a kind has to say about a node beyond what is checked for all of them.
    """

    kinds: Collection[str]
    file_types: Collection[str]
    raw_types: Collection[str] = RAW_TYPES
    checks: Mapping[str, Callable[[Node], Sequence[Violation]]] = field(default_factory=dict)

    def knows_file_type(self, file_type: str) -> bool:
        """Return whether ports may be of this type."""
        return (
            file_type in self.file_types
            or file_type == ANY
            or canonical_file_type(file_type) in self.file_types
        )


def suggestion(name: str, known: Collection[str]) -> str:
    """Return a sentence that helps whoever wrote an unknown name: the likeliest, then all there are.

    >>> suggestion("pyhton", ["file", "python"])
    "Did you mean 'python'? Known: file, python."
    """
    close = [canonical_kind(name)] if canonical_kind(name) in known else get_close_matches(name, known, n=1)
    return (f"Did you mean {close[0]!r}? " if close else "") + f"Known: {', '.join(sorted(known)) or 'none'}."
