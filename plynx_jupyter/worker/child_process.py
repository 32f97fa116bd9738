"""A process of a job under its supervisor: started, listened to, stopped, and all that it started with it."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from plynx_jupyter.errors import JobFailedError

from .job_watch import JobWatch
from .logs import STDERR, STDOUT
from .marked_processes import kill_marked
from .process_end import ProcessEnd, from_wait_status

MARKER: Final = "PLYNX_JOB"
"""Environment variable that tells to which job (or pooled child) a process belongs."""

_SUPERVISOR = str(Path(__file__).with_name("supervisor.py"))
_CHUNK_BYTES = 65536
_DRAIN_BYTES = 1024 * 1024


class SupervisedProcess:
    """A command run under a supervisor, in a session of its own.

    ``attend`` must be called, by one thread at a time, for anything to happen; ``close`` in the end. ``environment``
    is the whole environment; ``MARKER`` in it should be unique, it is the last resort to find processes whose
    supervisor was killed. The descriptors in ``hand_on`` are open in the command under the same numbers.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        hand_on: Sequence[int] = (),
    ) -> None:
        self.pid = 0
        self.is_gone = False
        self._marker = environment.get(MARKER, "")
        self._status: int | None = None
        self._left = 0
        self._peak_bytes = 0
        self._start_error = 0
        self._command = command
        self._unread = b""
        self._watch: JobWatch | None = None
        self._write_lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._control, theirs = socket.socketpair()
        try:
            self._popen = _start(command, cwd, environment, theirs.fileno(), hand_on)
        except BaseException:
            self._control.close()
            self._close_listening()
            raise
        finally:
            theirs.close()
        assert self._popen.stdout is not None
        assert self._popen.stderr is not None
        self._streams = {STDOUT: self._popen.stdout.fileno(), STDERR: self._popen.stderr.fileno()}
        self._listen()

    @property
    def supervisor_pid(self) -> int:
        """The process whose descendants are the job's processes."""
        return self._popen.pid

    @property
    def end(self) -> ProcessEnd:
        """How the command ended; to be asked when ``is_gone``."""
        return from_wait_status(self._status, self._left)

    def register(self, file: socket.socket, when_readable: Callable[[], None]) -> None:
        """Listen to one more socket during ``attend``."""
        self._selector.register(file, selectors.EVENT_READ, when_readable)

    def unregister(self, file: socket.socket) -> None:
        """Listen to that socket no longer."""
        self._selector.unregister(file)

    def attend(self, watch: JobWatch, until: Callable[[], bool] = lambda: False) -> None:
        """Serve the process until ``until()``, or until it and all that it started are gone.

        What is printed goes to ``watch.logs``. When ``watch`` says that the job has to stop, its signals are sent.
        Raises ``JobFailedError`` when the command can't be started, or when its processes survive SIGKILL.
        """
        self._watch = watch
        unsubscribe = watch.cancel.subscribe(self._wake)
        try:
            while not self.is_gone and not until():
                if watch.look(self.supervisor_pid) is not None:
                    self.order(watch.due_signals())
                    self._check_survivors(watch)
                for key, _ in self._selector.select(watch.wait_seconds()):
                    key.data()
                watch.flush_due()
        finally:
            unsubscribe()
        self.drain()
        watch.memory.note(self._peak_bytes)
        if self._start_error:
            reason = os.strerror(self._start_error)
            raise JobFailedError(f"The program {self._command[0]!r} can't be started: {reason}.")

    def order(self, orders: bytes) -> None:
        """Send orders to the supervisor (see its module); nothing happens when it is gone."""
        if orders:
            with contextlib.suppress(OSError):
                self._control.sendall(orders)
            self._popen.send_signal(signal.SIGCONT)  # in case the code has stopped it

    def drain(self) -> None:
        """Take what has been printed up to now, without waiting."""
        for stream in tuple(self._streams):
            taken = 0
            while taken < _DRAIN_BYTES and (count := self._take(stream)):
                taken += count

    def close(self) -> None:
        """Kill what is left and give everything back; may be called more than once, by any thread."""
        self.order(b"K")
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        try:
            self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        if not self._said_gone and self._marker:
            kill_marked(MARKER, self._marker)
        self._control.close()
        for pipe in (self._popen.stdout, self._popen.stderr):
            assert pipe is not None
            pipe.close()
        self._close_listening()

    _said_gone = False

    def _listen(self) -> None:
        for end in (self._control, self._wake_in, self._wake_out):
            end.setblocking(False)
        self._selector.register(self._control, selectors.EVENT_READ, self._hear)
        self._selector.register(self._wake_out, selectors.EVENT_READ, self._awake)
        for stream, descriptor in self._streams.items():
            os.set_blocking(descriptor, False)
            self._selector.register(
                descriptor, selectors.EVENT_READ, lambda stream=stream: self._take(stream)
            )

    def _close_listening(self) -> None:
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_in.send(b"w")

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_out.recv(4096)

    def _take(self, stream: str) -> int:
        try:
            data = os.read(self._streams[stream], _CHUNK_BYTES)
        except (BlockingIOError, KeyError):
            return 0
        if not data:  # everybody who could write has ended
            self._selector.unregister(self._streams.pop(stream))
        elif self._watch is not None:
            self._watch.logs.write(stream, data)
        return len(data)

    def _hear(self) -> None:
        try:
            data = self._control.recv(4096)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.is_gone = True
            self._selector.unregister(self._control)
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            word, *numbers = line.split()
            self._understand(word, [int(number) for number in numbers])

    def _understand(self, word: bytes, numbers: list[int]) -> None:
        if word == b"pid":
            self.pid = numbers[0]
        elif word == b"exit":
            self._status = numbers[0]
        elif word == b"error":
            self._start_error = numbers[0] or -1
        elif word == b"gone":
            self._left, self._peak_bytes = numbers
            self._said_gone = True

    def _check_survivors(self, watch: JobWatch) -> None:
        if watch.gave_up:
            raise JobFailedError(
                f"{watch.stop.message if watch.stop else ''} Some of its processes hang in the system and can't be "
                f"ended; they are descendants of process {self.supervisor_pid}."
            )


def _start(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], control: int, hand_on: Sequence[int]
) -> subprocess.Popen[bytes]:
    numbers = ",".join(map(str, hand_on))
    # -S and -I: the supervisor needs no packages, and the environment is meant for the command.
    supervisor = [sys.executable, "-I", "-S", "-B", _SUPERVISOR, str(control), numbers, "--"]
    return subprocess.Popen(
        [*supervisor, *command],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        pass_fds=(control, *hand_on),
        start_new_session=True,
    )


def run_command(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], watch: JobWatch
) -> ProcessEnd:
    """Run a command to its end and return how it ended; none of the processes it started is left.

    Raises the error of ``watch.stop`` when the job was stopped, ``JobFailedError`` when it can't be started.
    """
    process = SupervisedProcess(command, cwd=cwd, environment=environment)
    try:
        process.attend(watch)
    finally:
        process.close()
    if watch.stop is not None:
        raise watch.stop.error()
    if process.end.left:
        watch.logs.note(f"{process.end.left} background process(es) were still running and have been killed.")
    return process.end
