"""Raw resources: types whose whole content is one JSON value, inside records when it is small."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue

from .base import BaseResource, head_preview
from .content import wrong_type
from .json_encoding import canonical_json, plain, read_json, tag, untag
from .json_view import cut, json_bundle
from .preview import METADATA, MimeBundle, PreviewObject

_THUMBNAIL_CHARACTERS = 200


class RawResource(BaseResource):
    """A type of JSON values. Subclasses say in ``check`` which values belong, and how a script writes one.

    Stored as canonical JSON (see ``json_encoding``), so that equal values have equal bytes.
    """

    is_raw: ClassVar[bool] = True
    python_type: ClassVar[str] = "a JSON value"
    """What errors call the Python values of this type."""

    @classmethod
    def check(cls, value: object) -> JsonValue:
        """Return ``value`` as plain Python; raises ``ParameterValueError`` when it isn't of this type."""
        return plain(value)

    @classmethod
    def wrong(cls, value: object) -> ParameterValueError:
        """Return the error for a value that isn't of this type."""
        return wrong_type(cls.file_type, cls.python_type, value)

    @classmethod
    def encode(cls, value: object) -> bytes:
        """Return the canonical bytes; raises ``ParameterValueError`` for a value of another type."""
        try:
            return canonical_json(cls.check(value))
        except RecursionError:
            raise ParameterValueError("The value is nested too deeply, or contains itself.") from None

    @classmethod
    def decode(cls, data: bytes) -> JsonValue:
        """Return the value; raises ``ParameterValueError`` for bytes that aren't a value of this type."""
        return cls.check(untag(read_json(data)))

    @classmethod
    def to_inline(cls, data: bytes) -> JsonValue:
        """Return what stands for ``data`` in a record: strict JSON, so floats may still be tagged."""
        return tag(cls.decode(data))

    @classmethod
    def from_inline(cls, value: JsonValue) -> bytes:
        """Return the canonical bytes of what stood in a record or form."""
        return cls.encode(untag(value))

    @classmethod
    def parse_text(cls, text: str) -> JsonValue:
        """Return the value a script wrote: JSON, unless the type has a plainer spelling."""
        try:
            return cls.check(untag(read_json(text.encode("utf-8", "surrogateescape"))))
        except ParameterValueError as error:
            raise cls.unreadable(text, str(error)) from None

    @classmethod
    def unreadable(cls, text: str, reason: str = "") -> ParameterValueError:
        """Return the error for text that doesn't spell a value of this type."""
        spelled = (
            f"{cut(text, 80)!r} doesn't spell {cls.python_type}, as a value of type {cls.file_type!r} has to"
        )
        return ParameterValueError(f"{spelled}. {reason}".rstrip(), file_type=cls.file_type)

    @classmethod
    def load(cls, path: Path) -> JsonValue:
        """Return the value stored at ``path``."""
        return cls.decode(path.read_bytes())

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write the canonical bytes of ``value``."""
        path.write_bytes(cls.encode(value))

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the value as a tree, text as itself."""
        if not preview_object.fits():
            return head_preview(preview_object)
        value = cls.decode(preview_object.head(preview_object.max_bytes))
        bundle = json_bundle(value, items=preview_object.max_rows)
        if isinstance(value, str):
            bundle["text/plain"] = cut(value, preview_object.max_bytes)
        return bundle

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the value in one short piece of text."""
        if not preview_object.fits():
            return None
        value = cls.decode(preview_object.head(preview_object.max_bytes))
        text = (
            value
            if isinstance(value, str)
            else canonical_json(value).decode()
            if cls._nested(value)
            else str(value)
        )
        return {"text/plain": cut(text, _THUMBNAIL_CHARACTERS), METADATA: {}}

    @staticmethod
    def _nested(value: JsonValue) -> bool:
        return isinstance(value, (list, dict))
