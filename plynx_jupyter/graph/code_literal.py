"""Python source text for values, calls and names, laid out for people to read."""

from __future__ import annotations

import builtins
import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

WIDTH: Final = 100
_STEP: Final = "    "
_OTHER: Final = re.compile(r"\W+", re.ASCII)
_NOT_WORD: Final = re.compile(r"\W", re.ASCII)


def literal(value: Any, indent: str = "") -> str:
    r"""Return an expression for a JSON value, broken over lines where it is long.

    >>> print(literal({"a": [1, "b"], "c": float("inf")}))
    {"a": [1, "b"], "c": float("inf")}
    """
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, Mapping):
        inner = indent + _STEP
        items = [f"{text_literal(str(key))}: {literal(item, inner)}" for key, item in value.items()]
        return enclosed("{", items, "}", indent)
    if isinstance(value, (list, tuple)):
        return enclosed("[", [literal(item, indent + _STEP) for item in value], "]", indent)
    return repr(value)


def text_literal(text: str) -> str:
    r"""Return a string literal on one line.

    >>> print(text_literal('say "hi"\n'), text_literal("plain"))
    'say "hi"\n' "plain"
    """
    quoted = repr(text)
    return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted else quoted


def block_literal(text: str) -> str:
    r"""Return a triple-quoted literal for text of several lines, an ordinary one for any other.

    >>> print(block_literal("a\n'b'\n"))
    '''\
    a
    'b'
    '''
    """
    if "\n" not in text:
        return text_literal(text)
    quote = '"""' if "'''" in text and '"""' not in text else "'''"
    lines = ["".join(map(_escaped, line)) for line in text.split("\n")]
    body = "\n".join(lines).replace(quote, "\\" + "\\".join(quote))
    if body.endswith(quote[0]):
        body = f"{body[:-1]}\\{quote[0]}"
    return f"{quote}\\\n{body}{quote}"


def call(name: str, arguments: Iterable[str], indent: str = "") -> str:
    """Return a call, on one line if it fits, else with an argument a line."""
    return enclosed(f"{name}(", list(arguments), ")", indent)


def enclosed(opening: str, items: list[str], closing: str, indent: str) -> str:
    """Return items between brackets, on one line if they fit, else one a line."""
    line = f"{opening}{', '.join(items)}{closing}"
    if not items or ("\n" not in line and len(indent) + len(line) <= WIDTH - len(_STEP)):
        return line
    inner = f",\n{indent}{_STEP}".join(items)
    return f"{opening}\n{indent}{_STEP}{inner},\n{indent}{closing}"


def keyword_name(name: str) -> str:
    """Return the keyword by which programs name a port or parameter; system names stay as they are.

    >>> keyword_name("sample.py"), keyword_name("2nd"), keyword_name("class"), keyword_name("_timeout")
    ('sample_py', '_2nd', 'class_', '_timeout')
    """
    made = _NOT_WORD.sub("_", name)
    if not made or made[0].isdigit():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) else made


class Names:
    """Hands out variable names, none of them twice."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*taken, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
        self._last: dict[str, int] = {}

    def variable(self, title: str) -> str:
        """Return a new name in lower case, made of ``title``."""
        return self._new("_".join(_words(title)).lower() or "node")

    def class_like(self, title: str) -> str:
        """Return a new name in the manner of a class, made of ``title``."""
        return self._new("".join(word[0].upper() + word[1:] for word in _words(title)) or "Operation")

    def _new(self, base: str) -> str:
        base = f"_{base}" if base[0].isdigit() else base
        number, name = self._last.get(base, 1), base
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._last[base] = number
        self._taken.add(name)
        return name


def _words(title: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return [word for word in _OTHER.sub(" ", plain).replace("_", " ").split() if word]


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    return character if character.isprintable() or character == "\t" else repr(character)[1:-1]
