"""How values look in messages."""

from __future__ import annotations

from typing import Final

from plynx_jupyter.model.parameter import Code

_LENGTH: Final = 60


def shown(value: object) -> str:
    """Return a value for a message: short, on one line.

    >>> shown("a\\nb"), len(shown("x" * 1000))
    ("'a\\\\nb'", 60)
    """
    try:
        text = repr(value.value if isinstance(value, Code) else value)
    except ValueError:  # Python refuses to write integers of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"
