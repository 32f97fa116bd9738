"""The example graphs that come along, with the files that they need."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plynx_jupyter.errors import NotFoundError

_PACKAGE: Final = Path(__file__).parents[1]
_PLACES: Final = (_PACKAGE / "examples", _PACKAGE.parent / "examples")
"""Installed from a wheel they are in the package, in a checkout beside it."""

_LEFT_OUT: Final = frozenset({"__pycache__", ".ipynb_checkpoints"})


@dataclass(frozen=True, slots=True)
class Example:
    """An example; ``document`` is the path of its graph among ``files``, whose contents are text."""

    name: str
    title: str
    document: str
    files: Mapping[str, str]


def list_examples() -> Sequence[Example]:
    """Return the examples without their files, by name."""
    found: list[Example] = []
    for place in _PLACES[:1] if _PLACES[0].is_dir() else _PLACES[1:]:
        for document in sorted(place.glob("*/*.plynx")):
            title = json.loads(document.read_text(encoding="utf-8")).get("title", "")
            name = document.parent.name
            if all(example.name != name for example in found):
                found.append(Example(name, title or name, document.name, {}))
    return found


def load_example(name: str) -> Example:
    """Return an example with its files."""
    example = next((example for example in list_examples() if example.name == name), None)
    if example is None:
        known = ", ".join(example.name for example in list_examples()) or "none"
        raise NotFoundError(f"There is no example {name!r}; there are: {known}.", example=name)
    place = next(place for place in _PLACES if (place / name).is_dir())
    files = {
        path.relative_to(place / name).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((place / name).rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.parts)
    }
    return Example(example.name, example.title, example.document, files)
