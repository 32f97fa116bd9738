"""The script of an operation as it would run, made in a child: a template may loop for hours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from plynx_jupyter.errors import OperationInvalidError, PlynxError
from plynx_jupyter.graph.document import operation_from_dict, operation_to_dict
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import place
from plynx_jupyter.model.operation import Operation

_SECONDS: Final = 10.0
_LONGEST: Final = 1 << 20
"""Characters of a script that are shown."""


def preview_script(operation: Operation, *, seconds: float = _SECONDS) -> str:
    """Return the script, with made-up paths; blocks. Raises ``OperationInvalidError`` if it can't be made in time."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps(_asked(operation)).encode(),
            capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OperationInvalidError(
            f"The script of {operation.title!r} took more than {seconds:.0f} s to be written out. "
            "Its template may loop too often."
        ) from error
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise OperationInvalidError(f"The script of {operation.title!r} can't be shown: {reason}")
    told: dict[str, Any] = json.loads(done.stdout)
    if "problem" in told:
        raise OperationInvalidError(told["problem"], **told["data"])
    return str(told["text"])


def _asked(operation: Operation) -> dict[str, Any]:
    from .registry import location_of

    return {"operation": operation_to_dict(operation), "executor": location_of(operation.kind)}


def _tell(text: str) -> dict[str, Any]:
    from .registry import declare, get_executor

    asked = json.loads(text)
    operation = operation_from_dict(asked["operation"])
    if asked["executor"]:
        declare(operation.kind, asked["executor"])
    try:
        made = get_executor(operation.kind).preview_command(place(operation, NodeId(operation.id)))
    except PlynxError as error:
        return {"problem": error.message, "data": error.data}
    return {"text": made[:_LONGEST]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_tell(sys.stdin.read()), default=str))
