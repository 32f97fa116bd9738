"""What happens in runs, in the server's log: each line carries ``run_id`` and ``node_id``, in words and as fields."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from plynx_jupyter.errors import JobCanceledError
from plynx_jupyter.model.event import (
    CancelRequested,
    NodeEnded,
    NodeLost,
    NodeRefused,
    NodeStarted,
    RecordedEvent,
    RunEvent,
    RunFinished,
    RunStarted,
)
from plynx_jupyter.model.status import RunStatus
from plynx_jupyter.scheduling.projection import node_of

if TYPE_CHECKING:
    from plynx_jupyter.services.event_bus import BusMessage

_log = logging.getLogger(__name__)


def log_message(message: BusMessage) -> None:
    """Write a recorded event to the log; what is routine only at the level DEBUG."""
    if not isinstance(message, RecordedEvent):
        return
    told = _tell(message.event)
    if told is None or not _log.isEnabledFor(told[0]):
        return
    level, words = told
    fields = {"run_id": message.run_id, "sequence": message.sequence, "event": _name(message.event)}
    node_id = node_of(message.event)
    if node_id is None:
        _log.log(level, "Run %s %s", message.run_id, words, extra=fields)
        return
    fields["node_id"] = node_id
    attempt = getattr(message.event, "attempt", None)
    if attempt is not None:
        fields["attempt"] = attempt
    _log.log(level, "Run %s, node %s %s", message.run_id, node_id, words, extra=fields)


def _tell(event: RunEvent) -> tuple[int, str] | None:
    """Return the level and what is said of the run or node; None for events that say nothing to people."""
    if isinstance(event, RunStarted):
        return logging.INFO, "started"
    if isinstance(event, RunFinished):
        level = logging.WARNING if event.status is RunStatus.FAILED else logging.INFO
        return level, f"finished: {event.status.value}"
    if isinstance(event, CancelRequested):
        return logging.INFO, "is asked to stop" + (f" {', '.join(event.node_ids)}" if event.node_ids else "")
    if isinstance(event, NodeStarted):
        return logging.DEBUG, f"started on {event.worker or 'a worker'} (attempt {event.attempt})"
    if isinstance(event, NodeLost):
        return logging.WARNING, f"was lost (attempt {event.attempt}): {event.reason}"
    if isinstance(event, NodeRefused):
        return logging.WARNING, f"can't be tried: {event.message}"
    if isinstance(event, NodeEnded):
        return _tell_end(event)
    return None


def _tell_end(event: NodeEnded) -> tuple[int, str]:
    result = event.result
    seconds = (result.finished_at - result.started_at).total_seconds()
    if result.error is None:
        return logging.DEBUG, f"succeeded after {seconds:.3f} s (attempt {event.attempt})"
    if result.error.code == JobCanceledError.code:
        return logging.INFO, f"was canceled after {seconds:.3f} s (attempt {event.attempt})"
    # Its first line: what user code printed or raised belongs to the node's own logs.
    message = result.error.message.partition("\n")[0]
    return logging.WARNING, f"failed after {seconds:.3f} s (attempt {event.attempt}): {message}"


def _name(event: RunEvent) -> str:
    """Return the name that the event has in the run's log.

    >>> _name(RunStarted())
    'run_started'
    """
    name = type(event).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
