"""Plain values as other languages spell them, read without running anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

LiteralReader: TypeAlias = Callable[[str], tuple[bool, Any]]
"""Takes source text; returns whether it is a plain value, and the value."""

_NUMBER = r"(?P<number>[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_NOTHING = False, None
_LONGEST_NUMBER = 400


def literal_reader(
    constants: Mapping[str, Any],
    *,
    quotes: str,
    lists: tuple[tuple[str, str], ...] = (),
    number_suffix: str = "",
    separators: str = ",",
    escapes: str = "\\",
    interpolated: str = "",
    doubled_quotes: bool = False,
) -> LiteralReader:
    """Return a reader of numbers, text, the ``constants``, and lists of them between pairs of brackets.

    ``interpolated`` is a character that makes double-quoted text more than a literal.

    >>> read = literal_reader({"TRUE": True}, quotes="'", lists=(("c(", ")"),), number_suffix="L?")
    >>> read("c(1L, 2L)"), read("'a'"), read("f(x)")
    ((True, [1, 2]), (True, 'a'), (False, None))
    """
    number = re.compile(_NUMBER + number_suffix)

    def read(text: str) -> tuple[bool, Any]:
        text = text.strip()
        if text in constants:
            return True, constants[text]
        found = number.fullmatch(text)
        if found:
            return _number(found["number"])
        if len(text) >= 2 and text[0] in quotes and text[0] == text[-1]:
            if interpolated and text[0] == '"' and interpolated in text:
                return _NOTHING
            return _text(text, escapes, doubled_quotes)
        for opening, closing in lists:
            if text.startswith(opening) and text.endswith(closing):
                return _items(text[len(opening) : -len(closing)], separators, quotes, read)
        return _NOTHING

    return read


def bash_literal(text: str) -> tuple[bool, Any]:
    """Read a word of bash: numbers and ``true`` become values, an array a list; expansions are no literals.

    >>> bash_literal("3"), bash_literal('"a b"'), bash_literal("(a 'b c')"), bash_literal("$HOME/x")
    ((True, 3), (True, 'a b'), (True, ['a', 'b c']), (False, None))
    """
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        words = _words(text[1:-1])
        return _NOTHING if words is None else (True, [_bash_value(word) for word in words])
    found = _words(text)
    if found is None or len(found) != 1:
        return (True, "") if text in ("''", '""') else _NOTHING
    quoted = text[0] in "'\""
    return True, found[0] if quoted else _bash_value(found[0])


def _bash_value(word: str) -> Any:
    if word in ("true", "false"):
        return word == "true"
    is_number, value = _number(word) if re.fullmatch(_NUMBER, word) else _NOTHING
    # 007 is a label, not a seven
    return value if is_number and not re.match(r"[+-]?0\d", word) else word


def _words(text: str) -> list[str] | None:
    import shlex

    unquoted = re.sub(r"'[^']*'", "''", text)
    if re.search(r"[$`]|^~", unquoted) or re.search(r"[|&;<>*?()]", re.sub(r'"[^"]*"', '""', unquoted)):
        return None
    try:
        return shlex.split(text)
    except ValueError:
        return None


def _number(text: str) -> tuple[bool, Any]:
    plain = text.replace("_", "")
    if len(plain) > _LONGEST_NUMBER:
        return _NOTHING
    return True, int(plain) if re.fullmatch(r"[+-]?\d+", plain) else float(plain)


def _text(text: str, escapes: str, doubled_quotes: bool) -> tuple[bool, Any]:
    quote, inner, made, position = text[0], text[1:-1], [], 0
    while position < len(inner):
        character = inner[position]
        following = inner[position + 1 : position + 2]
        if doubled_quotes and character == quote:
            if following != quote:
                return _NOTHING
            position += 1
        elif character == escapes and not doubled_quotes:
            if not following:
                return _NOTHING
            character = _ESCAPES.get(following, following)
            position += 1
        elif character == quote:
            return _NOTHING  # two texts with something between them
        made.append(character)
        position += 1
    return True, "".join(made)


def _items(inner: str, separators: str, quotes: str, read: LiteralReader) -> tuple[bool, Any]:
    if not inner.strip():
        return True, []
    values = []
    parts = _split(inner, separators, quotes)
    for part in parts if " " not in separators else filter(None, parts):
        known, value = read(part)
        if not known:
            return _NOTHING
        values.append(value)
    return True, values


def _split(text: str, separators: str, quotes: str) -> list[str]:
    parts, quote = [""], ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in quotes:
            quote = character
        elif character in separators:
            parts.append("")
            continue
        parts[-1] += character
    return parts
