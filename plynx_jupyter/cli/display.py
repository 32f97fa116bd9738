"""How a run is shown while it goes on: a live table on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from plynx_jupyter.model.event import (
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RecordedEvent,
)
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.job import JobLog, JobProgress
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.run import Run
from plynx_jupyter.services.event_bus import BusMessage

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

_MOST_ROWS = 24
"""With more nodes than this only those are shown that are under way or have failed, and a count of the rest."""

STYLE = {
    "waiting": ("○", "dim"),
    "queued": ("○", ""),
    "running": ("◐", "cyan"),
    "done": ("✓", "green"),
    "restored": ("↺", "green"),
    "failed": ("✗", "bold red"),
    "canceled": ("-", "yellow"),
}


class Display(Protocol):
    """Shows a run."""

    def showing(self, run: Run) -> AbstractContextManager[None]:
        """Begin to show ``run``, until the block ends."""

    def show(self, message: BusMessage) -> None:
        """Take in what happened."""

    def refresh(self) -> None:
        """Bring times up to date."""

    def note(self, text: str) -> None:
        """Tell the person something."""


class NodeLine:
    """What is shown of a node."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.state = "waiting"
        self.began: float | None = None
        self.seconds: float | None = None
        self.progress = ""
        self.text = ""

    def take(self, message: BusMessage) -> bool:
        """Take in what happened to the node; tell whether it is worth a line of its own."""
        if isinstance(message, JobProgress):
            self.progress = f"{message.done}/{message.total}" if message.total else ""
            return False
        if isinstance(message, JobLog):
            if message.stream == "notebook":
                return False
            lines = message.text.rstrip().splitlines()
            self.text = lines[-1] if lines else self.text
            return False
        event = message.event
        if isinstance(event, NodeMissed):
            self.state = "queued"
            return False
        if isinstance(event, NodeStarted):
            self.state, self.began = "running", time.monotonic()
        elif isinstance(event, NodeRestored):
            self.state, self.seconds, self.text = "restored", event.computed_seconds, "from the cache"
        elif isinstance(event, NodeEnded):
            result = event.result
            self.seconds = (result.finished_at - result.started_at).total_seconds()
            self.began, self.text = None, ""
            self.state = "done"
            if result.error is not None:
                self.state = "canceled" if result.error.code == "job.canceled" else "failed"
                self.text = result.error.message.splitlines()[0]
        elif isinstance(event, NodeLost):
            self.state, self.began, self.text = "queued", None, f"tried again: {event.reason}"
        elif isinstance(event, NodeRefused):
            self.state, self.text = "failed", event.message.splitlines()[0]
        elif isinstance(event, NodeSkipped):
            self.state, self.text = "canceled", event.reason.replace("_", " ")
        return True

    @property
    def elapsed(self) -> str:
        """How long it has taken, or did."""
        seconds = time.monotonic() - self.began if self.began is not None else self.seconds
        return "" if seconds is None else f"{seconds:.1f} s"


class _Base:
    def __init__(self) -> None:
        self.lines: dict[NodeId, NodeLine] = {}

    def begin(self, run: Run) -> None:
        from plynx_jupyter.graph.nesting import flatten

        nodes = [node for node in flatten(run.graph) if node.kind != FILE]
        self.lines = {node.id: NodeLine(_shown_title(node.id, node.title)) for node in nodes}

    def line_of(self, message: BusMessage) -> NodeLine | None:
        event = message.event if isinstance(message, RecordedEvent) else message.id
        node_id = getattr(event, "node_id", None)
        return None if node_id is None else self.lines.get(node_id)


class QuietDisplay(_Base):
    """Shows nothing."""

    @contextmanager
    def showing(self, run: Run) -> Iterator[None]:
        """See ``Display``."""
        yield

    def show(self, message: BusMessage) -> None:
        """See ``Display``."""

    def refresh(self) -> None:
        """See ``Display``."""

    def note(self, text: str) -> None:
        """Say it on standard error all the same."""
        import click

        click.echo(text, err=True)


class PlainDisplay(_Base):
    """A line whenever a node begins or ends."""

    @contextmanager
    def showing(self, run: Run) -> Iterator[None]:
        """See ``Display``."""
        self.begin(run)
        self.note(f"Run {run.id} of {run.graph.title!r}: {len(self.lines)} nodes")
        yield

    def show(self, message: BusMessage) -> None:
        """See ``Display``."""
        line = self.line_of(message)
        if line is not None and line.take(message):
            elapsed = "" if line.began is not None else line.elapsed
            rest = ", ".join(part for part in (elapsed, line.text) if part)
            self.note(f"{STYLE[line.state][0]} {line.title}: {line.state}" + (f" ({rest})" if rest else ""))

    def refresh(self) -> None:
        """See ``Display``."""

    def note(self, text: str) -> None:
        """See ``Display``."""
        import click

        click.echo(text)


class LiveDisplay(_Base):
    """A table that is redrawn as the run goes on."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._live: Live | None = None
        self._title = ""

    @contextmanager
    def showing(self, run: Run) -> Iterator[None]:
        """See ``Display``."""
        from rich.live import Live

        self.begin(run)
        self._title = f"{run.graph.title or 'Graph'}  run {run.id}"
        with Live(console=self._console, auto_refresh=False, transient=False) as self._live:
            self.refresh()
            try:
                yield
            finally:
                self.refresh()
        self._live = None

    def show(self, message: BusMessage) -> None:
        """See ``Display``."""
        line = self.line_of(message)
        if line is not None:
            line.take(message)

    def refresh(self) -> None:
        """See ``Display``."""
        if self._live is not None:
            self._live.update(_table(self._title, self.lines), refresh=True)

    def note(self, text: str) -> None:
        """See ``Display``."""
        self._console.print(text, style="yellow", highlight=False)


def make_display(*, quiet: bool) -> Display:
    """Return the display that fits where the output goes."""
    if quiet:
        return QuietDisplay()
    from rich.console import Console

    console = Console()
    return LiveDisplay(console) if console.is_terminal else PlainDisplay()


def _table(title: str, lines: Mapping[NodeId, NodeLine]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title, style="bold"), title_justify="left", box=None, padding=(0, 1), show_header=False
    )
    table.add_column(width=1)
    table.add_column(no_wrap=True, ratio=3, max_width=48)
    table.add_column(width=9)
    table.add_column(justify="right", width=9)
    table.add_column(justify="right", width=7)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=5, style="dim")
    shown = list(lines.values())
    if len(shown) > _MOST_ROWS:
        shown = [line for line in shown if line.state in ("running", "failed")][:_MOST_ROWS]
    for line in shown:
        sign, style = STYLE[line.state]
        table.add_row(
            Text(sign, style=style),
            Text(line.title),
            Text(line.state, style=style),
            line.elapsed,
            line.progress,
            Text(line.text),
        )
    if len(lines) > _MOST_ROWS:
        counts = Counter(line.state for line in lines.values())
        summary = "  ".join(f"{counts[state]} {state}" for state in STYLE if counts[state])
        table.add_row("", Text(f"{len(lines)} nodes", style="bold"), "", "", "", Text(summary))
    return table


def _shown_title(node_id: NodeId, title: str) -> str:
    """Inside composites titles repeat; the path tells them apart."""
    return f"{title} ({node_id})" if "/" in node_id else title
