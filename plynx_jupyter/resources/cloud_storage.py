"""References to places in a cloud storage: the artifact is a small JSON file that names one."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import ClassVar, Final

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.settings import default_home

from .base import BaseResource, NodeResources
from .content import write_content
from .preview import METADATA, MimeBundle, PreviewObject, escaped

PREFIX_VARIABLE: Final = "PLYNX_CLOUD_PREFIX"
_REFERENCE_BYTES: Final = 64 * 1024


class CloudStorage(BaseResource):
    """``{"path": …}``: where data lies that is too large to move. What lies there isn't part of the artifact.

    Each output gets a place of its own, ``<prefix>/<uuid>``; the prefix is ``$PLYNX_CLOUD_PREFIX``, or the
    folder ``cloud`` in this project's home. Code sees the file as ``inputs``/``outputs`` and the place as
    ``cloud_inputs``/``cloud_outputs``.
    """

    file_type: ClassVar[str] = "cloud_storage"
    title: ClassVar[str] = "Cloud storage"
    icon: ClassVar[str] = "cloud"
    color: ClassVar[str] = "#3949AB"

    @staticmethod
    def prepare_input(filename: str, preview: bool = False) -> dict[str, str]:
        """Read where the data is; raises ``InvalidInputError`` when the file doesn't tell."""
        reference = _fresh_reference("preview") if preview else read_reference(Path(filename).read_bytes())
        return {NodeResources.INPUT: filename, NodeResources.CLOUD_INPUT: reference}

    @staticmethod
    def prepare_output(filename: str, preview: bool = False) -> dict[str, str]:
        """Reserve a new place and write the reference to it."""
        if preview:
            reference = _fresh_reference("preview")
        else:
            reference = _fresh_reference(uuid.uuid4().hex)
            Path(filename).write_text(json.dumps({"path": reference}), encoding="utf-8")
            if "://" not in reference:  # object stores need no folders
                Path(reference).mkdir(parents=True)
        return {NodeResources.OUTPUT: filename, NodeResources.CLOUD_OUTPUT: reference}

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a reference: a str that isn't JSON is the place itself; else a path, bytes or the content."""
        if isinstance(value, str) and not value.lstrip().startswith("{"):
            path.write_text(json.dumps({"path": value}), encoding="utf-8")
            return
        write_content(
            value, path, cls.file_type, 'a str such as "s3://bucket/folder", a pathlib.Path or bytes'
        )
        read_reference(path.read_bytes())

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the reference; what lies there is not looked at."""
        reference = read_reference(preview_object.head(_REFERENCE_BYTES))
        return {
            "text/plain": reference,
            "text/html": escaped(reference),
            "application/json": {"path": reference},
            METADATA: {},
        }

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the reference."""
        return {"text/plain": read_reference(preview_object.head(_REFERENCE_BYTES))[-200:], METADATA: {}}


def read_reference(data: bytes) -> str:
    """Return the place that an artifact names; raises ``InvalidInputError`` when it names none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"A cloud storage reference has to be JSON: {error}.") from None
    path = document.get("path") if isinstance(document, dict) else None
    if not isinstance(path, str) or not path:
        raise InvalidInputError(
            'A cloud storage reference has to be an object such as {"path": "s3://bucket/folder"}.'
        )
    return path


def _fresh_reference(name: str) -> str:
    prefix = os.environ.get(PREFIX_VARIABLE) or str(default_home() / "cloud")
    return f"{prefix.rstrip('/')}/{name}"
