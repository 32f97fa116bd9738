"""The program between a worker and a job's code: the parent of all that the code starts, so that none gets away.

Run as ``python -I -S supervisor.py CONTROL_FD HANDED_ON_FDS -- COMMAND…``. It imports nothing but the standard
library, and little of that, since every script pays for its start. On Linux it is a *child subreaper*: processes
that double fork, ``setsid`` or ``nohup`` become its children when their parents end, never init's. So "no children
left" is the proof that nothing of the job is left, and nobody else's process can be meant by mistake.

From the worker, single bytes: ``I``, ``T``, ``K`` send SIGINT, SIGTERM, SIGKILL to every descendant; the end of
the stream (the worker died) counts as ``K``. To the worker, lines: ``pid N``, ``error ERRNO``, ``exit STATUS``
(a wait status) when the command itself ended, ``gone LEFT PEAK`` at the very end, with the number of processes that
had to be killed after the command had ended and the largest resident size in bytes of any one process.
"""

from __future__ import annotations

import os
import select
import signal
import sys

_SWEEP_SECONDS = 0.02
_PARENT, _START = 1, 19  # positions in /proc/…/stat, counted from the state
_PR_SET_CHILD_SUBREAPER = 36
_LIST_OF_CHILDREN = f"/proc/self/task/{os.getpid()}/children"
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_SIGNALS = {b"I": signal.SIGINT, b"T": signal.SIGTERM, b"K": signal.SIGKILL}


def main(arguments: list[str]) -> int:
    """Run the command and see to its end; return an exit status."""
    control = int(arguments[0])
    handed_on = [int(text) for text in arguments[1].split(",") if text]
    supervisor = _Supervisor(control)
    if not supervisor.start(arguments[3:], handed_on):
        return 1
    supervisor.attend()
    return 0


class _Supervisor:
    def __init__(self, control: int) -> None:
        self.control = control
        self.root = 0
        self.killing = False
        self.left: set[int] = set()
        self.peak = 0

    def start(self, command: list[str], handed_on: list[int]) -> bool:
        os.set_inheritable(self.control, False)
        _become_subreaper()
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        defaults = [*_IGNORED, signal.SIGPIPE, signal.SIGCHLD, signal.SIGXFSZ]
        try:
            try:
                self.root = os.posix_spawnp(command[0], command, os.environ, setsid=True, setsigdef=defaults)
            except NotImplementedError:  # a C library that can't make sessions here
                self.root = os.posix_spawnp(command[0], command, os.environ, setpgroup=0, setsigdef=defaults)
        except OSError as error:
            self.tell(f"error {error.errno or 0}")
            return False
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        for descriptor in (nothing, *handed_on):
            os.close(descriptor)
        self.tell(f"pid {self.root}")
        return True

    def attend(self) -> None:
        readable, writable = os.pipe()
        for descriptor in (readable, writable):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        watched = [self.control, readable]
        while not self.reap():
            if self.killing:
                self.sweep(signal.SIGKILL)
            ready, _, _ = select.select(watched, [], [], _SWEEP_SECONDS if self.killing else None)
            if readable in ready:
                os.read(readable, 4096)
            if self.control in ready and not self.obey():
                watched.remove(self.control)

    def obey(self) -> bool:
        try:
            orders = os.read(self.control, 16)
        except OSError:
            orders = b""
        for order in orders or b"K":
            number = _SIGNALS.get(bytes([order]))
            if number == signal.SIGKILL:
                self.killing = True
            elif number is not None:
                self.sweep(number)
        return bool(orders)

    def reap(self) -> bool:
        """Collect the dead; return whether no child is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.tell(f"gone {len(self.left)} {self.peak}")
                return True
            if pid == 0:
                return False
            self.peak = max(self.peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
            if pid == self.root:
                self.tell(f"exit {status}")
                if not self.killing:
                    self.left.update(filter(is_living, descendants(os.getpid())))
                self.killing = True
                self.sweep(signal.SIGKILL)

    def sweep(self, number: int) -> None:
        if not sys.platform.startswith("linux"):
            _signal_group(self.root, number)
            return
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, number)
            except OSError:  # it ended meanwhile, or belongs to another user (a set-user-id program)
                continue

    def tell(self, line: str) -> None:
        try:
            os.write(self.control, line.encode() + b"\n")
        except OSError:  # nobody listens any more; the work goes on all the same
            self.killing = True


def descendants(pid: int) -> list[int]:
    """Return the descendants of a process, parents first, the dead but unburied too (Linux; elsewhere none)."""
    children = _children if os.path.exists(_LIST_OF_CHILDREN) else _census().get  # noqa: PTH110
    found: list[int] = []
    waiting = [pid]
    while waiting:
        of_one = children(waiting.pop()) or []
        found += of_one
        waiting += of_one
    return found


def is_living(pid: int) -> bool:
    """Return whether a process exists and has not ended."""
    return _status(pid)[0] not in (b"Z", b"X")


def started_at(pid: int) -> int:
    """Return when a living process started (clock ticks since boot); 0 for one that has ended."""
    status = _status(pid)
    return int(status[_START]) if status[0] not in (b"Z", b"X") else 0


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            children += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    except OSError:  # it ended while we looked
        pass
    return children


def _census() -> dict[int, list[int]]:
    """Return the children of every process; for kernels that don't keep the lists (CONFIG_PROC_CHILDREN)."""
    found: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if sys.platform.startswith("linux") else ():  # noqa: PTH208
        if name.isdigit():
            found.setdefault(int(_status(int(name))[_PARENT]), []).append(int(name))
    return found


def _status(pid: int) -> list[bytes]:
    """Return the fields of a process after its name, from its state on; of one that isn't there, as of a dead one."""
    try:
        return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return [b"X", b"0"]


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        text = b""
        while more := os.read(descriptor, 65536):
            text += more
        return text
    finally:
        os.close(descriptor)


def _signal_group(group: int, number: int) -> None:
    try:  # noqa: SIM105 - contextlib is one import more
        os.killpg(group, number)
    except OSError:  # nobody is in it any more
        pass


def _become_subreaper() -> None:
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
