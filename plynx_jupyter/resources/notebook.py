"""Jupyter notebooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue

from .base import BaseResource
from .content import write_content
from .json_view import cut
from .preview import METADATA, MimeBundle, PreviewObject

_OUTPUTS_CHARACTERS: Final = 512 * 1024
"""Outputs of one cell that are longer than this as JSON are left out of the preview."""
_CELL_LINES: Final = 3
_LINE_CHARACTERS: Final = 100


class Notebook(BaseResource):
    """A notebook, as executed when it is an output; functions may also hand over its dict."""

    file_type: ClassVar[str] = "notebook"
    title: ClassVar[str] = "Notebook"
    icon: ClassVar[str] = "book-open"
    color: ClassVar[str] = "#F57C00"
    extensions: ClassVar[tuple[str, ...]] = (".ipynb",)

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a notebook given as a dict (nbformat's too), or take a file or the content."""
        if not isinstance(value, Mapping):
            write_content(value, path, cls.file_type, "a pathlib.Path, bytes or str (the content), or a dict")
            return
        try:
            path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except (TypeError, ValueError) as error:
            raise ParameterValueError(f"The dict isn't a notebook: {error}") from None

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the cells with their outputs, the first ``max_rows`` of them, and a summary as text."""
        with preview_object.reader() as reader:
            document = json.loads(reader.read())
        cells = document.get("cells") if isinstance(document, dict) else None
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            raise ValueError("it has no list of cells (notebooks before version 4 aren't shown)")
        shown: list[JsonValue] = [_bounded(cell) for cell in cells[: preview_object.max_rows]]
        return {
            "application/x-ipynb+json": {**document, "cells": shown},
            "text/plain": _summary(document, cells, len(shown)),
            METADATA: {"truncated": len(shown) < len(cells) or shown != cells[: len(shown)]},
        }

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the first picture among the outputs, or nothing."""
        document = json.loads(preview_object.head(preview_object.max_bytes)) if preview_object.fits() else {}
        for cell in reversed(document.get("cells", [])):
            for output in reversed(cell.get("outputs", [])):
                data = output.get("data", {}).get("image/png")
                if data:
                    return _thumbnail(data if isinstance(data, str) else "".join(data))
        return None


def _thumbnail(data: str) -> MimeBundle | None:
    import base64

    from .image import Image

    return Image.thumbnail(PreviewObject.of_bytes(base64.b64decode(data), "output"))


def _bounded(cell: dict[str, JsonValue]) -> JsonValue:
    outputs = cell.get("outputs")
    if not outputs or len(json.dumps(outputs)) <= _OUTPUTS_CHARACTERS:
        return cell
    left_out: JsonValue = {
        "output_type": "stream",
        "name": "stderr",
        "text": "The outputs of this cell are too large for a preview.\n",
    }
    return {**cell, "outputs": [left_out]}


def _summary(document: dict[str, JsonValue], cells: list[dict[str, JsonValue]], shown: int) -> str:
    metadata = document.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    kernel = spec.get("display_name") if isinstance(spec, dict) else None
    lines = [f"Notebook of {len(cells)} cells" + (f", kernel {cut(str(kernel), 80)}" if kernel else "")]
    for index, cell in enumerate(cells[:shown], start=1):
        source = cell.get("source", "")
        text = "".join(str(part) for part in source) if isinstance(source, list) else str(source)
        first = [cut(line, _LINE_CHARACTERS) for line in text.strip().splitlines()[:_CELL_LINES]]
        lines += [
            f"[{index}] {cut(str(cell.get('cell_type', 'cell')), 20)}",
            *(f"    {line}" for line in first),
        ]
        lines += [f"    ! {name}" for name in _errors(cell)]
    return "\n".join(lines)


def _errors(cell: dict[str, JsonValue]) -> list[str]:
    outputs = cell.get("outputs")
    found = [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []
    return [
        cut(f"{output.get('ename')}: {output.get('evalue')}", _LINE_CHARACTERS)
        for output in found
        if output.get("output_type") == "error"
    ]
