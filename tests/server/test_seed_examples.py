"""The examples of PLynx's REST documentation, sent by curl: its paths, bodies and field names work here."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.server.conftest import TOKEN

JSON = '-H "Content-Type: application/json"'
SUM = {
    "_id": "sum",
    "title": "Sum",
    "description": "Sum values",
    "base_node_name": "python",
    "parent_node": None,
    "successor_node": None,
    "inputs": [{"name": "input", "file_types": ["file"], "values": [], "min_count": 1, "max_count": -1}],
    "outputs": [{"name": "output", "file_type": "file", "resource_id": None}],
    "parameters": [
        {
            "name": "cmd", "parameter_type": "code", "mutable_type": False, "removable": False,
            "publicable": False, "widget": None,
            "value": {
                "mode": "python",
                "value": 's = 0\nfor name in inputs["input"]:\n    with open(name) as lines:\n'
                '        s += sum(int(line) for line in lines)\nwith open(outputs["output"], "w") as out:\n'
                '    out.write(f"{s}\\n")\n',
            },
        },
        {"name": "cacheable", "parameter_type": "bool", "value": True, "mutable_type": False, "removable": False,
         "publicable": False, "widget": None},
    ],
    "logs": [{"name": name, "file_type": "file", "resource_id": None} for name in ("stderr", "stdout", "worker")],
    "node_running_status": "CREATED",
    "node_status": "READY",
    "cache_url": "",
    "x": 190,
    "y": 143,
    "author": "5d0686aa52691468eaef391c",
    "starred": False,
}  # fmt: skip
"""The node of the documentation's sample graph, in the spelling of its time."""


@pytest.fixture(scope="module")
def curl(server):
    """Run a curl command line, with ``{api}`` for the API's address, and return the JSON it prints."""
    assert shutil.which("curl"), "these tests need the program curl"

    def run(command, auth=f'-H "Authorization: token {TOKEN}"'):
        line = command.replace("{api}", server.url.rstrip("/"))
        done = subprocess.run(
            f"curl --silent --show-error --max-time 30 {auth} {line}",
            shell=True, capture_output=True, text=True, check=True, cwd=server.folder,
        )  # fmt: skip
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def numbers(server, curl):
    """The id of a file that was uploaded as the documentation does it."""
    (server.folder / "a.csv").write_text("1\n2\n39\n")
    body = curl(
        "-X POST '{api}/upload_file' -H 'Content-Type: multipart/form-data' -F data=@a.csv -F title=report "
        "-F description=2019 -F file_type=csv -F node_kind=basic-file"
    )
    assert (body["status"], body["node"]["title"], body["node"]["description"]) == (
        "SUCCESS",
        "report",
        "2019",
    )
    return body["node"]["_id"]


@pytest.fixture
def graph(server):
    """The id of the sample graph, stored."""
    body = {
        "graph": {"title": "hello world", "description": "Description", "nodes": [SUM]},
        "action": ["SAVE"],
    }
    stored = server.call("POST", "graphs", body)[2]
    assert stored["status"] == "SUCCESS", stored
    return stored["graph"]["_id"]


def test_a_token_pair_opens_a_session(curl):
    body = curl("'{api}/token'")
    assert (body["status"], bool(body["message"]), bool(body["refresh_token"])) == ("SUCCESS", True, True)
    bearer = f'-H "Authorization: Bearer {body["access_token"]}"'
    assert curl("'{api}/graphs/new'", bearer)["status"] == "SUCCESS"
    assert curl("'{api}/graphs/new'", f"-u default:{body['access_token']}")["status"] == "SUCCESS"


def test_the_newest_graphs_are_listed(curl, graph):
    newest = curl("'{api}/graphs'")
    assert newest["items"][0]["_id"] == graph
    found = curl(
        f"""-X POST '{{api}}/search_graphs' {JSON} -d '{{"per_page":1, "search":"author:default"}}'"""
    )
    assert (len(found["items"]), found["total_count"] >= 1, found["status"]) == (1, True, "SUCCESS")


def test_a_graph_is_read_and_a_new_one_is_not_stored(curl, graph):
    body = curl(f"'{{api}}/graphs/{graph}'")
    assert (body["data"]["_id"], body["data"]["graph_running_status"]) == (graph, "CREATED")
    assert {"csv", "file", "image"} <= set(body["resources_dict"])
    new = curl("'{api}/graphs/new'")["data"]
    assert new["_id"] != graph
    assert curl(f"'{{api}}/graphs/{new['_id']}'")["code"] == "not_found"


def test_a_graph_is_cloned_renamed_and_run(server, curl, graph, numbers):
    clone = curl(f"-X POST '{{api}}/graphs/{graph}/clone'")
    new = clone["new_graph_id"]
    assert (clone["graph"]["_id"], new in clone["url"], new in clone["message"]) == (new, True, True)
    update = '{"title": "Custom title", "description":"Custom Description"}'
    changed = curl(f"-X PATCH '{{api}}/graphs/{new}/update' {JSON} -d '{update}'")["graph"]
    assert (changed["title"], changed["description"]) == ("Custom title", "Custom Description")
    refused = curl(f"-X POST '{{api}}/graphs/{new}/approve'")
    assert refused["status"] == "VALIDATION_FAILED"
    assert refused["validation_error"]["children"][0]["children"][0]["validation_code"] == "MISSING_INPUT"
    wish = json.dumps({"node_id": numbers, "x": 100, "y": 100})
    file = curl(f"-X POST '{{api}}/graphs/{new}/nodes/insert_node' {JSON} -d '{wish}'")["node_id"]
    link = {"from": {"node_id": file, "resource": "out"}, "to": {"node_id": "sum", "resource": "input"}}
    linked = curl(f"-X POST '{{api}}/graphs/{new}/nodes/create_link' {JSON} -d '{json.dumps(link)}'")
    assert linked["status"] == "SUCCESS", linked
    run = server.finished(curl(f"-X POST '{{api}}/graphs/{new}/approve'")["run_id"])
    assert run["status"] == "SUCCESS", run
    digest = run["nodes"]["sum"]["outputs"]["output"][0]["digest"]
    assert curl(f"'{{api}}/resources/{digest}?preview=true&file_type=file'")["data"]["text/plain"] == "42\n"


def test_a_graph_is_changed_in_place(curl, graph):
    default = curl("'{api}/nodes/bash_jinja2'")["data"]
    default["parameters"].append({"name": "template", "parameter_type": "str", "value": "x"})
    body = json.dumps({"node": {**default, "title": "Templated"}, "action": ["SAVE", "APPROVE"]})
    operation = curl(f"-X POST '{{api}}/nodes' {JSON} -d '{body}'")["node"]["_id"]
    nodes = f"'{{api}}/graphs/{graph}/nodes"
    inserted = curl(
        f"""-X POST {nodes}/insert_node' {JSON} -d '{{"node_id": "{operation}", "x": 100, "y": 100}}'"""
    )
    wish = {"node_id": inserted["node_id"], "parameter_name": "template", "parameter_value": "abc"}
    assert curl(f"-X POST {nodes}/change_parameter' {JSON} -d '{json.dumps(wish)}'")["status"] == "SUCCESS"
    listed = curl(f"{nodes}/list_nodes'")["nodes"]
    assert [node["title"] for node in listed] == ["Sum", "Templated"]
    assert listed[1]["parameters"][-1]["value"] == "abc"
    wish = json.dumps({"node_id": inserted["node_id"]})
    assert curl(f"-X POST {nodes}/remove_node' {JSON} -d '{wish}'")["status"] == "SUCCESS"
    assert len(curl(f"{nodes}/list_nodes'")["nodes"]) == 1


def test_nodes_are_searched_and_read(curl, numbers):
    found = curl(
        f"""-X POST '{{api}}/search_nodes' {JSON} -d '{{"per_page":1, "search":"author:default"}}'"""
    )
    assert (len(found["items"]), "resources_dict" in found) == (1, True)
    files = curl(
        f"""-X POST '{{api}}/search_nodes' {JSON} -d '{{"base_node_names": ["file"], "search": "report"}}'"""
    )
    assert [item["_id"] for item in files["items"]] == [numbers]
    node = curl(f"'{{api}}/nodes/{numbers}'")["data"]
    assert (node["kind"], node["node_running_status"]) == ("file", "STATIC")
    assert curl("'{api}/nodes/python'")["data"]["kind"] == "python"


def test_the_state_of_the_workers_is_told(curl):
    assert curl("'{api}/master_state'")["status"] == "SUCCESS"
