from __future__ import annotations

import json
from pathlib import Path

import pytest

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.static_list import StaticListHub


def make(context: HubContext, **arguments: str) -> StaticListHub:
    hub = StaticListHub(**arguments)
    hub.kind, hub.context = "static", context
    return hub


def write(path: Path, *titles: str) -> None:
    items = [{"_type": "Node", "title": title, "kind": "function"} for title in titles]
    path.write_text(json.dumps([{"_type": "Group", "title": "Basics", "items": items}]))


def test_a_list_is_read_again_when_it_changed(context: HubContext, tmp_path: Path) -> None:
    hub = make(context, list_nodes_path="list.json")
    write(tmp_path / "list.json", "One")
    assert [(i.group, i.operation.title) for i in hub.search(Query()).items] == [(("Basics",), "One")]
    write(tmp_path / "list.json", "One", "Two")
    page = hub.search(Query())
    assert [item.operation.title for item in page.items] == ["One", "Two"]
    assert hub.load(page.items[1].operation.id) == page.items[1].operation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "isn't JSON"),
        ('"x"', "it holds a str"),
        ("{}", "it holds a dict"),
        ("[" * 100_000, "isn't JSON"),
    ],
)
def test_what_is_no_list_is_said(context: HubContext, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(InvalidInputError, match=message):
        make(context, path="list.json").search(Query())


def test_a_list_that_is_not_there_is_said(context: HubContext) -> None:
    with pytest.raises(InvalidInputError, match=r"list\.json can't be read: No such file"):
        make(context, path="list.json").search(Query())


def test_items_that_are_wrong_harm_no_others(context: HubContext, tmp_path: Path) -> None:
    items = [
        {"title": "No kind"},
        {"_type": "Group", "title": "Empty"},
        5,
        {"title": "Good", "kind": "python"},
    ]
    (tmp_path / "list.json").write_text(json.dumps(items))
    page = make(context, path="list.json").search(Query())
    assert [item.operation.title for item in page.items][-1] == "Good"
    assert any("Empty: a group has a list of items" in problem for problem in page.problems)
    assert len(page.problems) >= 2


def test_a_hub_without_a_path_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="needs the argument path"):
        StaticListHub()
