"""Which output types may be connected to which input types.

============================  ==========================================================
output                        may feed an input of type
============================  ==========================================================
any type                      the same type, and ``any``
``any``                       every type
a type kept as bytes          ``file`` as well (``csv``, ``image``, ``directory``, …)
``int``                       ``float`` as well
============================  ==========================================================

Raw values (``int``, ``str``, ``dict``, …) don't become files by themselves, nor a plain ``file`` a ``csv``.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

ANY: Final = "any"
FILE: Final = "file"

RAW_TYPES: Final = frozenset({"int", "float", "str", "bool", "dict", "list", "color"})
"""The types this project ships whose values travel as values, and which may be set inline on an input."""

ALIASES: Final = {
    "py-json-file": "json",
    "py-image-file": "image",
    "py-tmp-file": "file",
    "py-file": "file",
    "cloud-storage": "cloud_storage",
    "cloud storage": "cloud_storage",
    "txt": "text",
    "ipynb": "notebook",
    "folder": "directory",
    "string": "str",
}
"""Other names of file types, as in older documents, and what they are called here."""

_WIDENING: Final = frozenset({("int", "float")})


@lru_cache(maxsize=1024)
def canonical_file_type(file_type: str) -> str:
    """Return the name of a file type as types are compared: without aliases, in lower case.

    >>> canonical_file_type("py-json-file"), canonical_file_type("Directory")
    ('json', 'directory')
    """
    lowered = file_type.strip().lower()
    return ALIASES.get(lowered, lowered)


def types_connect(output_type: str, input_type: str, raw_types: Collection[str] = RAW_TYPES) -> bool:
    """Return whether an output of one type may feed an input of the other.

    >>> types_connect("csv", "file"), types_connect("file", "csv"), types_connect("int", "file")
    (True, False, False)
    """
    if output_type == input_type:
        return True
    output_type, input_type = canonical_file_type(output_type), canonical_file_type(input_type)
    return (
        output_type == input_type
        or ANY in (output_type, input_type)
        or (input_type == FILE and output_type not in raw_types)
        or (output_type, input_type) in _WIDENING
    )
