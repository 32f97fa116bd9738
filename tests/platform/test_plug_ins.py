"""Custom executor, resource and hub classes that only a platform file names, from end to end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plynx_jupyter.client import Artifact, Client, File, Graph, Operation
from plynx_jupyter.errors import GraphInvalidError, PlatformError
from plynx_jupyter.executors.registry import get_executor, known_kinds
from plynx_jupyter.resources.registry import get_resource, guess_file_type, known_file_types
from tests.server_process import Server

PLATFORM = """\
hubs:
- kind: custom
  title: Custom hub
  icon: feathericons.star
  color: "#123456"
  cls: plug_ins_of_a_test.CustomHub
  args: {group: Texts}
- kind: folder
  cls: plynx_jupyter.hubs.folder.FolderHub
  args: {path: hub}
- {kind: broken, cls: broken_hub_of_a_test.Hub, title: Broken}
operations:
- kind: prefix-lines
  title: Prefix
  executor: plug_ins_of_a_test.CustomExecutor
  icon: feathericons.type
  resources: [shout]
- kind: command
  enabled: false
resources:
- {kind: shout, cls: plug_ins_of_a_test.CustomResource, color: "#abcdef", extensions: [shout]}
- {kind: whisper, cls: plug_ins_of_a_test.CustomResource, title: Whispered text}
"""


@pytest.fixture
def platform_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = Path(__file__).with_name("plug_ins.py").read_text()
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "plug_ins_of_a_test.py").write_text(source)
    (modules / "broken_hub_of_a_test.py").write_text("import something_not_installed\n")
    (tmp_path / "hub").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(PLATFORM)
    monkeypatch.syspath_prepend(modules)
    # Functions are called by processes of their own, which have to find the modules, too.
    inherited = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(modules), *([inherited] if inherited else [])]))
    monkeypatch.setenv("PLYNX_CONFIG_PATH", str(path))
    return path


def make_graph(client: Client, path: Path, word: str = "hello") -> Graph:
    path.write_text("a\nb\n")
    twice = Operation.of(client.search_hubs(hub="custom").items[0].item.operation)
    prefix = Operation.of(get_executor("prefix-lines").default_operation())
    doubled = twice(lines=File(path), node_id="twice")
    return Graph(client, targets=[prefix(lines=doubled, word=word, node_id="prefix")])


def test_kinds_and_types_are_known_while_the_application_is_open(platform_file: Path, tmp_path: Path) -> None:
    with Client(home=tmp_path / "home", backend="inline") as client:
        client.list_graphs()  # opens it
        assert "prefix-lines" in known_kinds()
        assert get_executor("prefix-lines").kind == "prefix-lines"
        resource = get_resource("shout")
        assert (resource.title, resource.color, resource.extensions) == (
            "Shouted text",
            "#abcdef",
            (".shout",),
        )
        assert get_resource("whisper").title == "Whispered text"
        assert guess_file_type("x.shout") == "shout"
    assert "prefix-lines" not in known_kinds()
    assert not {"shout", "whisper"} & set(known_file_types())


@pytest.mark.parametrize("backend", ["inline", "dask"])
def test_custom_classes_do_their_work_in_a_run(platform_file: Path, tmp_path: Path, backend: str) -> None:
    with Client(home=tmp_path / "home", backend=backend, workers=1) as client:
        run = make_graph(client, tmp_path / "lines.shout").approve().wait().latest_run
        out = run["prefix"].outputs["out"]
        assert isinstance(out, Artifact)
        assert out.read_bytes() == b"HELLO A\nHELLO A\nHELLO B\nHELLO B\n"
        assert out.file_type == "shout"
        assert out.load() == ["HELLO A", "HELLO A", "HELLO B", "HELLO B"]


def test_a_custom_executor_validates_its_nodes(platform_file: Path, tmp_path: Path) -> None:
    with (
        Client(home=tmp_path / "home", backend="inline") as client,
        pytest.raises(GraphInvalidError, match="this word is not allowed"),
    ):
        make_graph(client, tmp_path / "lines.shout", "forbidden").approve()


def test_a_wrong_platform_file_keeps_the_application_from_opening(
    platform_file: Path, tmp_path: Path
) -> None:
    platform_file.write_text("hubs:\n- kind: x\n  cls: plug_ins_of_a_test.NoHub\n")
    with (
        pytest.raises(PlatformError, match=r"config\.yaml, line 3: cls of 'x': the module .* has no 'NoHub'"),
        Client(home=tmp_path / "home", backend="inline") as client,
    ):
        client.list_graphs()


def test_the_platform_file_says_where_artifacts_are(platform_file: Path, tmp_path: Path) -> None:
    platform_file.write_text(f"storage: {{url: 'file://{tmp_path}/elsewhere'}}\n")
    (tmp_path / "x.txt").write_text("x")
    with Client(home=tmp_path / "home", backend="inline") as client:
        Graph(client, targets=[File(tmp_path / "x.txt")]).approve().wait()
    assert list((tmp_path / "elsewhere").rglob("*"))
    assert not (tmp_path / "home" / "artifacts").exists()


def test_a_server_shows_the_platform_and_searches_its_hubs(platform_file: Path, tmp_path: Path) -> None:
    (tmp_path / "hub" / "half.py").write_text(
        "from plynx_jupyter.operations.decorators import operation\n\n"
        "@operation(title='Half')\ndef half(a: float) -> float:\n    return a / 2\n"
    )
    server = Server(tmp_path, "--PlynxApp.backend=inline").start()
    try:
        check_platform(server)
        check_hubs(server)
        check_single_operations(server)
    finally:
        server.stop()


def check_platform(server: Server) -> None:
    body = server.call("GET", "plugins")[2]
    hubs = {hub["kind"]: (hub["title"], hub["icon"], hub["color"]) for hub in body["hubs"]}
    assert list(hubs) == ["database", "installed", "custom", "folder", "broken"]
    assert hubs["custom"] == ("Custom hub", "star", "#123456")
    assert body["workflows"][0]["hubs"] == list(hubs)
    operations = {operation["kind"]: operation for operation in body["operations"]}
    assert operations["prefix-lines"]["title"] == "Prefix"
    assert operations["prefix-lines"]["resources"] == ["shout"]
    assert "command" not in operations
    assert {"kind": "shout", "title": "Shouted text", "icon": "file", "color": "#abcdef"} in body["resources"]


def check_hubs(server: Server) -> None:
    status, _, body = server.call("POST", "search_in_hubs", {})
    assert status == 200
    found = [(item["hub"], item["group"], item["title"], item["_readonly"]) for item in body["items"]]
    assert found == [("custom", ["Texts"], "Twice", True), ("folder", [], "Half", True)]
    assert body["total_count"] == 2
    problems = {hub["kind"]: hub["problems"] for hub in body["hubs"] if hub["problems"]}
    assert problems == {"broken": ["ModuleNotFoundError: No module named 'something_not_installed'"]}
    body = server.call("POST", "search_in_hubs", {"hub": "folder", "search": "input_file_type:float"})[2]
    assert [item["title"] for item in body["items"]] == ["Half"]
    status, _, body = server.call("POST", "search_in_hubs", {"hub": "nowhere"})
    assert status == 404
    assert "there are: database, installed, custom" in body["message"]


def check_single_operations(server: Server) -> None:
    half = server.call("POST", "search_in_hubs", {"hub": "folder"})[2]["items"][0]
    status, _, body = server.call("GET", f"nodes/{half['_id']}")
    assert (status, body["node"]["title"], body["node"]["_readonly"]) == (200, "Half", True)
    status, _, body = server.call("POST", "nodes", {"node": body["node"], "action": ["SAVE"]})
    assert status == 400
    assert "can't be changed" in body["message"]
    status, _, body = server.call("GET", "nodes/prefix-lines")
    assert (status, body["node"]["title"], body["node"]["kind"]) == (200, "Prefix lines", "prefix-lines")
    assert [port["file_type"] for port in body["node"]["inputs"]] == ["shout"]
    assert body["resources_dict"]["whisper"]["title"] == "Whispered text"
    status, _, body = server.call("POST", "nodes", {"node": body["node"], "action": ["PREVIEW_CMD"]})
    assert (status, body["preview_text"]) == (200, "sed 's/^/hello /'")
