"""Reusable children that call functions, one call at a time each, and the pool that keeps the healthy ones."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Hashable, Mapping
from pathlib import Path

from plynx_jupyter.errors import JobFailedError

from .child_process import SupervisedProcess
from .function_call import HEADER, MAX_REPLY_BYTES, CallReply, FunctionCall, pack, unpack_reply
from .job_watch import JobWatch
from .memory_watch import family

MAX_CALLS = 2000
"""How many calls a child serves before it is replaced, in case something in it grows unseen."""

_PROGRAM = str(Path(__file__).with_name("function_child.py"))
_SEND_SECONDS = 30.0
_NEUTRAL_FOLDER = Path("/")


class FunctionChild:
    """One child process; used by one thread at a time."""

    def __init__(self, environment: Mapping[str, str], wishes: Hashable = None) -> None:
        self.wishes = wishes
        self.served: set[str] = set()
        self.retired: str | None = None
        self._calls = 0
        self._received = bytearray()
        self._is_ready = False
        self._socket, theirs = socket.socketpair()
        try:
            command = [sys.executable, _PROGRAM, str(theirs.fileno())]
            self._process = SupervisedProcess(
                command, cwd=_NEUTRAL_FOLDER, environment=environment, hand_on=[theirs.fileno()]
            )
        except BaseException:
            self._socket.close()
            raise
        finally:
            theirs.close()
        self._process.register(self._socket, self._receive)

    def call(self, call: FunctionCall, watch: JobWatch) -> CallReply:
        """Have the child serve a call; afterwards ``retired`` tells whether it may be used again.

        Raises the error of ``watch.stop`` when the job was stopped, and ``JobFailedError`` when the child died.
        """
        self.retired = "a call was broken off"
        self._received = self._received[: 0 if self._is_ready else None]
        self._send(pack(call))
        self._process.attend(watch, until=self._has_reply)
        if watch.stop is not None:
            raise watch.stop.error()
        if not self._has_reply():
            raise self._death()
        reply = self._reply()
        self.served.add(call.digest)
        self._calls += 1
        self.retired = reply.retire or self._unfit(watch)
        watch.memory.note(reply.memory_bytes)
        return reply

    def close(self) -> None:
        """Kill the child and all that its calls have started."""
        self._process.close()
        self._socket.close()

    def _send(self, message: bytes) -> None:
        self._socket.settimeout(_SEND_SECONDS)
        with contextlib.suppress(OSError):  # it is dead; attending tells how it died
            self._socket.sendall(message)
        self._socket.setblocking(False)

    def _receive(self) -> None:
        try:
            data = self._socket.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self._process.unregister(self._socket)
            self._process.order(b"K")  # code closed the socket: no answer can come any more
            return
        if not self._is_ready:
            self._is_ready, data = True, data[1:]
        self._received += data

    def _has_reply(self) -> bool:
        if len(self._received) < HEADER.size:
            return False
        length: int = HEADER.unpack_from(self._received)[0]
        return length > MAX_REPLY_BYTES or len(self._received) >= HEADER.size + length

    def _reply(self) -> CallReply:
        try:
            return unpack_reply(bytes(self._received[HEADER.size :]))
        except Exception as error:
            raise JobFailedError(f"The code has disturbed the channel to its worker: {error}") from error

    def _death(self) -> JobFailedError:
        end = self._process.end
        words = end.words("The process of the code")
        if end.exit_code is not None:
            words += " It did not return its outputs."
        return JobFailedError(words, exit_code=end.exit_code, signal=end.signal)

    def _unfit(self, watch: JobWatch) -> str | None:
        others = set(family(self._process.supervisor_pid)) - {self._process.pid}
        if others and self._process.pid:
            watch.logs.note(f"{len(others)} background process(es) were still running and have been killed.")
            return "its calls left processes running"
        return f"it has served {MAX_CALLS} calls" if self._calls >= MAX_CALLS else None


class FunctionPool:
    """Keeps healthy children for later; safe to use from several threads."""

    def __init__(self, max_idle: int = 8) -> None:
        self._max_idle = max_idle
        self._idle: list[FunctionChild] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self, wishes: Hashable, digest: str) -> FunctionChild | None:
        """Return an idle child started with these wishes, best one that knows the code ``digest``; None without one."""
        with self._lock:
            fitting = [child for child in self._idle if child.wishes == wishes]
            if not fitting:
                return None
            knowing = [child for child in fitting if digest in child.served]
            chosen = (knowing or fitting)[-1]
            self._idle.remove(chosen)
            return chosen

    def give_back(self, child: FunctionChild) -> None:
        """Keep a child for later, or end it when it isn't fit for that."""
        surplus: list[FunctionChild] = [child]
        if child.retired is None:
            with self._lock:
                if not self._closed:
                    self._idle.append(child)
                    surplus = self._idle[: -self._max_idle]
                    del self._idle[: -self._max_idle]
        for one in surplus:
            one.close()

    def close(self) -> None:
        """End all idle children; those in use end when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()
