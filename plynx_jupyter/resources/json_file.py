"""JSON files, which functions see decoded."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import ClassVar

from plynx_jupyter.errors import ParameterValueError

from .base import BaseResource, head_preview
from .content import take_file, wrong_type
from .decoding import decode_text
from .json_view import json_bundle
from .preview import METADATA, MimeBundle, PreviewObject
from .text import first_lines

_PARSE_LIMIT = 1024 * 1024


class Json(BaseResource):
    """A JSON document, read and written with Python's ``json``: NaN is ``NaN``; key order is kept."""

    file_type: ClassVar[str] = "json"
    title: ClassVar[str] = "JSON"
    icon: ClassVar[str] = "code"
    color: ClassVar[str] = "#FFB300"
    extensions: ClassVar[tuple[str, ...]] = (".json", ".geojson")

    @classmethod
    def load(cls, path: Path) -> object:
        """Return the decoded object; raises ``ParameterValueError`` with line and column."""
        try:
            return json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise ParameterValueError(f"{path.name} isn't JSON: {error}", path=str(path)) from None

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a JSON-ready object (a str is a JSON string); a path means that file, bytes the content."""
        if isinstance(value, os.PathLike):
            take_file(Path(value), path, cls.file_type)
        elif isinstance(value, (bytes, bytearray, memoryview)):
            path.write_bytes(value)
        else:
            path.write_bytes(_document(value, cls.file_type))

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show a small document as a tree, a large or broken one as text."""
        if not preview_object.fits(_PARSE_LIMIT):
            return head_preview(preview_object)
        decoded = decode_text(preview_object.head(_PARSE_LIMIT))
        try:
            value = json.loads(decoded.text if decoded else "")
        except (ValueError, RecursionError) as error:
            bundle = head_preview(preview_object)
            return {**bundle, METADATA: {"error": f"isn't JSON: {error}", "truncated": False}}
        return json_bundle(value, items=preview_object.max_rows)

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first lines."""
        return first_lines(preview_object)


def _document(value: object, file_type: str) -> bytes:
    try:
        return (json.dumps(value, indent=2, ensure_ascii=False, default=_number) + "\n").encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        wrong = wrong_type(file_type, "something json.dumps takes, a pathlib.Path or bytes", value)
        raise ParameterValueError(f"{wrong.message} ({error})", **wrong.data) from None


def _number(value: object) -> object:
    """Return NumPy's scalars as Python's; json asks for what it doesn't know itself."""
    item = getattr(value, "item", None)
    if type(value).__module__ == "numpy" and callable(item) and getattr(value, "ndim", 1) == 0:
        return item()
    raise TypeError(f"a {type(value).__qualname__} isn't JSON")
