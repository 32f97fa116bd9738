"""What an installation knows, as far as validation has to know it; plug-ins are told of here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from plynx_jupyter.model.kind import COMPOSITE, GRAPH, SPECIAL, canonical_kind
from plynx_jupyter.model.node import Node

from .type_compatibility import ANY, RAW_TYPES, canonical_file_type
from .violation import Violation

_NO_OPERATIONS = SPECIAL | {GRAPH}


@dataclass(frozen=True, slots=True)
class KnownTypes:
    """The kinds of nodes that can run, the file types, and which of these may be given inline.

    ``checks`` holds what a kind has to say about a node beyond what is checked for all of them.
    """

    kinds: Collection[str]
    file_types: Collection[str]
    raw_types: Collection[str] = RAW_TYPES
    checks: Mapping[str, Callable[[Node], Sequence[Violation]]] = field(default_factory=dict)

    def knows_kind(self, kind: str) -> bool:
        """Return whether nodes of this kind can be in a graph; special nodes are no business of users."""
        return kind == COMPOSITE or (kind in self.kinds and kind not in _NO_OPERATIONS)

    def kinds_to_choose(self) -> frozenset[str]:
        """Return the kinds somebody could have meant."""
        return frozenset(self.kinds).difference(_NO_OPERATIONS) | {COMPOSITE}

    def knows_file_type(self, file_type: str) -> bool:
        """Return whether ports may be of this type."""
        if file_type in self.file_types:
            return True
        name = canonical_file_type(file_type)
        return name in self.file_types or name == ANY

    def is_raw(self, file_type: str) -> bool:
        """Return whether values of this type may be given inline."""
        return file_type in self.raw_types or canonical_file_type(file_type) in self.raw_types


def suggestion(name: str, known: Collection[str]) -> str:
    """Return a sentence that helps whoever wrote an unknown name: the likeliest, then all there are.

    >>> suggestion("pyhton", ["file", "python"])
    "Did you mean 'python'? Known: file, python."
    """
    close = [canonical_kind(name)] if canonical_kind(name) in known else get_close_matches(name, known, n=1)
    return (f"Did you mean {close[0]!r}? " if close else "") + f"Known: {', '.join(sorted(known)) or 'none'}."
