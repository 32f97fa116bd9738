"""Streams that count what is read of them, and large ones that take no room."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from plynx_jupyter.resources.preview import PreviewObject


class RepeatedStream(io.RawIOBase):
    """``head`` followed by ``pattern`` again and again, up to a size."""

    def __init__(self, head: bytes, pattern: bytes, size: int) -> None:
        super().__init__()
        self._head, self._pattern, self._size, self._position = head, pattern, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._position
        wanted = left if size < 0 else min(size, left)
        data = self._head[self._position : self._position + wanted]
        if len(data) < wanted:
            start = (self._position + len(data) - len(self._head)) % len(self._pattern)
            copies = self._pattern * ((wanted - len(data)) // len(self._pattern) + 2)
            data += copies[start : start + wanted - len(data)]
        self._position += len(data)
        return data


@dataclass
class Counter:
    """How many bytes were read, and which streams were opened."""

    bytes_read: int = 0
    opened: list[io.RawIOBase | io.BufferedIOBase] = field(default_factory=list)


class CountingStream(io.RawIOBase):
    def __init__(self, stream, counter: Counter) -> None:
        super().__init__()
        self._stream, self._counter = stream, counter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._counter.bytes_read += len(data)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


@pytest.fixture
def counted() -> Callable[..., tuple[PreviewObject, Counter]]:
    """Return a function that makes a preview object whose reads are counted and whose streams get closed."""
    counters: list[Counter] = []

    def make(open_stream, size_bytes: int, name: str = "big", **bounds) -> tuple[PreviewObject, Counter]:
        counter = Counter()
        counters.append(counter)

        def open_counted() -> CountingStream:
            stream = CountingStream(open_stream(), counter)
            counter.opened.append(stream)
            return stream

        return PreviewObject(open_counted, size_bytes, name, **bounds), counter

    yield make
    assert all(stream.closed for counter in counters for stream in counter.opened)


@pytest.fixture
def repeated(counted):
    """Return a function that makes a large preview object from a repeated pattern."""

    def make(pattern: bytes, head: bytes = b"", size: int = 300_000_000, **bounds):
        return counted(lambda: RepeatedStream(head, pattern, size), size, **bounds)

    return make
