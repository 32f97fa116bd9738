"""The raw types: int, float, str, bool, dict, list and color."""

from __future__ import annotations

import re
from numbers import Integral, Real
from typing import ClassVar

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue

from .json_encoding import is_numpy_bool, plain
from .preview import MimeBundle, PreviewObject
from .raw import RawResource

_INTEGER = re.compile(r"[+-]?[0-9]+")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Integer(RawResource):
    """Whole numbers of any size; NumPy's count, booleans don't."""

    file_type: ClassVar[str] = "int"
    title: ClassVar[str] = "Integer"
    icon: ClassVar[str] = "hash"
    color: ClassVar[str] = "#1E88E5"
    python_type: ClassVar[str] = "an int"

    @classmethod
    def check(cls, value: object) -> int:
        """Return ``value`` as an int."""
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise cls.wrong(value)
        return int(value)

    @classmethod
    def parse_text(cls, text: str) -> int:
        """Return the number, with white space around it or not."""
        stripped = text.strip()
        if not _INTEGER.fullmatch(stripped):
            raise cls.unreadable(text)
        try:
            return int(stripped)
        except ValueError as error:  # more digits than the interpreter reads
            raise cls.unreadable(text, str(error)) from None


class Float(RawResource):
    """Floating-point numbers, NaN and infinities too; a whole number becomes one."""

    file_type: ClassVar[str] = "float"
    title: ClassVar[str] = "Float"
    icon: ClassVar[str] = "percent"
    color: ClassVar[str] = "#039BE5"
    python_type: ClassVar[str] = "a float"

    @classmethod
    def check(cls, value: object) -> float:
        """Return ``value`` as a float."""
        if isinstance(value, bool) or not isinstance(value, Real):
            raise cls.wrong(value)
        try:
            return float(value)
        except OverflowError:
            raise ParameterValueError("The number is too large for a float.", file_type="float") from None

    @classmethod
    def parse_text(cls, text: str) -> float:
        """Return the number as Python spells it (``1e-3``, ``nan``, ``-inf``)."""
        try:
            return float(text.strip().replace("_", "?"))  # float() reads 1_0, which nobody means
        except ValueError:
            raise cls.unreadable(text) from None


class String(RawResource):
    """Text."""

    file_type: ClassVar[str] = "str"
    title: ClassVar[str] = "String"
    icon: ClassVar[str] = "type"
    color: ClassVar[str] = "#43A047"
    python_type: ClassVar[str] = "a str"

    @classmethod
    def check(cls, value: object) -> str:
        """Return ``value`` as a str."""
        if isinstance(value, str):
            return str(value)
        raise cls.wrong(value)

    @classmethod
    def parse_text(cls, text: str) -> str:
        """Return the text without the line end that ``echo`` puts after it."""
        return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


class Boolean(RawResource):
    """True or False; NumPy's count, numbers don't."""

    file_type: ClassVar[str] = "bool"
    title: ClassVar[str] = "Boolean"
    icon: ClassVar[str] = "toggle-left"
    color: ClassVar[str] = "#8E24AA"
    python_type: ClassVar[str] = "a bool"

    @classmethod
    def check(cls, value: object) -> bool:
        """Return ``value`` as a bool."""
        if isinstance(value, bool) or is_numpy_bool(value):
            return bool(value)
        raise cls.wrong(value)

    @classmethod
    def parse_text(cls, text: str) -> bool:
        """Return what ``true``, ``false``, ``1`` or ``0`` says, in any case."""
        value = _BOOLEANS.get(text.strip().lower())
        if value is None:
            raise cls.unreadable(text, "Write true, false, 1 or 0.")
        return value


class Dict(RawResource):
    """JSON objects: keys are str, values nest, tuples become lists. The order of keys is not kept."""

    file_type: ClassVar[str] = "dict"
    title: ClassVar[str] = "Dict"
    icon: ClassVar[str] = "code"
    color: ClassVar[str] = "#F4511E"
    python_type: ClassVar[str] = "a dict"

    @classmethod
    def check(cls, value: object) -> dict[str, JsonValue]:
        """Return ``value`` as a plain dict."""
        made = plain(value) if isinstance(value, dict) else None
        if not isinstance(made, dict):
            raise cls.wrong(value)
        return made


class List(RawResource):
    """JSON arrays; a tuple becomes one."""

    file_type: ClassVar[str] = "list"
    title: ClassVar[str] = "List"
    icon: ClassVar[str] = "list"
    color: ClassVar[str] = "#FB8C00"
    python_type: ClassVar[str] = "a list"

    @classmethod
    def check(cls, value: object) -> list[JsonValue]:
        """Return ``value`` as a plain list."""
        made = plain(value) if isinstance(value, (list, tuple)) else None
        if not isinstance(made, list):
            raise cls.wrong(value)
        return made


class Color(RawResource):
    """Colours as ``#RRGGBB``, kept as written."""

    file_type: ClassVar[str] = "color"
    title: ClassVar[str] = "Color"
    icon: ClassVar[str] = "droplet"
    color: ClassVar[str] = "#D81B60"
    python_type: ClassVar[str] = "a str such as '#FF0000'"

    @classmethod
    def check(cls, value: object) -> str:
        """Return ``value`` as a str."""
        if not isinstance(value, str):
            raise cls.wrong(value)
        if not _COLOR.fullmatch(value):
            raise cls.unreadable(value)
        return str(value)

    @classmethod
    def parse_text(cls, text: str) -> str:
        """Return the colour, with white space around it or not."""
        return cls.check(text.strip())

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show the colour and its name."""
        value = cls.decode(preview_object.head())  # checked: nothing but # and six digits
        bundle = super().render(preview_object)
        swatch = f'<span style="display:inline-block;width:1em;height:1em;background:{value}"></span>'
        return {**bundle, "text/html": f"{swatch} <code>{value}</code>"}
