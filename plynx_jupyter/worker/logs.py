"""What a job prints: live to those who watch, bounded, and kept as artifacts, bounded less."""

from __future__ import annotations

import codecs
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

STDOUT: Final = "stdout"
STDERR: Final = "stderr"
WORKER: Final = "worker"
NOTEBOOK: Final = "notebook"
STREAMS: Final = (STDOUT, STDERR, WORKER)

LOG_BYTES: Final = 16 * 1024 * 1024
"""How much of one stream is kept: half from its beginning, half from its end."""
BATCH_SECONDS: Final = 0.02
"""How long printed text may wait for more before it is shown live."""
LIVE_BYTES: Final = 256 * 1024
"""How much text of one job is shown live per second; the rest is only in the log that is kept."""

_TAIL_PIECE_BYTES: Final = 65536


class StreamLog:
    """One stream of a job as it is kept: all of it, or its beginning and its end with a mark between."""

    def __init__(self, limit_bytes: int = LOG_BYTES) -> None:
        self._half = max(limit_bytes // 2, 1)
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self.total_bytes = 0

    def write(self, data: bytes) -> None:
        """Add what was printed."""
        self.total_bytes += len(data)
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        for start in range(0, len(data), _TAIL_PIECE_BYTES):
            piece = bytes(data[start : start + _TAIL_PIECE_BYTES])
            self._tail.append(piece)
            self._tail_bytes += len(piece)
        while self._tail and self._tail_bytes - len(self._tail[0]) >= self._half:
            self._tail_bytes -= len(self._tail.popleft())

    def content(self) -> bytes:
        """Return what is kept."""
        tail = b"".join(self._tail)[-self._half :]
        left_out = self.total_bytes - len(self._head) - len(tail)
        if left_out <= 0:
            return bytes(self._head) + tail
        mark = f"\n[… {left_out:,} of {self.total_bytes:,} bytes were left out here …]\n".encode()
        return bytes(self._head) + mark + tail

    def last_lines(self, count: int = 20, limit_bytes: int = 8192) -> list[str]:
        """Return the last lines that aren't blank."""
        end = b"".join(list(self._tail)[-2:]) or bytes(self._head[-limit_bytes:])
        lines = end[-limit_bytes:].decode("utf-8", "replace").splitlines()
        return [line for line in lines if line.strip()][-count:]


class LiveLog:
    """Hands on text as it is printed, in batches and at a bounded rate. Not thread-safe."""

    def __init__(self, emit: Callable[[str, str], None], *, bytes_per_second: int = LIVE_BYTES) -> None:
        self._emit = emit
        self._rate = bytes_per_second
        self._allowance = float(bytes_per_second)
        self._measured_at = time.monotonic()
        self._pending: dict[str, bytearray] = {}
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}
        self._left_out: dict[str, int] = {}
        self.due_at: float | None = None

    def write(self, stream: str, data: bytes) -> None:
        """Take what was printed; it is shown at ``due_at`` (``time.monotonic``), by a call of ``flush``."""
        pending = self._pending.setdefault(stream, bytearray())
        room = max(self._rate - len(pending), 0)
        pending += data[:room]
        if len(data) > room:
            self._left_out[stream] = self._left_out.get(stream, 0) + len(data) - room
        if self.due_at is None:
            self.due_at = time.monotonic() + BATCH_SECONDS

    def flush(self, *, final: bool = False) -> None:
        """Show what is pending, as far as the rate allows."""
        now = time.monotonic()
        self._allowance = min(self._rate, self._allowance + (now - self._measured_at) * self._rate)
        self._measured_at = now
        self.due_at = None
        for stream, pending in self._pending.items():
            shown = bytes(pending[: int(self._allowance)])
            self._allowance -= len(shown)
            if len(shown) < len(pending):
                self._left_out[stream] = self._left_out.get(stream, 0) + len(pending) - len(shown)
            pending.clear()
            self._show(stream, shown, final)

    def _show(self, stream: str, shown: bytes, final: bool) -> None:
        decoder = self._decoders.get(stream)
        if decoder is None:
            decoder = self._decoders[stream] = codecs.getincrementaldecoder("utf-8")("replace")
        left_out = self._left_out.get(stream, 0)
        text = decoder.decode(shown, final or left_out > 0)
        if left_out and (final or self._allowance > self._rate / 4):
            del self._left_out[stream]
            text += f"\n[… {left_out:,} bytes are not shown live; they are in the log …]\n"
        if text:
            self._emit(stream, text)


class JobLogs:
    """All streams of one job; safe to use from several threads."""

    def __init__(self, emit: Callable[[str, str], None], *, limit_bytes: int = LOG_BYTES) -> None:
        self.streams = {stream: StreamLog(limit_bytes) for stream in STREAMS}
        self._emit = emit
        self._live = LiveLog(emit)
        self._lock = threading.Lock()

    @property
    def due_at(self) -> float | None:
        """When ``flush`` should be called (``time.monotonic``); None while nothing is pending."""
        return self._live.due_at

    def write(self, stream: str, data: bytes) -> None:
        """Take what was printed to ``stdout`` or ``stderr``, or what the worker has to say."""
        with self._lock:
            self.streams[stream].write(data)
            self._live.write(stream, data)

    def note(self, line: str) -> None:
        """Add a line to the worker's own log of the job."""
        self.write(WORKER, line.encode("utf-8", "backslashreplace") + b"\n")

    def show_notebook(self, text: str) -> None:
        """Show a notebook as far as it was executed to those who watch; one that is too long only when it is done."""
        if len(text) <= LIVE_BYTES:
            with self._lock:
                self._emit(NOTEBOOK, text)

    def flush(self, *, final: bool = False) -> None:
        """Show what is pending to those who watch."""
        with self._lock:
            self._live.flush(final=final)
