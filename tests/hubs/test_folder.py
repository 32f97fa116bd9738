from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.folder import MOST_FILES, FolderHub, declares_operations
from plynx_jupyter.model.status import OperationStatus

TWICE = """\
from plynx_jupyter.operations.decorators import operation

FACTOR = 2

def helper(x):
    return x * FACTOR

@operation(title="Twice")
def twice(a: int) -> int:
    return helper(a)
"""
TWO = (
    TWICE
    + '\n@operation(title="Thrice", auto_run_enabled=False)\ndef thrice(a: int) -> int:\n    return a * 3\n'
)


@pytest.fixture
def hub(context: HubContext, tmp_path: Path) -> FolderHub:
    (tmp_path / "hub").mkdir()
    made = FolderHub("hub")
    made.kind, made.context = "folder", context
    return made


def write_notebook(path: Path, source: str) -> None:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))


def shown(hub: FolderHub, query: Query | None = None) -> list[str]:
    return ["/".join((*i.group, i.operation.title)) for i in hub.search(query or Query()).items]


def test_notebooks_and_declared_functions_are_found_with_folders_as_groups(
    hub: FolderHub, tmp_path: Path
) -> None:
    write_notebook(tmp_path / "hub" / "clean" / "drop_rows.ipynb", "rows = 3")
    (tmp_path / "hub" / "twice.py").write_text(TWICE)
    (tmp_path / "hub" / "numbers.py").write_text(TWO)
    (tmp_path / "hub" / "plain.py").write_text("raise SystemExit('never imported')")
    assert shown(hub) == ["numbers/Twice", "numbers/Thrice", "Twice", "clean/drop_rows"]
    page = hub.search(Query())
    assert not page.problems
    assert page.total_count == 4
    assert all(item.operation.node_status is OperationStatus.READY for item in page.items)
    assert [item.operation.auto_run_enabled for item in page.items] == [True, False, True, True]


def test_functions_are_kept_as_text_with_what_they_need(hub: FolderHub, tmp_path: Path) -> None:
    (tmp_path / "hub" / "twice.py").write_text(TWICE)
    operation = hub.search(Query()).items[0].operation
    assert operation.code_function_location is None
    names: dict[str, object] = {}
    exec(operation.parameters[0].value.value, names)
    assert names["operation"](4) == 8  # type: ignore[operator]


def test_ids_last_while_a_file_changes_and_its_content_is_read_anew(hub: FolderHub, tmp_path: Path) -> None:
    path = tmp_path / "hub" / "twice.py"
    path.write_text(TWICE)
    before = hub.search(Query()).items[0].operation
    path.write_text(TWO)  # now it is a group, too
    after = hub.search(Query(words=("twice",))).items[0]
    assert (after.operation.id, after.group) == (before.id, ("twice",))
    assert hub.load(before.id) == after.operation
    path.unlink()
    assert shown(hub) == []
    assert hub.load(before.id) is None


def test_a_file_that_did_not_change_is_not_read_again(hub: FolderHub, tmp_path: Path) -> None:
    path = tmp_path / "hub" / "twice.py"
    path.write_text(TWICE)
    status = path.stat()
    assert shown(hub) == ["Twice"]
    path.write_text(TWICE.replace("Twice", "Thice"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert shown(hub) == ["Twice"]
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert shown(hub) == ["Thice"]


def test_what_is_wrong_with_a_file_is_told_and_the_others_are_shown(hub: FolderHub, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    (folder / "broken.ipynb").write_text("{")
    (folder / "syntax.py").write_text("import plynx_jupyter\ndef (:\n")
    (folder / "raises.py").write_text(TWICE + "\nraise RuntimeError('no licence')\n")
    (folder / "gone.py").write_text("import not_there_at_all\n" + TWICE)
    (folder / "unresolved.py").write_text(TWO.replace("def thrice(a: int)", "def thrice(a: 'Missing')"))
    (folder / "good.py").write_text(TWICE)
    page = hub.search(Query())
    assert shown(hub) == ["Twice", "Twice"]
    broken, gone, raises, syntax, unresolved = page.problems
    assert broken.startswith("broken.ipynb: not a notebook")
    assert gone == "gone.py: can't be imported: ModuleNotFoundError: No module named 'not_there_at_all'"
    assert "no licence" in raises
    assert syntax.startswith("syntax.py: it isn't Python") and "line 2" in syntax
    assert unresolved.startswith("unresolved.py: 'thrice'") and "Missing" in unresolved


def test_a_collection_says_what_there_is(hub: FolderHub, tmp_path: Path) -> None:
    (tmp_path / "hub" / "sums.py").write_text(
        "from plynx_jupyter.operations.decorators import Group\n"
        "def add(a: int, b: int) -> int:\n    return a + b\n"
        "COLLECTION = [Group('Sums', [add, Group('Inner', [])])]\n"
    )
    assert shown(hub) == ["Sums/Add"]


def test_hidden_files_and_folders_are_passed_over(hub: FolderHub, tmp_path: Path) -> None:
    write_notebook(tmp_path / "hub" / ".ipynb_checkpoints" / "a.ipynb", "rows = 3")
    write_notebook(tmp_path / "hub" / "__pycache__" / "a.ipynb", "rows = 3")
    write_notebook(tmp_path / "hub" / ".a.ipynb", "rows = 3")
    assert shown(hub) == []


def test_a_folder_that_is_not_there_is_said(context: HubContext) -> None:
    hub = FolderHub("nowhere")
    hub.kind, hub.context = "folder", context
    with pytest.raises(InvalidInputError, match=r"There is no folder .*nowhere"):
        hub.search(Query())


def test_more_files_than_anybody_keeps_are_not_all_read(
    hub: FolderHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plynx_jupyter.hubs.folder.MOST_FILES", 2)
    for number in range(3):
        write_notebook(tmp_path / "hub" / f"{number}.ipynb", "rows = 3")
    assert shown(hub) == ["0", "1"]
    assert "more than 2 notebooks" in hub.search(Query()).problems[0]
    assert MOST_FILES > 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (TWICE, True),
        ("import plynx_jupyter\nCOLLECTION = []\n", True),
        ("import plynx_jupyter\nprint('a graph')\n", False),
        ("@cached\ndef f(): pass\n", False),
        ("", False),
    ],
)
def test_only_files_that_declare_operations_are_imported(source: str, expected: bool) -> None:
    assert declares_operations(source.encode(), "f.py") is expected
