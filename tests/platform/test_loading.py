from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from plynx_jupyter.errors import PlatformError
from plynx_jupyter.executors.registry import get_executor
from plynx_jupyter.hubs.base import BaseHub
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.platform.entries import Platform
from plynx_jupyter.platform.loading import load_platform
from plynx_jupyter.platform.locations import OLD_CLASSES
from plynx_jupyter.resources.registry import get_resource, known_file_types

PLYNX = """\
mongodb: {user: plynx}
storage: {scheme: s3, prefix: bucket/plynx, credential_path: /keys.json}
plugins:
  resources:
  - {kind: file, title: File, cls: plynx.plugins.resources.common.File, icon: feathericons.file, color: "#ffffff"}
  - {kind: py-json-file, title: Python Json, cls: plynx.plugins.resources.python.common.Json}
  operations:
  - kind: basic-file
    title: File
    executor: plynx.plugins.executors.local.File
    is_static: true
    resources: [file]
  - {kind: python-basic-file, executor: plynx.plugins.executors.local.File, resources: [py-json-file]}
  - {kind: basic-bash-jinja2-operation, title: BashJinja2, executor: plynx.plugins.executors.local.BashJinja2}
  hubs:
  - kind: db-hub
    title: DB Hub
    cls: plynx.plugins.hubs.collection.CollectionHub
    args: {collection: templates, operations: [basic-bash-jinja2-operation]}
  workflows:
  - {kind: basic-dag-workflow, title: Basic, executor: plynx.plugins.executors.dag.DAG, hubs: [db-hub]}
"""


def load(tmp_path: Path, text: str) -> Platform:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return load_platform(path)


def mistakes(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(PlatformError) as caught:
        load(tmp_path, text)
    return [(problem["line"], problem["problem"]) for problem in caught.value.data["problems"]]


def class_at(location: str) -> type:
    module, name = location.split(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


def test_what_ships_is_what_the_registries_have() -> None:
    platform = load_platform()
    for kind, operation in platform.operations.items():
        assert class_at(operation.executor) is get_executor(kind)
    for name, resource in platform.resources.items():
        found = get_resource(name)
        assert class_at(resource.cls) is found
        assert (resource.title, resource.icon, resource.color) == (found.title, found.icon, found.color)
    assert set(known_file_types()) >= set(platform.resources)
    assert all(issubclass(class_at(hub.cls), BaseHub) for hub in platform.hubs.values())
    assert class_at(platform.workflows["graph"].executor) is get_executor("graph")


def test_what_ships_has_all_kinds_that_plynx_has() -> None:
    platform = load_platform()
    ours = {*platform.operations, *platform.workflows}
    assert {kinds.canonical_kind(kind) for kind in kinds.OLD_KINDS} <= ours
    for plynx in (
        "file",
        "pdf",
        "image",
        "csv",
        "tsv",
        "json",
        "executable",
        "directory",
        "cloud_storage",
        "int",
    ):
        assert plynx in platform.resources


def test_classes_that_plynx_files_name_are_there() -> None:
    assert all(class_at(location) for location in OLD_CLASSES.values())


def test_a_platform_file_of_plynx_is_understood(tmp_path: Path) -> None:
    platform = load(tmp_path, PLYNX)
    assert platform.storage.url == "s3://bucket/plynx"
    assert platform.storage.options == {"token": "/keys.json"}
    assert platform.workflows["graph"].hubs == ("db-hub",)
    assert platform.hubs["db-hub"].args["operations"] == ["basic-bash-jinja2-operation"]
    assert platform.resources["file"].color == "#ffffff"
    assert platform.resources["file"].icon == "file"
    assert platform.resources["json"].title == "Python Json"
    assert platform.operations["file"].title == "File"
    assert platform.operations["bash_jinja2"].executor.endswith(":BashJinja2Executor")
    assert platform.folder == tmp_path


def test_entries_are_laid_over_what_ships_and_can_be_switched_off(tmp_path: Path) -> None:
    text = (
        "hubs:\n- kind: installed\n  enabled: false\n- kind: team\n  cls: plynx_jupyter.hubs.folder:FolderHub\n"
        "  args: {path: ~/team}\nresources:\n- kind: csv\n  cls: plynx_jupyter.resources.table.Csv\n  title: Table\n"
        "  extensions: [csv, .dat]\n"
    )
    platform = load(tmp_path, text)
    assert list(platform.hubs) == ["database", "team"]
    csv = platform.resources["csv"]
    assert (csv.title, csv.icon, csv.extensions) == ("Table", "grid", (".csv", ".dat"))
    assert len(platform.resources) == len(load_platform().resources)


def test_values_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_FOR_A_TEST", "s3://there")
    monkeypatch.delenv("NOT_SET_FOR_A_TEST", raising=False)
    assert load(tmp_path, "storage: {url: '${BUCKET_FOR_A_TEST}/x'}").storage.url == "s3://there/x"
    assert mistakes(tmp_path, "storage:\n  url: ${NOT_SET_FOR_A_TEST}") == [
        (2, "the environment variable NOT_SET_FOR_A_TEST isn't set")
    ]


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """\
storage:
  prefx: x
hub: 3
hubs:
- kind: team
  clss: a.b.C
  cls: plynx_jupyter.hubs.folder.FoldrHub
  color: #ff
- kind: team
  cls: nowhere_at_all.b.C
- cls: a.C
- kind: bare
- just words
- {kind: dotless, cls: C, args: [1], title: [x], enabled: maybe, color: red}
workflows:
- {kind: graph, executor: plynx_jupyter.executors.graph.GraphExecutor, hubs: [team, databas]}
operations:
- kind: x
  executor: json.nothing
  resources: [cvs]
resources: all
"""
    assert mistakes(tmp_path, text) == [
        (2, "storage has no 'prefx'; did you mean 'prefix'?"),
        (3, "there is no section 'hub'; did you mean 'hubs'?"),
        (6, "hubs has no 'clss'; did you mean 'cls'?"),
        (
            7,
            "cls of 'team': the module 'plynx_jupyter.hubs.folder' has no 'FoldrHub'; did you mean 'FolderHub'?",
        ),
        (8, 'color is empty: write it in quotes ("#3776ab"), as # begins a comment'),
        (9, "hubs has 'team' twice; it is on line 5, too"),
        (11, "this entry of hubs has no kind: a name of its own"),
        (12, "this entry of hubs needs cls: a class"),
        (13, "an entry of hubs has keys and values, as in kind: csv"),
        (14, "enabled is true or false"),
        (14, "title has to be a text"),
        (14, "'red' isn't a colour such as '#3776ab'"),
        (14, "'C' can't be a class; write it as package.module.Class"),
        (14, "args has names and values"),
        (16, "hubs of 'graph': there is no 'databas'; did you mean 'database'?"),
        (19, "executor of 'x': the module 'json' has no 'nothing'"),
        (20, "resources of 'x': there is no 'cvs'; did you mean 'csv'?"),
        (21, "resources is a list; begin each entry with a dash: - kind: …"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("hubs:\n  - kind: [\n", 3, "isn't YAML"),
        ("hubs: []\nhubs: []\n", 2, "'hubs' is there twice; it is on line 1, too"),
        ("- hubs", 1, "has sections"),
        ("hubs: &a [*a]", 1, "holds itself"),
        ("storage: {url: x, prefix: y}", 1, "not both"),
        ("storage: 5", 1, "has keys and values"),
        ("? [a]\n: b", 1, "a key has to be a word"),
        ("hubs: []\nplugins:\n  hubs: []", 3, "'hubs' is there twice"),
        ("hubs:\n- kind: 2001-99-99", 2, "can't be read"),
        ("hubs:\n- kind: x\n  cls: xml.nowhere.Hub", 3, "there is no module 'xml.nowhere'"),
    ],
)
def test_each_mistake_names_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    assert any(at == line and said in sentence for at, sentence in mistakes(tmp_path, text))


def test_a_module_that_fails_is_not_the_files_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hub_failing_to_load.py").write_text("import a_package_not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    platform = load(tmp_path, "hubs:\n- {kind: team, cls: hub_failing_to_load.Hub}")
    assert platform.hubs["team"].cls == "hub_failing_to_load:Hub"


@pytest.mark.parametrize("text", ["", "# nothing\n", "hubs:\n", "plugins:\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).hubs == load_platform().hubs


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"config\.yaml can't be read: No such file"):
        load_platform(tmp_path / "config.yaml")
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(PlatformError, match="can't be read"):
        load_platform(tmp_path / "config.yaml")
