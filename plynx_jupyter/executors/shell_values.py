"""Values as the shell needs them: parameters and paths as text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from plynx_jupyter.errors import TemplateError


def shell_text(value: object) -> str:
    """Return a value as the text a script expects.

    Booleans are ``true`` and ``false``, floats have as many digits as they need, None is nothing; the items of
    a list are each quoted where needed and stand side by side, so that they make an array; a dict is JSON.

    >>> [shell_text(value) for value in (True, 0.1, 10**20, None, ["a b", "c"], {"k": 1})]
    ['true', '0.1', '100000000000000000000', '', "'a b' c", '{"k": 1}']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " ".join(map(quoted, value))
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    return str(value)


def quoted(value: object) -> str:
    r"""Return a value as one word of a script (a list: one word for each item), whatever is in it.

    >>> quoted("it's"), quoted(["a b", 1]), quoted("")
    ('\'it\'"\'"\'s\'', "'a b' 1", "''")
    """
    if isinstance(value, (list, tuple)):
        return " ".join(map(quoted, value))
    text = shell_text(value)
    if "\0" in text:
        raise TemplateError("A value with a NUL character can't be passed to a script.")
    return shlex.quote(text)
