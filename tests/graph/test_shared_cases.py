"""The cases that the editor's TypeScript is held to as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plynx_jupyter.graph.document import dumps, loads
from plynx_jupyter.graph.type_compatibility import types_connect

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(("output", "input_", "fits"), json.loads((CASES / "types.json").read_text()))
def test_types_connect(output, input_, fits):
    assert types_connect(output, input_) is fits


@pytest.mark.parametrize("path", sorted((CASES / "documents").iterdir()), ids=lambda path: path.name)
def test_documents_are_the_same_after_reading_and_writing_them(path):
    assert dumps(loads(path.read_text())) == path.read_text()
