"""Any Python value, for functions that hand each other what no other type holds."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import ClassVar, Final

from plynx_jupyter.errors import ParameterValueError

from .base import BaseResource
from .content import wrong_type
from .json_view import json_bundle
from .preview import MimeBundle, PreviewObject, note

_PICKLE_MARK: Final = b"\x80"
"""Pickles begin with this byte (protocol 2 and later); UTF-8 text never does."""


class AnyValue(BaseResource):
    """A picklable value.

    Stored as JSON when that gives back exactly the same types, values and key order, else by cloudpickle;
    the first byte tells which. Loading runs what a pickle says, as with any value that code hands to code;
    previews never do that. Equal values that are pickled may have different bytes.
    """

    file_type: ClassVar[str] = "any"
    title: ClassVar[str] = "Any value"
    icon: ClassVar[str] = "package"
    color: ClassVar[str] = "#9E9E9E"

    @classmethod
    def load(cls, path: Path) -> object:
        """Return the value; raises ``ParameterValueError`` when it can't be unpickled here."""
        data = path.read_bytes()
        try:
            if not data.startswith(_PICKLE_MARK):
                return json.loads(data)
            import cloudpickle

            return cloudpickle.loads(data)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ParameterValueError(f"The value at {path.name} can't be read back: {reason}") from error

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write the value; raises ``ParameterValueError`` when it can't be pickled."""
        path.write_bytes(_as_json(value) or _as_pickle(value, cls.file_type))

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show what is JSON, and only the size of what is pickled."""
        if preview_object.head(1) == _PICKLE_MARK:
            return note(preview_object, "a pickled Python value, which isn't opened for a preview")
        if not preview_object.fits():
            return super().render(preview_object)
        data = preview_object.head(preview_object.max_bytes)
        return json_bundle(json.loads(data), items=preview_object.max_rows)


def _as_json(value: object) -> bytes | None:
    try:
        if _survives_json(value):
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (RecursionError, ValueError):  # too deep or cyclic; lone surrogates; numbers of too many digits
        return None
    return None


def _survives_json(value: object) -> bool:
    kind = type(value)  # exactly: subclasses would come back as their base
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    if kind is list:
        return all(_survives_json(item) for item in value)  # type: ignore[attr-defined]
    if kind is dict:
        return all(type(key) is str and _survives_json(item) for key, item in value.items())  # type: ignore[attr-defined]
    return kind in (type(None), bool, int, str)


def _as_pickle(value: object, file_type: str) -> bytes:
    import cloudpickle

    try:
        data: bytes = cloudpickle.dumps(value)
    except Exception as error:
        wrong = wrong_type(file_type, "a value that can be pickled", value)
        raise ParameterValueError(
            f"{wrong.message} ({type(error).__name__}: {error})", **wrong.data
        ) from error
    return data
