"""What docs/server.md lists is what there is."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_lists_of_settings_metrics_and_events_are_up_to_date():
    page = (DOCS / "server.md").read_text()
    script = runpy.run_path(str(DOCS / "server_options.py"))
    assert script["filled"](page) == page, "Run: python docs/server_options.py"
    assert "--PlynxApp.database_url=<Unicode>" in page
    assert "`plynx_runs_finished_total` | `status`" in page
    assert "https://schema.plynx.org/jupyter/run_started/v1" in page
