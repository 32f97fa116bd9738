"""Serving calls inside a child: read, load, call, answer, and put back what the code has moved."""

from __future__ import annotations

import ctypes
import os
import pickle
import sys
import threading
from contextlib import suppress

from plynx_jupyter.resources.registry import declare

from .function_call import HEADER, CallError, CallReply, FunctionCall, pack
from .function_failure import describe
from .function_loading import FunctionCache, loaded_modules_changed
from .function_values import FunctionArguments, store_results

_GROWTH_BYTES = 512 * 1024 * 1024
"""A child that has grown by more than this is not worth keeping."""


def serve(descriptor: int) -> None:
    """Answer calls on the socket ``descriptor`` until it is closed."""
    server = _Server()
    while (body := _read(descriptor)) is not None:
        call = pickle.loads(body)  # noqa: S301 - it comes from the worker that started us
        reply = server.answer(call)
        server.flush()
        _write(descriptor, reply)


class _Server:
    def __init__(self) -> None:
        self._functions = FunctionCache()
        self._stdout, self._stderr = sys.stdout, sys.stderr
        self._environment = dict(os.environ)
        self._path = list(sys.path)
        self._home = os.getcwd()  # noqa: PTH109
        self._threads = set(threading.enumerate())
        self._memory_bytes = resident_bytes()
        self._library = ctypes.CDLL(None)
        self._pipes = [(descriptor, os.dup(descriptor)) for descriptor in (1, 2)]

    def answer(self, call: FunctionCall) -> CallReply:
        if loaded_modules_changed():
            return CallReply(is_stale=True)
        try:
            os.chdir(call.folder)
            outputs = self._call(call)
        except BaseException as error:  # noqa: BLE001 - whatever the code raises, SystemExit too, is its result
            failure = describe(error)
            with suppress(Exception):
                self._stderr.write(failure.traceback)
            return CallReply(error=failure, retire=self._restore(), memory_bytes=resident_bytes())
        return CallReply(outputs=outputs, retire=self._restore(), memory_bytes=resident_bytes())

    def _call(self, call: FunctionCall) -> dict[str, tuple[bytes | str, ...]]:
        for file_type, location in call.resources.items():
            declare(file_type, location)
        function = self._functions.get(call)
        arguments = FunctionArguments(call)
        result = function(**arguments.accepted_by(function))
        if hasattr(result, "__await__"):
            import asyncio

            result = asyncio.run(_awaited(result))
        return store_results(call, result)

    def flush(self) -> None:
        """Bring what is buffered to the pipes, that of C code too, so that it belongs to this call."""
        for stream in {self._stdout, self._stderr, sys.stdout, sys.stderr}:
            with suppress(Exception):
                stream.flush()
        self._library.fflush(None)

    def _restore(self) -> str | None:
        """Put back what the code may have changed; return why that isn't enough, if so."""
        self.flush()
        loaded_modules_changed()  # notes those that this call has loaded
        sys.stdout, sys.stderr = self._stdout, self._stderr
        sys.path[:] = self._path
        try:
            os.chdir(self._home)
            for descriptor, pipe in self._pipes:  # the code may have closed them, or turned them elsewhere
                os.dup2(pipe, descriptor)
        except OSError as error:
            return f"folder or streams can't be put back: {error}"
        if self._stdout.closed or self._stderr.closed:
            return "the code closed its streams"
        if os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        left = [t.name for t in threading.enumerate() if t not in self._threads and not t.daemon]
        if left:
            return f"the code left threads running: {', '.join(left)}"
        if resident_bytes() - self._memory_bytes > _GROWTH_BYTES:
            return "it has grown too large"
        return None


async def _awaited(result: object) -> object:
    return await result  # type: ignore[misc]


def resident_bytes() -> int:
    """Return the resident size of this process, 0 where the system doesn't tell."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - for each call
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _read(descriptor: int) -> bytes | None:
    header = _read_exactly(descriptor, HEADER.size)
    return None if header is None else _read_exactly(descriptor, HEADER.unpack(header)[0])


def _read_exactly(descriptor: int, count: int) -> bytes | None:
    pieces = bytearray()
    while len(pieces) < count:
        try:
            piece = os.read(descriptor, min(count - len(pieces), 1 << 20))
        except KeyboardInterrupt:  # meant for a call that has ended just now
            continue
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


def _write(descriptor: int, reply: CallReply) -> None:
    try:
        message = pack(reply)
    except Exception as error:  # noqa: BLE001 - an answer there must be
        message = pack(
            CallReply(error=CallError(f"The result can't be handed over: {error}"), retire="unsure")
        )
    while message:
        message = message[os.write(descriptor, message) :]
