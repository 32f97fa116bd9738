from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.hubs import catalog as catalog_module
from plynx_jupyter.hubs.base import BaseHub, Group, HubContext, HubPage, Query
from plynx_jupyter.hubs.catalog import CatalogPage, HubCatalog
from plynx_jupyter.metadata.memory.store import MemoryMetadata
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.operations.decorators import operation
from plynx_jupyter.platform.entries import HubEntry


@operation(title="Add", description="the sum")
def add(a: int, b: int) -> int:
    return a + b


@operation(title="Spell")
def spell(word: str) -> str:
    return " ".join(word)


class NumbersHub(BaseHub):
    """What the documentation shows: items alone."""

    title = "Numbers"
    icon = "hash"

    def __init__(self, word: str = "Sums") -> None:
        self.word = word

    def items(self) -> list[object]:
        return [Group(self.word, [add]), Group("Words", [Group("Letters", [spell])])]


class CustomHub(BaseHub):
    """As PLynx's documentation has it: arguments, and a search of its own."""

    def __init__(self, **argv: object) -> None:
        super().__init__()
        self.arguments = argv

    def search(self, query: Query) -> list[object]:
        return [add, spell] if "all" in query.words else []


class OldHub(BaseHub):
    """As hubs of PLynx reply."""

    def search(self, query: Query) -> dict[str, object]:  # type: ignore[override]
        document = {"_type": "Node", "title": "Old", "kind": "python-code-operation"}
        group = {"_type": "Group", "title": "Drawer", "items": [document]}
        return {"list": [group], "metadata": [{"total": 1}]}


class FailingHub(BaseHub):
    def search(self, query: Query) -> HubPage:
        raise ConnectionError("the licence server is away")


class WrongHub(BaseHub):
    def search(self, query: Query) -> str:  # type: ignore[override]
        return "nothing"


class RecursiveHub(BaseHub):
    def items(self) -> list[object]:
        inner: list[object] = [add]
        inner.append(Group("Again", inner))
        return inner


def entry(cls: type | str, kind: str = "", **args: object) -> HubEntry:
    location = cls if isinstance(cls, str) else f"{cls.__module__}:{cls.__name__}"
    return HubEntry(kind=kind or location.rpartition(":")[2], cls=location, args=args)


@pytest.fixture(autouse=True)
def importable(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, __name__, request.module)
    yield


def search(catalog: HubCatalog, hub: str | None = None, **query: object) -> CatalogPage:
    return catalog.search(Query(**query), hub)  # type: ignore[arg-type]


def shown(page: CatalogPage) -> list[str]:
    return ["/".join((f.hub, *f.item.group, f.item.operation.title)) for f in page.items]


def test_items_of_a_hub_are_a_tree_of_operations(context: HubContext) -> None:
    catalog = HubCatalog([entry(NumbersHub, "numbers")], context)
    page = search(catalog)
    assert shown(page) == ["numbers/Sums/Add", "numbers/Words/Letters/Spell"]
    (hub,) = page.hubs
    assert (hub.kind, hub.title, hub.icon, hub.total_count, hub.problems) == (
        "numbers",
        "Numbers",
        "hash",
        2,
        (),
    )


def test_ids_are_the_same_in_every_process_and_lead_back_to_the_operation(context: HubContext) -> None:
    first, second = (HubCatalog([entry(NumbersHub, "numbers")], context) for _ in range(2))
    ids = [found.item.operation.id for found in search(first).items]
    assert ids == [found.item.operation.id for found in search(second).items]
    assert len(set(ids)) == 2
    loaded = second.load(ids[1])
    assert loaded is not None and loaded.title == "Spell"
    assert second.load(OperationId("nothing")) is None


def test_words_types_and_groups_are_searched(context: HubContext) -> None:
    catalog = HubCatalog([entry(NumbersHub, "numbers")], context)
    assert shown(search(catalog, words=("SUM",))) == ["numbers/Sums/Add"]
    assert shown(search(catalog, words=("letters",))) == ["numbers/Words/Letters/Spell"]
    assert shown(search(catalog, input_file_types=("str",))) == ["numbers/Words/Letters/Spell"]
    assert shown(search(catalog, statuses=(OperationStatus.DEPRECATED,))) == []
    assert shown(search(catalog, author="ann")) == []
    assert shown(search(catalog, visible_to="ann")) == ["numbers/Sums/Add", "numbers/Words/Letters/Spell"]


def test_arguments_of_the_platform_file_reach_the_hub(context: HubContext) -> None:
    catalog = HubCatalog([entry(NumbersHub, "numbers", word="Totals")], context)
    assert shown(search(catalog))[0] == "numbers/Totals/Add"
    refused = HubCatalog([entry(NumbersHub, "numbers", wort="Totals")], context)
    (problem,) = search(refused).hubs[0].problems
    assert "args of the platform file" in problem and "wort" in problem


def test_a_hub_that_searches_itself_is_paged(context: HubContext) -> None:
    catalog = HubCatalog([entry(CustomHub, "custom", server="x")], context)
    assert shown(search(catalog)) == []
    assert shown(search(catalog, words=("all",))) == ["custom/Add", "custom/Spell"]
    assert shown(search(catalog, words=("all",), offset=1, per_page=1)) == ["custom/Spell"]


def test_what_hubs_of_plynx_reply_is_understood(context: HubContext) -> None:
    page = search(HubCatalog([entry(OldHub)], context))
    assert shown(page) == ["OldHub/Drawer/Old"]
    assert page.items[0].item.operation.kind == "function"


def test_a_hub_that_fails_shows_it_and_the_others_go_on(
    context: HubContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hub_that_breaks.py").write_text("import a_package_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    entries = [
        entry("hub_that_breaks:Hub", "breaks"),
        entry("json:dumps", "no-hub"),
        entry(FailingHub),
        entry(WrongHub),
        entry(NumbersHub),
    ]
    page = search(HubCatalog(entries, context))
    assert [found.item.operation.title for found in page.items] == ["Add", "Spell"]
    problems = {hub.kind: hub.problems for hub in page.hubs}
    assert problems == {
        "breaks": ("ModuleNotFoundError: No module named 'a_package_that_is_not_there'",),
        "no-hub": ("json:dumps isn't a hub: it is no subclass of plynx_jupyter.hubs.base.BaseHub.",),
        "FailingHub": ("ConnectionError: the licence server is away",),
        "WrongHub": ("its search returned a str, not a HubPage or a list.",),
        "NumbersHub": (),
    }
    operation_id = page.items[0].item.operation.id
    assert HubCatalog(entries, context).load(operation_id) is not None


def test_groups_that_hold_themselves_end(context: HubContext) -> None:
    page = search(HubCatalog([entry(RecursiveHub)], context), per_page=200)
    assert page.total_count == 51
    assert "deeper than 50" in page.hubs[0].problems[0]


def test_pages_run_on_from_hub_to_hub(context: HubContext, metadata: MemoryMetadata) -> None:
    for number in range(3):
        made = Operation(
            id=OperationId(f"op{number}"),
            title=f"Stored {number}",
            kind="python",
            node_status=OperationStatus.READY,
        )
        metadata.save_operation(made)
    database = entry("plynx_jupyter.hubs.database:DatabaseHub", "database")
    catalog = HubCatalog([entry(NumbersHub, "numbers"), database], context)
    whole = shown(search(catalog))
    assert len(whole) == 5
    for size in (1, 2, 3, 4):
        pages = [search(catalog, offset=at, per_page=size) for at in range(0, 6, size)]
        assert [title for page in pages for title in shown(page)] == whole
        assert {page.total_count for page in pages} == {5}


def test_one_hub_is_searched_alone_and_one_that_is_not_there_is_told(context: HubContext) -> None:
    catalog = HubCatalog([entry(NumbersHub, "numbers"), entry(FailingHub)], context)
    assert [hub.kind for hub in search(catalog, "numbers").hubs] == ["numbers"]
    with pytest.raises(NotFoundError, match=r"no hub 'other'; there are: numbers, FailingHub"):
        search(catalog, "other")
    assert [hub.title for hub in catalog.hubs()] == ["Numbers", "FailingHub"]


def test_hubs_of_installed_packages_are_found_unless_the_platform_names_them(
    context: HubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [
        EntryPoint("numbers", f"{__name__}:NumbersHub", catalog_module.ENTRY_POINTS),
        EntryPoint("broken", "not_installed_at_all:Hub", catalog_module.ENTRY_POINTS),
    ]
    monkeypatch.setattr(catalog_module, "entry_points", lambda group: points)
    catalog = HubCatalog([], context)
    page = search(catalog)
    assert shown(page) == ["numbers/Sums/Add", "numbers/Words/Letters/Spell"]
    assert [hub.problems for hub in page.hubs] == [
        ("ModuleNotFoundError: No module named 'not_installed_at_all'",),
        (),
    ]
    named = HubCatalog([entry(NumbersHub, "numbers", word="Totals")], context)
    assert "numbers/Totals/Add" in shown(search(named, "numbers"))
