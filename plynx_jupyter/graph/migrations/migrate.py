"""Bringing a document of any older version to the current one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from plynx_jupyter.errors import DocumentError, NewerDocumentError
from plynx_jupyter.model.json_value import JsonValue

from .from_version_0 import from_version_0

Document = dict[str, JsonValue]
Step = Callable[[Document], Document]

STEPS: Final[Mapping[int, Step]] = {0: from_version_0}
"""By version: the function that makes a document of that version one of the next. It may not change its argument."""

VERSION_KEY: Final = "plynx"


def migrate(data: Document, *, steps: Mapping[int, Step] = STEPS, where: str = "The document") -> Document:
    """Return ``data`` as a document of the newest version; one that already is comes back itself.

    A document without the key ``plynx`` is of version 0. Raises ``NewerDocumentError`` for a version above the
    newest, ``DocumentError`` for one that is no whole number.

    >>> migrate({"_id": "g1"})
    {'plynx': 1, '_id': 'g1'}
    """
    newest = max(steps) + 1
    version = data.get(VERSION_KEY, 0)
    if type(version) is not int or version < 0:
        raise DocumentError(
            f"{where} can't be used: plynx must be the version of the document format, a whole number up to "
            f"{newest}, not {version!r}."
        )
    if version > newest:
        raise NewerDocumentError(
            f"{where} was written by a newer plynx-jupyter: it is in document format {version}, and this one "
            f"reads formats up to {newest}. Upgrade with: pip install --upgrade plynx-jupyter",
            version=version,
            newest=newest,
        )
    for number in range(version, newest):
        data = {VERSION_KEY: number + 1, **_without_version(steps[number](data))}
    return data


def _without_version(data: Document) -> Document:
    return {key: value for key, value in data.items() if key != VERSION_KEY}
