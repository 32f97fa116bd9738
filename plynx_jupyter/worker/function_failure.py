"""What a function raised, told as its author needs it: his frames, not ours."""

from __future__ import annotations

import os
import sys
import traceback

from plynx_jupyter.errors import PlynxError

from .function_call import CallError

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120
_MESSAGE_CHARACTERS = 4000
_TRACEBACK_CHARACTERS = 64_000


def describe(error: BaseException) -> CallError:
    """Return message and traceback of what the code raised; never raises itself."""
    try:
        return CallError(message_of(error), traceback_of(error), code_of(error))
    except Exception as second:  # noqa: BLE001 - the author's __str__ and __repr__ run here
        name = type(error).__name__
        return CallError(f"{name} (and telling about it raised {type(second).__name__})", f"{name}\n")


def code_of(error: BaseException) -> str:
    """Return the code of one of our own errors, ``job.failed`` for all others."""
    return error.code if isinstance(error, PlynxError) and error.code.startswith("job.") else "job.failed"


def message_of(error: BaseException) -> str:
    """Return ``ValueError: …`` or, for our own errors, what they say; bounded."""
    if isinstance(error, PlynxError):
        text = error.message
    elif isinstance(error, SystemExit):
        shown = "" if error.code is None else repr(error.code)
        text = f"The code called sys.exit({shown}) instead of returning its outputs."
    elif isinstance(error, MemoryError) and not str(error):
        text = "MemoryError: there was no memory for what the code asked for."
    else:
        text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return _cut(text, _MESSAGE_CHARACTERS)


def traceback_of(error: BaseException) -> str:
    """Return the traceback as Python prints it, without the frames of this project; bounded."""
    if isinstance(error, PlynxError):
        return f"{error.message}\n"
    told = traceback.TracebackException(type(error), error, error.__traceback__, limit=None)
    seen: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        part = waiting.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        part.stack = traceback.StackSummary.from_list([f for f in part.stack if not _is_ours(f.filename)])
        waiting += [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())]
    return _cut("".join(told.format()), _TRACEBACK_CHARACTERS)


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen ")) or filename == sys.argv[0]


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[… {len(text) - limit:,} characters left out …]\n{text[-half:]}"
