"""What travels between a worker and its function children: calls, replies, and their framing."""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from plynx_jupyter.model.json_value import JsonValue

HEADER: Final = struct.Struct("!Q")
"""Before each message: the length of its pickle in bytes."""
MAX_REPLY_BYTES: Final = 64 * 1024 * 1024
"""No honest reply is longer: everything large is handed over as a file."""


@dataclass(frozen=True, slots=True)
class CallItem:
    """One resource of an input: a raw type's ``value`` as records hold it, or the ``path`` of a prepared file."""

    file_type: str
    path: str | None = None
    value: JsonValue = None


@dataclass(frozen=True, slots=True)
class CallInput:
    """An input port with its resources in order."""

    name: str
    is_array: bool
    items: tuple[CallItem, ...]


@dataclass(frozen=True, slots=True)
class CallOutput:
    """An output port, and the path where a value goes that is not a small raw one (an array's: the folder)."""

    name: str
    file_type: str
    is_array: bool
    min_count: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """One call of a function or class. ``digest`` identifies its code; ``extension`` follows item paths.

    ``resources`` are those of the job: file types that a platform file names, and where their classes are.
    """

    digest: str
    title: str
    source: str | None
    location: str | None
    folder: str
    inputs: tuple[CallInput, ...]
    outputs: tuple[CallOutput, ...]
    parameters: Mapping[str, JsonValue]
    extensions: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallError:
    """Why a call has no result; ``code`` is that of an error class, ``traceback`` has only the user's frames."""

    message: str
    traceback: str = ""
    code: str = "job.failed"


@dataclass(frozen=True, slots=True)
class CallReply:
    """The end of a call.

    ``outputs`` holds, by name and in order, the bytes of small raw values and the paths (str) of everything
    else. ``retire`` says why this child should not be used again, if so. ``is_stale`` means that nothing was
    run, because a module that the child has loaded was edited since.
    """

    outputs: Mapping[str, tuple[bytes | str, ...]] = field(default_factory=dict)
    error: CallError | None = None
    retire: str | None = None
    is_stale: bool = False
    memory_bytes: int = 0


def pack(message: object) -> bytes:
    """Return a framed message."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body


def unpack_reply(body: bytes) -> CallReply:
    """Read a reply; raises ``pickle.UnpicklingError`` for anything that isn't one.

    Code in the child could write what it likes, so nothing but the reply's own classes is looked up.
    """
    reply = _ReplyReader(io.BytesIO(body)).load()
    if not isinstance(reply, CallReply):
        raise pickle.UnpicklingError(f"a {type(reply).__name__} is no reply")
    return reply


class _ReplyReader(pickle.Unpickler):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name in {"CallReply", "CallError"}:
            return globals()[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a reply")
