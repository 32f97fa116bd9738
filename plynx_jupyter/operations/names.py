"""Names of ports and parameters as program names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_OTHER = re.compile(r"\W", re.ASCII)


def identifier(name: str) -> str:
    """Return the identifier that stands for ``name`` in programs.

    >>> identifier("sample.py"), identifier("hidden-layer-sizes"), identifier("2nd"), identifier("class")
    ('sample_py', 'hidden_layer_sizes', '_2nd', 'class_')
    """
    made = _OTHER.sub("_", name)
    if not made or made[0].isdigit():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) else made


def collisions(names: Iterable[str]) -> list[str]:
    """Return one sentence for each name that is given twice or has the same identifier as another.

    >>> collisions(["a.b", "a-b", "c", "c"])
    ["'a.b' and 'a-b' are both spelled a_b in programs", "'c' is declared twice"]
    """
    seen: dict[str, str] = {}
    problems = []
    for name in names:
        spelled = identifier(name)
        first = seen.get(spelled)
        if first is None:
            seen[spelled] = name
        elif first == name:
            problems.append(f"{name!r} is declared twice")
        else:
            problems.append(f"{first!r} and {name!r} are both spelled {spelled} in programs")
    return problems
