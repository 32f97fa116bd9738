"""The search language: ``author:me file_type:csv "free words"``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
    (?:(?P<key>[A-Za-z_][\w.-]*):(?!//))?   # a key, unless what follows makes it a URL
    (?:"(?P<quoted>(?:[^"\\]|\\.)*)"(?=\s|$)|(?P<plain>\S+))
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What was asked for: all of ``words`` somewhere in the text, and for each filter one of its values."""

    words: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def parse_search(text: str) -> SearchQuery:
    r"""Read a search as people type it; any text at all has a meaning, nothing is refused.

    ``key:value`` is a filter; the value is all after the first colon. Values and words may be in double
    quotes, with ``\"`` for a quote. URLs, and words with nothing before or after the colon, are words.

    >>> parse_search('author:me title:"two words" http://x.org/a:b plain')
    SearchQuery(words=('http://x.org/a:b', 'plain'), filters={'author': ('me',), 'title': ('two words',)})
    """
    words: list[str] = []
    filters: dict[str, list[str]] = {}
    for match in _TOKEN.finditer(text):
        quoted, key = match["quoted"], match["key"]
        value = match["plain"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        if key is not None:
            filters.setdefault(key, []).append(value)
        elif value:
            words.append(value)
    return SearchQuery(tuple(words), {key: tuple(values) for key, values in filters.items()})
