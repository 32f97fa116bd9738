"""Plain progress of a run, for scripts: a line whenever a node begins or ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from plynx_jupyter.model.event import NodeEnded, NodeRestored, NodeSkipped, NodeStarted, RecordedEvent
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.scheduling.projection import node_of
from plynx_jupyter.services.event_bus import BusMessage

from .client import Client


@contextmanager
def show_progress(client: Client, run_id: RunId, wanted: bool | None) -> Iterator[None]:
    """Print to standard error what happens in a run while the block lasts; None: only on a terminal."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield
        return
    titles = {node.id: node.title for node in client.load_run(run_id).graph.nodes}

    def listener(message: BusMessage) -> None:
        if isinstance(message, RecordedEvent):
            line = _line(message)
            if line:
                node_id = node_of(message.event) or NodeId("")
                print(f"{titles.get(node_id, node_id)}: {line}", file=sys.stderr, flush=True)

    unsubscribe = client.subscribe(listener, run_id)
    try:
        yield
    finally:
        unsubscribe()


def _line(message: RecordedEvent) -> str:
    event = message.event
    if isinstance(event, NodeStarted):
        return "running"
    if isinstance(event, NodeRestored):
        return "restored"
    if isinstance(event, NodeSkipped):
        return f"not run ({event.reason.replace('_', ' ')})"
    if isinstance(event, NodeEnded):
        result = event.result
        seconds = (result.finished_at - result.started_at).total_seconds()
        return f"done in {seconds:.1f} s" if result.error is None else f"failed: {result.error.message}"
    return ""
