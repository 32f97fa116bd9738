"""The REST contract against a real server below a base URL."""

from __future__ import annotations

import json
import re

import pytest

from tests.server.conftest import bash_node


def posted(server, graph, *actions):
    status, _, body = server.call("POST", "graphs", {"graph": graph, "action": list(actions)})
    assert status == 200, body
    return body


def test_health_says_that_the_stores_answer(server):
    status, _, body = server.call("GET", "health")
    assert (status, body["status"]) == (200, "SUCCESS")


def test_a_graph_is_saved_approved_and_its_outputs_read(server, graph):
    body = posted(server, graph, "SAVE", "APPROVE")
    assert body["graph"] == body["data"]
    run = server.finished(body["run_id"])
    assert run["status"] == "SUCCESS"
    resource = run["nodes"]["b"]["outputs"]["o"][0]
    status, headers, content = server.call("GET", f"resources/{resource['digest']}")
    assert (status, content) == (200, b"hi\n")
    assert headers["X-Content-Type-Options"] == "nosniff"
    _, _, preview = server.call("GET", f"resources/{resource['digest']}?preview=true&file_type=text")
    assert preview["data"]["text/plain"] == "hi\n"
    _, _, events = server.call("GET", f"runs/{body['run_id']}/events?after=2")
    assert [event["sequence"] for event in events["events"]][:2] == [3, 4]


def test_ranges_of_a_resource_can_be_read(server, graph):
    run = server.finished(posted(server, graph, "APPROVE")["run_id"])
    digest = run["nodes"]["a"]["outputs"]["o"][0]["digest"]
    for asked, status, content, told in (
        ("bytes=0-0", 206, b"h", "bytes 0-0/3"),
        ("bytes=1-", 206, b"i\n", "bytes 1-2/3"),
        ("bytes=-1", 206, b"\n", "bytes 2-2/3"),
        ("bytes=5-9", 416, None, "bytes */3"),
    ):
        got = server.call("GET", f"resources/{digest}", headers={"Range": asked})
        assert (got[0], got[1]["Content-Range"]) == (status, told)
        assert content is None or got[2] == content


def test_single_actions_work_on_a_stored_graph(server, graph):
    graph_id = posted(server, graph, "SAVE")["graph"]["_id"]
    assert server.call("GET", f"graphs/{graph_id}")[2]["graph"]["title"] == "Hello"
    assert server.call("POST", f"graphs/{graph_id}/validate")[2]["status"] == "SUCCESS"
    assert "Graph(" in server.call("POST", f"graphs/{graph_id}/generate_code")[2]["code"]
    moved = server.call("POST", f"graphs/{graph_id}/rearrange")[2]["graph"]["nodes"]
    assert moved[0]["x"] < moved[1]["x"]
    clone = server.call("POST", f"graphs/{graph_id}/clone")[2]
    assert clone["new_graph_id"] != graph_id
    update = server.call("PATCH", f"graphs/{graph_id}/update", {"title": "Custom", "description": "words"})
    assert update[2]["graph"]["title"] == "Custom"
    run_id = server.call("POST", f"graphs/{graph_id}/approve")[2]["run_id"]
    server.finished(run_id)
    plan = server.call("GET", f"graphs/{graph_id}/plan")[2]["nodes"]
    assert [node["action"] for node in plan] == ["restore", "restore"]


def test_an_edit_of_an_older_version_is_refused_with_both_dates(server, graph):
    stored = posted(server, graph, "SAVE")["graph"]
    path = f"graphs/{stored['_id']}/update"
    assert server.call("PATCH", path, {"title": "one", "update_date": stored["update_date"]})[0] == 200
    status, _, body = server.call("PATCH", path, {"title": "two", "update_date": stored["update_date"]})
    assert (status, body["code"]) == (409, "conflict")
    assert body["data"]["expected_update_date"] == stored["update_date"]
    assert server.call("GET", f"graphs/{stored['_id']}")[2]["graph"]["title"] == "one"


def test_a_posted_graph_of_an_older_version_is_refused_with_both_dates_and_changes_nothing(server, graph):
    first = posted(server, graph, "SAVE")["graph"]
    second = posted(server, {**first, "title": "Second"}, "SAVE", "SAVE")["graph"]
    status, _, body = server.call(
        "POST", "graphs", {"graph": {**first, "title": "Late"}, "action": ["APPROVE"]}
    )
    assert (status, body["code"]) == (409, "conflict")
    assert body["data"]["expected_update_date"] == first["update_date"]
    assert body["data"]["stored_update_date"] == second["update_date"]
    assert server.call("GET", f"graphs/{first['_id']}")[2]["graph"]["title"] == "Second"
    anyway = {**first, "title": "Anyway", "update_date": None}
    assert posted(server, anyway, "SAVE")["graph"]["title"] == "Anyway"
    status, _, body = server.call("POST", "graphs", {"graph": {**first, "update_date": "yesterday"}})
    assert (status, "update_date" in body["message"]) == (400, True)


def test_a_graph_is_edited_in_place(server, graph):
    operation = {"title": "Upper", "kind": "bash_jinja2", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}],
                 "parameters": [
                     {"name": "_cmd", "parameter_type": "code",
                      "value": {"mode": "bash", "value": "tr a-z {{ params.to }} < {{ inputs.i }} > {{ outputs.o }}"}},
                     {"name": "to", "parameter_type": "str", "value": "A-Z"}]}  # fmt: skip
    node = server.call("POST", "nodes", {"node": operation, "action": ["SAVE", "APPROVE"]})[2]["node"]
    assert node["node_status"] == "READY"
    graph_id = posted(server, graph, "SAVE")["graph"]["_id"]
    nodes = f"graphs/{graph_id}/nodes/"
    new = server.call("POST", nodes + "insert_node", {"node_id": node["_id"], "x": 100, "y": 50})[2][
        "node_id"
    ]
    link = {"from": {"node_id": "b", "resource": "o"}, "to": {"node_id": new, "resource": "i"}}
    assert server.call("POST", nodes + "create_link", link)[0] == 200
    back = {"from": {"node_id": new, "resource": "o"}, "to": {"node_id": "b", "resource": "i"}}
    status, _, body = server.call("POST", nodes + "create_link", back)
    assert status == 400, body
    change = {"node_id": new, "parameter_name": "to", "parameter_value": "B-ZA"}
    assert server.call("POST", nodes + "change_parameter", change)[0] == 200
    listed = server.call("GET", nodes + "list_nodes")[2]["nodes"]
    assert [n["_id"] for n in listed] == ["a", "b", new]
    run = server.finished(server.call("POST", f"graphs/{graph_id}/approve")[2]["run_id"])
    digest = run["nodes"][new]["outputs"]["o"][0]["digest"]
    assert server.call("GET", f"resources/{digest}")[2] == b"IJ\n"
    assert server.call("POST", nodes + "remove_link", link)[0] == 200
    assert server.call("POST", nodes + "remove_node", {"node_id": new})[0] == 200
    assert len(server.call("GET", nodes + "list_nodes")[2]["nodes"]) == 2


def test_operations_are_searched_previewed_and_deprecated(server):
    default = server.call("GET", "nodes/bash_jinja2")[2]["node"]
    preview = server.call("POST", "nodes", {"node": default, "action": "PREVIEW_CMD"})[2]
    assert preview["preview_text"]
    stored = server.call("POST", "nodes", {"node": {**default, "title": "Findable"}, "action": ["APPROVE"]})[
        2
    ]["node"]
    found = server.call("POST", "search_nodes", {"search": "findable author:me", "status": "READY"})[2]
    assert [item["_id"] for item in found["items"]] == [stored["_id"]]
    status, _, body = server.call("POST", "nodes", {"node": {**stored, "title": "Changed"}, "action": "SAVE"})
    assert (status, "Clone" in body["message"]) == (400, True)
    gone = server.call("POST", "nodes", {"node": stored, "action": "DEPRECATE"})[2]["node"]
    assert gone["node_status"] == "DEPRECATED"


def test_runs_are_listed_retried_cloned_and_canceled(server, graph):
    graph["nodes"].append(bash_slow())
    body = posted(server, graph, "SAVE", "APPROVE")
    assert server.call("POST", f"runs/{body['run_id']}/cancel")[0] == 200
    assert server.finished(body["run_id"])["status"] == "CANCELED"
    clone = server.call("POST", f"runs/{body['run_id']}/clone")[2]["graph"]
    assert len(clone["nodes"]) == 3
    found = server.call("POST", "search_runs", {"search": f"original_node_id:{body['graph']['_id']}"})[2]
    assert [item["_id"] for item in found["items"]] == [body["run_id"]]
    again = server.call("POST", f"runs/{body['run_id']}/retry")[2]["run_id"]
    assert server.call("POST", f"runs/{again}/nodes/slow/cancel")[0] == 200
    run = server.finished(again)
    assert (run["nodes"]["a"]["status"] in ("SUCCESS", "RESTORED"), run["nodes"]["slow"]["status"]) == (
        True,
        "CANCELED",
    )


def bash_slow():
    return bash_node("slow", "sleep 60; echo > {{ outputs.o }}")


def test_files_are_found_beside_the_document_and_a_retry_uses_them_as_they_were(server):
    folder = server.folder / "home" / "project"
    folder.mkdir()
    (folder / "words.txt").write_text("one\ntwo\n")
    (folder / "g.plynx").write_text("{}")
    file = {
        "_id": "f",
        "title": "f",
        "kind": "file",
        "source": {"path": "words.txt"},
        "outputs": [{"name": "o"}],
    }
    count = bash_node("count", "wc -l < {{ inputs.i }} > {{ outputs.o }}", [("i", "f")])
    body = {"graph": {"title": "Files", "nodes": [file, count]}, "action": ["APPROVE"]}
    status, _, refused = server.call("POST", "graphs", body)
    assert (status, refused["status"], "words.txt" in refused["message"]) == (422, "VALIDATION_FAILED", True)
    started = server.call("POST", "graphs", {**body, "path": "project/g.plynx"})[2]
    assert server.finished(started["run_id"])["status"] == "SUCCESS"
    (folder / "words.txt").unlink()
    again = server.finished(server.call("POST", f"runs/{started['run_id']}/retry")[2]["run_id"])
    assert (again["status"], again["nodes"]["count"]["status"]) == ("SUCCESS", "RESTORED")
    assert server.call("POST", "graphs", {**body, "path": "../g.plynx"})[0] == 404


def test_an_invalid_graph_is_told_as_a_tree_and_does_not_run(server, graph):
    graph["nodes"][1]["inputs"][0]["input_references"] = []
    status, _, body = server.call("POST", "graphs", {"graph": graph, "action": ["SAVE", "APPROVE"]})
    assert (status, body["status"]) == (200, "VALIDATION_FAILED")
    assert body["validation_error"]["children"][0]["children"][0]["validation_code"] == "MISSING_INPUT"
    assert "run_id" not in body


@pytest.mark.parametrize(
    ("path", "body", "status", "part"),
    [
        ("search_runs", b"{not json", 400, "isn't JSON"),
        ("search_runs", b'{"search": "", "search": ""}', 400, "twice"),
        ("search_runs", b"[" * 100_000, 400, "nested"),
        ("search_runs", {"per_pages": 3}, 400, "per_pages"),
        ("search_runs", {"per_page": 201, "offset": -1}, 400, "offset"),
        ("search_runs", {"status": ["NOWHERE"]}, 400, "NOWHERE"),
        ("graphs", {"graph": {"nodes": 3}}, 400, "nodes"),
        ("graphs", {"graph": {}, "action": ["EXPLODE"]}, 400, "action"),
        ("graphs", {"graph": {}, "action": []}, 400, "action"),
        ("graphs/nobody/approve", None, 404, "nobody"),
        ("runs/nobody/cancel", None, 404, "nobody"),
    ],
)
def test_what_cannot_be_understood_says_where_and_why(server, path, body, status, part):
    got, _, reply = server.call("POST", path, body if body is not None else {})
    assert got == status, reply
    assert reply["status"] == "FAILED"
    assert part in reply["message"]
    assert "Traceback" not in json.dumps(reply)


@pytest.mark.parametrize(
    "path",
    ["graphs/nobody", "nodes/nobody", "runs/nobody", "resources/" + "0" * 64, "resources/..%2f..%2fetc"],
)
def test_what_is_not_there_is_404(server, path):
    assert server.call("GET", path)[0] == 404


def test_searching_is_safe_from_sql_and_wildcards(server):
    for search in ("'; DROP TABLE graphs; --", "100%", "_", '"', "author:x'y"):
        assert server.call("POST", "search_graphs", {"search": search})[0] == 200


def test_every_route_and_method_refuses_the_anonymous(server):
    from plynx_jupyter.server.routes import ROUTES

    for path, handler in ROUTES:
        concrete = re.sub(r"\(\[[^\]]*\]\{\d+,\d+\}\)", "x", path)
        while "(" in concrete:
            start, end = concrete.index("("), concrete.index(")")
            concrete = concrete[:start] + concrete[start + 1 : end].split("|")[0] + concrete[end + 1 :]
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            status, _, _ = server.call(method, concrete, None if method == "GET" else {}, token=None)
            assert status in (403, 405), (method, concrete, status)
            if method.lower() in vars(handler):
                assert status == 403, (method, concrete)


def test_a_wrong_token_is_refused(server):
    assert server.call("GET", "health", token="wrong")[0] == 403


def test_the_platform_is_told_with_titles_icons_and_colours(server):
    body = server.call("GET", "plugins")[2]
    for part in ("workflows", "operations", "hubs", "resources"):
        assert body[part]
        assert all(
            found["title"] and found["icon"] and found["color"].startswith("#") for found in body[part]
        ), part
    chosen = [found["kind"] for found in body["operations"] if not found["is_inner"]]
    assert {"file", "python", "notebook", "bash_jinja2"} <= set(chosen)


def test_a_json_body_that_is_too_long_is_refused(server):
    status, _, body = server.call("POST", "search_runs", b'{"search": "' + b"x" * (64 << 20) + b'"}')
    assert (status, body["code"]) == (413, "too_large")
