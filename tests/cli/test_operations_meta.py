"""``jupyter plynx operations meta``."""

from __future__ import annotations

import json
import sys

import pytest

from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.static_list import StaticListHub
from plynx_jupyter.metadata.memory.store import MemoryMetadata

MODULE = """\
from plynx_jupyter.operations.decorators import Group, operation

@operation(title="Add")
def add(a: int, b: int) -> int:
    return a + b

@operation(title="Counter", auto_run_enabled=False)
class Counter:
    def __init__(self):
        self.count = 0

    def __call__(self, step: int) -> int:
        self.count += step
        return self.count

def plain(a: int) -> int:
    return a

NUMBERS = Group("Numbers", [add, Group("Inner", [plain])])
"""


@pytest.fixture
def module(tmp_path, monkeypatch, request):
    name = f"meta_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def titles(documents):
    return [
        [one["title"], titles(one["items"])] if one.get("_type") == "Group" else one["title"]
        for one in documents
    ]


def test_a_module_becomes_a_list_that_a_static_hub_reads(plynx, module, tmp_path):
    status, said, complaint = plynx("operations", "meta", module, "--out", "list.json")
    assert (status, said, complaint) == (0, "", "list.json: 3 operations\n")
    documents = json.loads((tmp_path / "list.json").read_text())
    assert titles(documents) == [["Numbers", ["Add", ["Inner", ["Plain"]]]], "Counter"]
    hub = StaticListHub(list_nodes_path="list.json")
    hub.kind = "static"
    hub.context = HubContext(operations=MemoryMetadata(), folder=tmp_path)
    items = hub.search(Query()).items
    assert [(item.group, item.operation.title, item.operation.auto_run_enabled) for item in items] == [
        (("Numbers",), "Add", True),
        (("Numbers", "Inner"), "Plain", True),
        ((), "Counter", False),
    ]
    assert items[0].operation.code_function_location == f"{module}:add"


def test_one_variable_is_taken_however_it_is_written(plynx, module):
    whole = plynx("operations", "meta", f"{module}:NUMBERS")
    assert whole == plynx("operations", "meta", f"{module}.NUMBERS")
    assert titles(json.loads(whole[1])) == [["Numbers", ["Add", ["Inner", ["Plain"]]]]]


def test_functions_of_a_file_are_written_out(plynx, module):
    documents = json.loads(plynx("operations", "meta", f"{module}.py")[1])
    counter = documents[1]
    assert "code_function_location" not in counter
    assert "class Counter" in "".join(counter["parameters"][0]["value"]["value"])


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("not_there_at_all", "can't be imported"),
        ("not_there.at_all", "not_there.at_all can't be imported: No module named 'not_there'"),
        ("json.nothing", "nothing at json:nothing"),
        ("{module}:NOTHING", "has no attribute 'NOTHING'"),
        ("sys:maxsize", "A int holds no operations"),
        ("gone.py", "There is no file gone.py"),
    ],
)
def test_what_is_not_there_is_told(plynx, module, argument, complaint):
    status, said, told = plynx("operations", "meta", argument.format(module=module))
    assert (status, said) == (2, "")
    assert complaint in told


def test_all_operations_that_can_not_be_made_are_told_and_nothing_is_written(plynx, module, tmp_path):
    (tmp_path / f"{module}.py").write_text(
        MODULE + "\n@operation\ndef one(a, b):\n    pass\n\n@operation\ndef two(a: 'Nowhere'):\n    pass\n"
    )
    status, said, told = plynx("operations", "meta", module, "--out", "list.json")
    assert (status, said) == (2, "")
    assert "'one'" in told and "'two'" in told and "Nowhere" in told
    assert not (tmp_path / "list.json").exists()
    (tmp_path / f"{module}.py").write_text("1/0\n")
    assert "ZeroDivisionError" in plynx("operations", "meta", f"{module}.py")[2]
