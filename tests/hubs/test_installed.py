from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from plynx_jupyter.hubs import installed
from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.installed import InstalledHub

MODULE = """\
from plynx_jupyter.operations.decorators import Group, operation

@operation
def add(a: int, b: int) -> int:
    return a + b

@operation
def unclear(a, b) -> int:
    return a

SUMS = Group("Sums", [add])
"""


def test_modules_groups_and_functions_of_packages_are_found_and_broken_ones_told(
    context: HubContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sums_for_a_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    points = [
        EntryPoint("whole", "sums_for_a_test", installed.ENTRY_POINTS),
        EntryPoint("group", "sums_for_a_test:SUMS", installed.ENTRY_POINTS),
        EntryPoint("function", "sums_for_a_test:add", installed.ENTRY_POINTS),
        EntryPoint("gone", "sums_for_a_test:nothing", installed.ENTRY_POINTS),
        EntryPoint("number", "sys:maxsize", installed.ENTRY_POINTS),
    ]
    monkeypatch.setattr(installed, "entry_points", lambda group: points)
    hub = InstalledHub()
    hub.kind, hub.context = "installed", context
    page = hub.search(Query())
    assert [(item.group, item.operation.title) for item in page.items] == [
        (("function",), "Add"),
        (("Sums",), "Add"),
        (("whole", "Sums"), "Add"),
    ]
    assert {item.operation.code_function_location for item in page.items} == {"sums_for_a_test:add"}
    gone, number, unclear = page.problems
    assert gone.startswith("gone (sums_for_a_test:nothing): AttributeError")
    assert "A int holds no operations" in number
    assert unclear.startswith("whole / 'unclear'") and "has no type" in unclear
    sys.modules.pop("sums_for_a_test")
