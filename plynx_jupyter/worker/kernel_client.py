"""Cells on a kernel: what papermill and nbclient do, with live text, bounded outputs, safe saving."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat.v4 import nbjson, new_output
from papermill.engines import NotebookExecutionManager

MOST_STREAM_BYTES = 10 * 1024 * 1024
"""What is kept of the text one cell prints on one stream; more is cut, with a line saying so."""
_SAVE_SECONDS = 1.0
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

TextListener = Callable[[str, str], None]


def without_ansi(text: str) -> str:
    """Return ``text`` without terminal escape sequences."""
    return _ANSI.sub("", text)


class NotebookRecord(NotebookExecutionManager):  # type: ignore[misc]
    """The notebook being executed, with papermill's metadata, saved atomically and not too often."""

    def __init__(self, notebook: Any, output_path: Path) -> None:
        super().__init__(notebook, output_path=str(output_path), progress_bar=False)
        self._path = output_path
        self._next_save = 0.0
        self.before_save: Callable[[], None] = lambda: None
        self.on_saved: Callable[[str], None] = lambda text: None
        """Told the notebook as it was just saved."""
        self.dirty = False

    def save(self, **_: Any) -> None:
        """Note that there is something to save, and save it when the last time is long enough ago."""
        self.dirty = True
        self.save_if_due()

    def save_if_due(self) -> None:
        """Save when something changed; at most every second, and rarely when saving itself is slow."""
        if self.dirty and time.monotonic() >= self._next_save:
            self.save_now()

    def autosave_cell(self) -> None:
        """Do nothing: saving is timed by ``save_if_due``."""

    def save_now(self) -> None:
        """Write the notebook beside its path and rename it into place."""
        started = time.monotonic()
        self.before_save()
        text = nbjson.writes(self.nb, split_lines=True)
        # a lone surrogate becomes its JSON escape, which every reader understands
        data = text.encode("utf-8", "backslashreplace")
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}.partial")
        try:
            partial.write_bytes(data + b"\n")
            partial.replace(self._path)
        finally:
            partial.unlink(missing_ok=True)
        self.on_saved(text)
        now = time.monotonic()
        self._next_save = now + max(_SAVE_SECONDS, 10 * (now - started))
        self.dirty = False

    def notebook_complete(self, **_: Any) -> None:
        """Close the timings and save for the last time; cells that never ran stay ``pending``."""
        self.end_time = self.now()
        metadata = self.nb.metadata.papermill
        metadata["end_time"] = self.end_time.isoformat()
        metadata["duration"] = (self.end_time - self.start_time).total_seconds()
        self.save_now()


class CellClient(NotebookClient):  # type: ignore[misc]
    """nbclient's cell execution, telling text as it arrives and keeping stored outputs small."""

    def __init__(
        self, record: NotebookRecord, kernel: Any, *, cwd: Path, on_text: TextListener, log: Any
    ) -> None:
        super().__init__(
            record.nb,
            km=kernel.manager,
            log=log,
            iopub_timeout=10,
            raise_on_iopub_timeout=False,
            resources={"metadata": {"path": str(cwd)}},
        )
        self.kc = kernel.client
        self._record = record
        self._on_text = on_text
        self._tail: list[str] = []
        self._tail_output: Any = None
        self._sizes: dict[str, int] = {}
        record.before_save = self._settle

    def begin_cell(self) -> None:
        """Forget what is known of the cell before."""
        self._settle()
        self._tail_output = None
        self._sizes = {}

    def end_cell(self) -> None:
        """Bring the cell's outputs up to date."""
        self._settle()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Take one output message of the running cell."""
        self._tell(msg)
        self._record.dirty = True
        hooked = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if msg["msg_type"] != "stream" or hooked or self.clear_before_next_output:
            self._settle()
            self._tail_output = None
            self._sizes = {} if self.clear_before_next_output else self._sizes
            return super().output(outs, msg, display_id, cell_index)
        name = msg["content"]["name"]
        text = self._bounded(name, msg["content"]["text"])
        if not text:
            return None
        if self._tail_output is None or self._tail_output["name"] != name:
            self._settle()
            self._tail_output = new_output("stream", name=name, text="")
            outs.append(self._tail_output)
        self._tail.append(text)
        return self._tail_output

    def clear_output(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        """Clear the running cell's outputs."""
        self._settle()
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self._tail_output = None
            self._sizes = {}

    def _settle(self) -> None:
        # many small pieces are joined at once: adding each to the text would take quadratic time
        if self._tail:
            self._tail_output["text"] += "".join(self._tail)
            self._tail = []

    def _bounded(self, name: str, text: str) -> str:
        used = self._sizes.get(name, 0)
        data = text.encode("utf-8", "surrogatepass")
        self._sizes[name] = used + len(data)
        if used + len(data) <= MOST_STREAM_BYTES:
            return text
        if used > MOST_STREAM_BYTES:
            return ""
        kept = data[: MOST_STREAM_BYTES - used].decode("utf-8", "ignore")
        return f"{kept}\n[more text on {name} was cut here after {MOST_STREAM_BYTES} bytes]\n"

    def _tell(self, msg: dict[str, Any]) -> None:
        content = msg["content"]
        match msg["msg_type"]:
            case "stream":
                self._on_text("stderr" if content["name"] == "stderr" else "stdout", content["text"])
            case "error":
                self._on_text("stderr", without_ansi("\n".join(content["traceback"])) + "\n")
            case "execute_result" | "display_data" if "text/plain" in content["data"]:
                self._on_text("stdout", content["data"]["text/plain"] + "\n")
