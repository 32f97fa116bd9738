"""What a type of artifacts is: the base class of all of them, plug-ins included."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.json_value import JsonValue

from .content import write_content
from .decoding import decode_text, hex_dump
from .preview import (
    HEAD_BYTES,
    METADATA,
    MimeBundle,
    PreviewObject,
    escaped,
    guarded,
    readable_size,
)

__all__ = ["BaseResource", "MimeBundle", "NodeResources", "PreviewObject", "preview_of", "thumbnail_of"]


class NodeResources:
    """The names under which code finds what belongs to its node."""

    INPUT: Final = "inputs"
    OUTPUT: Final = "outputs"
    CLOUD_INPUT: Final = "cloud_inputs"
    CLOUD_OUTPUT: Final = "cloud_outputs"
    PARAM: Final = "params"
    LOG: Final = "logs"


class BaseResource:
    """A type of artifacts; used as a class, never instantiated.

    The way of an input: the artifact is fetched, ``prepare_input`` makes it ready for scripts, ``load`` turns
    ``prepare_input(…)["inputs"]`` into a value for functions. The way of an output: ``prepare_output``,
    then either a script writes there or ``dump`` does it for a function's value, then
    ``postprocess_output`` names the file to store.

    A plug-in overrides what it needs. ``preview`` is the whole preview; the built-in types override
    ``render`` instead, whose errors ``preview`` turns into previews that say so. Raw types
    (``is_raw``) are JSON values that travel inside records when small: see ``raw.RawResource``.
    """

    file_type: ClassVar[str] = "file"
    title: ClassVar[str] = "File"
    icon: ClassVar[str] = "file"
    """Name of a Feather icon."""
    color: ClassVar[str] = "#78909C"
    """Colour of ports of this type, ``#RRGGBB``."""
    extensions: ClassVar[tuple[str, ...]] = ()
    """Lower-case endings of file names, with the dot, that make a file of this type."""
    is_raw: ClassVar[bool] = False

    @staticmethod
    def prepare_input(filename: str, preview: bool = False) -> dict[str, str]:
        """Make the artifact fetched to ``filename`` ready; return what code sees, by ``NodeResources``.

        ``filename`` is a private copy, or a symbolic link to a file that must stay as it is. With
        ``preview`` there is no file: only the names are wanted.
        """
        return {NodeResources.INPUT: filename}

    @staticmethod
    def prepare_output(filename: str, preview: bool = False) -> dict[str, str]:
        """Make ``filename`` ready to be written; return what code sees, by ``NodeResources``."""
        return {NodeResources.OUTPUT: filename}

    @staticmethod
    def postprocess_output(filename: str) -> str:
        """Return the file to store for what the code left at ``filename``."""
        return filename

    @classmethod
    def load(cls, path: Path) -> object:
        """Return the value a function gets for what ``prepare_input`` left at ``path``."""
        return path

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a function's value where a script would have; raises ``ParameterValueError``.

        A path means that file, bytes and text mean the content itself.
        """
        write_content(value, path, cls.file_type)

    @classmethod
    def preview(cls, preview_object: PreviewObject) -> MimeBundle:
        """Return a bounded MIME bundle (see ``resources.preview``); never raises, whatever the content."""
        return guarded(cls.render, preview_object, cls.title) or {}

    @classmethod
    def thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Return a bundle small enough for a node on the canvas, or None when there is nothing to see."""
        bundle = guarded(cls.render_thumbnail, preview_object, cls.title)
        return None if bundle is None or _is_failure(bundle) else bundle

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Make the preview: text, or the first bytes in hexadecimal. May raise."""
        return head_preview(preview_object)

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Make the thumbnail; None, unless the type knows better. May raise."""
        return None

    @classmethod
    def encode(cls, value: object) -> bytes:
        """Return the canonical bytes of a raw value; raises ``ParameterValueError`` for a wrong type."""
        raise _not_raw(cls.file_type)

    @classmethod
    def decode(cls, data: bytes) -> object:
        """Return the value of a raw type's bytes; raises ``ParameterValueError``."""
        raise _not_raw(cls.file_type)

    @classmethod
    def to_inline(cls, data: bytes) -> JsonValue:
        """Return the JSON value under which a raw value's bytes travel in records."""
        raise _not_raw(cls.file_type)

    @classmethod
    def from_inline(cls, value: JsonValue) -> bytes:
        """Return the canonical bytes of a raw value that travelled in a record, or was typed into a form."""
        raise _not_raw(cls.file_type)

    @classmethod
    def parse_text(cls, text: str) -> object:
        """Return the raw value that a script wrote as ``text``; raises ``ParameterValueError``."""
        raise _not_raw(cls.file_type)


def preview_of(resource: type[BaseResource], preview_object: PreviewObject) -> MimeBundle:
    """Return a preview from any type, plug-ins that raise or return a string of HTML included."""
    return guarded(resource.preview, preview_object, resource.title) or {}


def thumbnail_of(resource: type[BaseResource], preview_object: PreviewObject) -> MimeBundle | None:
    """Return a thumbnail from any type, or None; never raises."""
    bundle = guarded(resource.thumbnail, preview_object, resource.title)
    return None if bundle is None or _is_failure(bundle) else bundle


def head_preview(preview_object: PreviewObject, limit: int = HEAD_BYTES) -> MimeBundle:
    """Return the beginning of the content: as text when it is text, else in hexadecimal."""
    data = preview_object.head(limit)
    whole = len(data) >= preview_object.size_bytes
    decoded = decode_text(data, whole=whole)
    if decoded is None:
        shown, encoding = hex_dump(data), "binary"
        whole = preview_object.size_bytes <= 256
    else:
        shown, encoding = decoded.text, decoded.encoding
    metadata: dict[str, JsonValue] = {"encoding": encoding, "truncated": not whole}
    if not whole:
        metadata["note"] = f"the beginning of {readable_size(preview_object.size_bytes)}"
    return {"text/plain": shown, "text/html": escaped(shown), METADATA: metadata}


def _is_failure(bundle: MimeBundle) -> bool:
    metadata = bundle.get(METADATA)
    return isinstance(metadata, dict) and "note" in metadata and "application/json" not in bundle


def _not_raw(file_type: str) -> InvalidInputError:
    return InvalidInputError(
        f"{file_type!r} is a type of files: it has no inline values.", file_type=file_type
    )
