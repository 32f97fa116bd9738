"""The schemas of the events that Jupyter's event logger gets from here, one file for each version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_events import EventLogger

URI = "https://schema.plynx.org/jupyter"
RUN_STARTED = f"{URI}/run_started/v1"
RUN_FINISHED = f"{URI}/run_finished/v1"
_FOLDER = Path(__file__).parent


def register_schemas(event_logger: EventLogger) -> None:
    """Make the schemas known to an event logger, unless they are already."""
    for schema_id in (RUN_STARTED, RUN_FINISHED):
        if schema_id not in event_logger.schemas:
            name = schema_id.removeprefix(f"{URI}/").replace("/", ".")
            event_logger.register_event_schema(_FOLDER / f"{name}.yaml")
