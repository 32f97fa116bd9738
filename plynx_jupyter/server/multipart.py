"""Forms (``multipart/form-data``) read piece by piece: fields are gathered, the content of one file is passed on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from plynx_jupyter.errors import InvalidInputError

MEDIA_TYPE: Final = "multipart/form-data"
_FIELD_BYTES: Final = 64 * 1024
_HEADER_BYTES: Final = 16 * 1024
_MAX_PARTS: Final = 50
_PLAIN: Final = frozenset({"", "binary", "8bit", "7bit"})


class FormReader:
    """A form with one file, in the part ``file_part``, and text fields, all in any order.

    ``problems`` gathers what is wrong with its parts, each as ``where`` and ``problem``. What can't be read as a
    form at all raises ``InvalidInputError``.
    """

    def __init__(self, content_type: str, file_part: str, fields: Iterable[str]) -> None:
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.problems: list[dict[str, str]] = []
        self._file_part = file_part
        self._known = (file_part, *fields)
        self._seen: set[str] = set()
        self._parts = 0
        self._is_complete = False
        self._passed_on = bytearray()
        self._begin_part()
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        if not 1 <= len(boundary) <= 200:
            raise InvalidInputError(
                f"The body has to be {MEDIA_TYPE} with a boundary of 1 to 200 characters."
            )
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_begin": self._begin_header,
                "on_header_field": self._header_field,
                "on_header_value": self._header_content,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._part_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> bytes:
        """Read on; return what of the file was in ``chunk``."""
        if not self._is_complete:  # what comes after the last boundary means nothing
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise InvalidInputError(f"The body isn't a form that can be read: {error}.") from error
        passed_on = bytes(self._passed_on)
        self._passed_on.clear()
        return passed_on

    def finish(self) -> None:
        """Note what is missing, now that all was read."""
        if not self._is_complete:
            raise InvalidInputError("The form ends before its last boundary: a part of it was lost.")
        if self._file_part not in self._seen:
            self._note(self._file_part, "it is missing; it holds the content of the file")

    def _note(self, where: str, problem: str) -> None:
        self.problems.append({"where": where, "problem": problem})

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS + 1:
            raise InvalidInputError(f"The form has more than {_MAX_PARTS} parts.")
        self._headers: dict[str, bytes] = {}
        self._header_bytes = 0
        self._name: str | None = None
        self._content = bytearray()
        self._begin_header()

    def _begin_header(self) -> None:
        self._header_name = bytearray()
        self._header_value = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._gather(self._header_name, data[start:end])

    def _header_content(self, data: bytes, start: int, end: int) -> None:
        self._gather(self._header_value, data[start:end])

    def _gather(self, header: bytearray, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > _HEADER_BYTES:
            raise InvalidInputError(f"A part of the form has headers of more than {_HEADER_BYTES} bytes.")
        header += data

    def _end_header(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = bytes(self._header_value)

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        encoding = self._headers.get("content-transfer-encoding", b"").decode("latin-1").strip().lower()
        if name not in self._known:
            shown = name[:100] or "a part without a name"
            self._note(shown, f"there is no such part; there are {', '.join(self._known)}")
        elif name in self._seen:
            self._note(name, "it is there twice")
        elif encoding not in _PLAIN:
            self._note(name, f"the Content-Transfer-Encoding {encoding[:100]} isn't taken; send it plain")
        else:
            self._name = name
            if name == self._file_part and b"filename" in options:
                self.file_name = options[b"filename"].decode("utf-8", "replace")
        self._seen.add(name)

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._file_part:
            self._passed_on += data[start:end]
        elif self._name is not None and len(self._content) <= _FIELD_BYTES:
            self._content += data[start : min(end, start + _FIELD_BYTES + 1)]

    def _end_part(self) -> None:
        if self._name is None or self._name == self._file_part:
            return
        if len(self._content) > _FIELD_BYTES:
            self._note(self._name, f"it is longer than {_FIELD_BYTES} bytes")
            return
        try:
            self.fields[self._name] = self._content.decode("utf-8")
        except UnicodeDecodeError:
            self._note(self._name, "it isn't UTF-8")

    def _end(self) -> None:
        self._is_complete = True
