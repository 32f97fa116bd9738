"""How much clients may send."""

from __future__ import annotations

from typing import Final

UPLOAD_LIMIT: Final = "plynx_max_upload_bytes"
"""Where handlers find, among Tornado's settings, how many bytes an upload may have."""
DEFAULT_UPLOAD_LIMIT: Final = 64 << 30
JSON_LIMIT: Final = 64 << 20
"""How many bytes a JSON body may have; a graph of 10,000 nodes has about 13 million."""
