"""Files of which nothing more is known."""

from __future__ import annotations

from .base import BaseResource


class File(BaseResource):
    """Any file, as it is; previewed as text when it is text."""
