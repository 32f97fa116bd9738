"""What the end of a process means, in words."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from plynx_jupyter.errors import JobCanceledError, JobFailedError, JobTimeoutError

_WORDS = {
    "SIGSEGV": "segmentation fault: it touched memory that isn't its own",
    "SIGBUS": "bus error: it touched memory that isn't there",
    "SIGILL": "illegal instruction: it was built for another processor, or is damaged",
    "SIGFPE": "arithmetic error, such as a division of integers by zero",
    "SIGABRT": "it aborted itself",
    "SIGKILL": "killed from outside; when the machine runs out of memory the system does that",
    "SIGTERM": "asked to end from outside",
    "SIGINT": "interrupted",
    "SIGPIPE": "it wrote to a pipe that nobody reads",
    "SIGXCPU": "it used more processor time than the system allows",
    "SIGHUP": "its terminal went away",
}
_EXIT_WORDS = {126: "a command in it isn't executable", 127: "a command in it wasn't found"}


@dataclass(frozen=True, slots=True)
class StopReason:
    """Why a job was stopped by us: ``code`` is that of an error class, ``message`` is for a person."""

    code: str
    message: str

    def error(self) -> JobFailedError:
        """Return the error that says so."""
        for kind in (JobCanceledError, JobTimeoutError):
            if self.code == kind.code:
                return kind(self.message)
        return JobFailedError(self.message)


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How a process ended: ``exit_code``, or the name of the ``signal`` that ended it.

    ``left`` is the number of background processes that were still there and had to be killed.
    """

    exit_code: int | None
    signal: str | None
    left: int = 0

    @property
    def is_success(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.exit_code == 0

    def words(self, what: str) -> str:
        """Return a sentence about ``what``, such as "The script".

        >>> ProcessEnd(None, "SIGSEGV").words("The script")
        "The script was killed by SIGSEGV (segmentation fault: it touched memory that isn't its own)."
        >>> ProcessEnd(127, None).words("The script")
        "The script ended with exit code 127 (a command in it wasn't found)."
        """
        if self.signal is not None:
            return f"{what} was killed by {self.signal}{_in_brackets(_WORDS.get(self.signal))}."
        if self.exit_code is None:
            return f"{what} vanished: nobody knows how it ended."
        words = _EXIT_WORDS.get(self.exit_code)
        if words is None and 128 < self.exit_code < 192:
            words = f"as shells report a command killed by {signal_name(self.exit_code - 128)}"
        return f"{what} ended with exit code {self.exit_code}{_in_brackets(words)}."


def from_wait_status(status: int | None, left: int = 0) -> ProcessEnd:
    """Read a status as ``os.waitpid`` returns it; None when it isn't known."""
    if status is None:
        return ProcessEnd(None, None, left)
    if os.WIFSIGNALED(status):
        return ProcessEnd(None, signal_name(os.WTERMSIG(status)), left)
    return ProcessEnd(os.waitstatus_to_exitcode(status), None, left)


def signal_name(number: int) -> str:
    """Return the name of a signal, also for the real-time ones without names.

    >>> signal_name(9)
    'SIGKILL'
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _in_brackets(words: str | None) -> str:
    return f" ({words})" if words else ""
