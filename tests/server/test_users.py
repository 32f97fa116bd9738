"""Who may see and do what: API tokens, policies, and what isn't one's own, on a real server."""

from __future__ import annotations

import base64
import copy
import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.server.conftest import TOKEN, bash_node

NOBODY = "000000000000000000000000"
OPEN_TO_ALL = {
    "token",
    "tokens",
    "tokens/x",
    "health",
    "plugins",
    "openapi.json",
    "users/me",
    "events",
    "examples",
}
"""Routes that need no policy: what the platform is, and what concerns the user alone."""


@pytest.fixture(scope="module")
def command(server):
    """Run ``jupyter plynx …`` on the server's home and return what it prints."""

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "plynx_jupyter", *arguments],
            env={**os.environ, "PLYNX_HOME": str(server.folder / "plynx")},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture(scope="module")
def user(server, command):
    """Make a user with these policies; returns ``call`` as that user."""
    assert server.call("GET", "health")[0] == 200

    def make(name, *policies):
        command("users", "create", name)
        changes = [f"+{policy}" for policy in policies]
        held = re.findall(r"\+ (\w+)", command("users", "policies", name))
        command("users", "policies", name, *(f"-{p}" for p in held if p not in policies), *changes)
        secret = command("token", "create", "--user", name)

        def call(method, path, body=None, **named):
            headers = {"Authorization": f"Bearer {secret}", **named.pop("headers", {})}
            return server.call(method, path, body, token=None, headers=headers, **named)

        call.secret = secret
        call.name = name
        return call

    return make


@pytest.fixture(scope="module")
def bob(user):
    return user("bob", "CAN_VIEW_WORKFLOWS", "CAN_CREATE_WORKFLOWS", "CAN_RUN_WORKFLOWS", "CAN_VIEW_OPERATIONS",
                "CAN_CREATE_OPERATIONS")  # fmt: skip


@pytest.fixture(scope="module")
def nobody(user):
    return user("nobody-much")


@pytest.fixture(scope="module")
def owned(server):
    """Ids of what the owner of the server has: a graph, a run of it, its output, and an operation."""
    graph = {"title": "Private", "nodes": [bash_node("a", "echo secret > {{ outputs.o }}")]}
    body = server.call("POST", "graphs", {"graph": graph, "action": ["SAVE", "APPROVE"]})[2]
    run = server.finished(body["run_id"])
    node = server.call(
        "POST", "nodes", {"node": {**bash_node("x", "echo"), "_id": "owned-op"}, "action": "SAVE"}
    )
    return {
        "graph": body["graph"]["_id"],
        "run": run["_id"],
        "digest": run["nodes"]["a"]["outputs"]["o"][0]["digest"],
        "operation": node[2]["node"]["_id"],
    }


def test_a_token_pair_is_had_by_jupyters_login_and_works_for_this_api_alone(server):
    status, headers, body = server.call("GET", "token")
    assert (status, body["status"], headers["Cache-Control"]) == (200, "SUCCESS", "no-store")
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    me = server.call("GET", "users/me", token=None, headers=bearer)[2]["user"]
    assert "IS_ADMIN" in me["policies"]
    basic = base64.b64encode(f"anybody:{body['access_token']}".encode()).decode()
    assert server.call("GET", "users/me", token=None, headers={"Authorization": f"Basic {basic}"})[0] == 200
    jupyter = copy.copy(server)
    jupyter.url = server.url.removesuffix("plynx/api/v0/")
    assert jupyter.call("GET", "api/contents")[0] == 200
    assert jupyter.call("GET", "api/contents", token=None, headers=bearer)[0] == 403


def test_a_refresh_token_gets_access_tokens_and_nothing_else(server):
    pair = server.call("GET", "token")[2]
    refresh = {"Authorization": f"Bearer {pair['refresh_token']}"}
    again = server.call("GET", "token", token=None, headers=refresh)[2]
    assert again["refresh_token"] == pair["refresh_token"]
    assert again["access_token"] != pair["access_token"]
    status, _, body = server.call("POST", "search_runs", {}, token=None, headers=refresh)
    assert (status, body["code"]) == (403, "not_authenticated")
    access = {"Authorization": f"Bearer {again['access_token']}"}
    assert server.call("GET", "token", token=None, headers=access)[0] == 403
    assert server.call("POST", "search_runs", {}, token=None, headers=access)[0] == 200


def test_unknown_expired_and_revoked_tokens_are_refused(server, command):
    def status(secret):
        return server.call("GET", "users/me", token=None, headers={"Authorization": f"Bearer {secret}"})[0]

    assert status("plynx_made-up") == 403
    short = command("token", "create", "--days", "0.00003")
    assert status(short) == 200
    deadline = time.monotonic() + 20
    while status(short) != 403:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    long = command("token", "create", "--note", "to be revoked")
    assert status(long) == 200
    (line,) = [line for line in command("token", "list").splitlines() if "to be revoked" in line]
    command("token", "revoke", line.split()[0])
    assert status(long) == 403


def test_tokens_are_listed_and_revoked_by_their_user_alone(server, bob, command):
    made = server.call("POST", "tokens", {"note": "script", "days": 1})[2]
    assert made["access_token"].startswith("plynx_")
    secret = command("token", "create", "--user", "bob", "--note", "another")
    listed = bob("GET", "tokens")[2]["items"]
    assert {token["user"] for token in listed} == {"bob"}
    assert secret not in json.dumps(listed)
    assert "digest" not in listed[0]
    assert bob("DELETE", f"tokens/{made['token']['id']}")[0] == 404
    (own,) = [token for token in listed if token["note"] == "another"]
    assert bob("DELETE", f"tokens/{own['id']}")[0] == 200


def test_a_token_does_not_make_itself_last_longer(bob):
    assert bob("POST", "tokens", {"days": 3000})[0] == 403


def test_looking_for_a_run_by_its_beginning_names_none_of_others(bob, owned):
    for prefix in ("", owned["run"][:1], owned["run"][:8]):
        status, _, body = bob("GET", f"runs?prefix={prefix}")
        assert status == 404
        assert owned["run"] not in json.dumps(body)
    assert bob("GET", f"runs?prefix={owned['run']}")[0] == 404


def test_files_of_the_servers_owner_are_read_only_by_who_may_run(server, user):
    (server.folder / "home" / "private.py").write_text("SECRET = 1\n")
    maker = user("maker", "CAN_VIEW_OPERATIONS", "CAN_CREATE_OPERATIONS")
    for route in ("from_script", "from_notebook", "from_function"):
        body = {"path": "private.py", **({"name": "f"} if route == "from_function" else {})}
        status, _, reply = maker("POST", f"nodes/{route}", body)
        assert (status, reply["data"].get("policy")) == (403, "CAN_RUN_WORKFLOWS")


def test_a_template_that_loops_for_ever_holds_nobody_up(server):
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    node = bash_node("x", loops)
    began = time.monotonic()
    results = []
    thread = threading.Thread(
        target=lambda: results.append(server.call("POST", "nodes", {"node": node, "action": "PREVIEW_CMD"}))
    )
    thread.start()
    assert server.call("GET", "users/me")[0] == 200
    assert time.monotonic() - began < 10
    thread.join(40)
    assert (results[0][0], "loop" in results[0][2]["message"]) == (422, True)


def test_the_stored_token_is_not_the_token(server, bob):
    database = b"".join(path.read_bytes() for path in (server.folder / "plynx").glob("plynx.sqlite*"))
    assert bob.secret.encode() not in database


def test_what_others_own_looks_exactly_like_what_is_not_there(bob, owned):
    graph, run, operation = owned["graph"], owned["run"], owned["operation"]
    link = {"from": {"node_id": "a", "resource": "o"}, "to": {"node_id": "a", "resource": "i"}}
    requests = [
        ("GET", "graphs/{}", graph, None),
        ("PATCH", "graphs/{}/update", graph, {"title": "x"}),
        ("GET", "graphs/{}/plan", graph, None),
        *(("POST", "graphs/{}/" + action, graph, {}) for action in
          ("approve", "validate", "rearrange", "upgrade_nodes", "cancel", "generate_code", "clone")),
        ("GET", "graphs/{}/nodes/list_nodes", graph, None),
        ("POST", "graphs/{}/nodes/create_link", graph, link),
        ("POST", "graphs/{}/nodes/remove_node", graph, {"node_id": "a"}),
        ("GET", "nodes/{}", operation, None),
        ("GET", "runs/{}", run, None),
        ("GET", "runs/{}/events", run, None),
        *(("POST", "runs/{}/" + action, run, {}) for action in ("cancel", "retry", "clone")),
        ("POST", "runs/{}/nodes/a/cancel", run, {}),
    ]  # fmt: skip
    for method, path, there, body in requests:
        seen = [bob(method, path.format(asked), body) for asked in (there, NOBODY)]
        assert [status for status, _, _ in seen] == [404, 404], (method, path, seen)
        told = [json.dumps(reply).replace(there, "ID").replace(NOBODY, "ID") for _, _, reply in seen]
        assert told[0] == told[1], path
    digest, missing = owned["digest"], "0" * 64
    for query in ("", "?preview=true&file_type=text"):
        told = []
        for asked in (digest, missing):
            status, _, reply = bob("GET", f"resources/{asked}{query}")
            assert status == 404
            told.append(json.dumps(reply).replace(asked, "ID"))
        assert told[0] == told[1]


def test_lists_hold_only_what_the_user_may_see(server, bob, owned):
    for path in ("search_graphs", "search_nodes", "search_runs"):
        assert server.call("POST", path, {})[2]["total_count"] > 0
        body = bob("POST", path, {"search": f"author:{server.call('GET', 'users/me')[2]['user']['name']}"})[2]
        assert (body["items"], body["total_count"]) == ([], 0)


async def test_events_of_others_are_not_heard(server, bob, owned):
    request = HTTPRequest(
        server.url.replace("http", "ws", 1) + "events", headers={"Authorization": f"Bearer {bob.secret}"}
    )
    socket = await websocket_connect(request)
    await socket.write_message(json.dumps({"subscribe": owned["run"]}))
    answer = json.loads(await socket.read_message())
    assert (answer["kind"], answer["code"]) == ("error", "not_found")
    socket.close()
    while await socket.read_message() is not None:
        pass


def test_a_graph_of_somebody_else_is_neither_taken_over_nor_overwritten(server, bob, owned):
    graph = {"_id": owned["graph"], "title": "Mine now", "author": "bob", "nodes": []}
    assert bob("POST", "graphs", {"graph": graph, "action": "SAVE"})[0] == 404
    assert server.call("GET", f"graphs/{owned['graph']}")[2]["graph"]["title"] == "Private"
    forged = {
        "title": "Forged",
        "author": "somebody-else",
        "nodes": [bash_node("a", "echo 1 > {{ outputs.o }}")],
    }
    stored = bob("POST", "graphs", {"graph": forged, "action": "SAVE"})[2]["graph"]
    assert (stored["author"], stored["_readonly"]) == ("bob", False)


def test_an_artifact_of_somebody_else_is_not_had_through_a_graph_of_ones_own(bob, owned):
    value = {"file_type": "file", "digest": owned["digest"], "size_bytes": 7}
    output = {"name": "out", "file_type": "file", "values": [value]}
    node = {"_id": "f", "title": "f", "kind": "file", "outputs": [output]}
    for actions in (["SAVE"], ["APPROVE"]):
        status, _, reply = bob(
            "POST", "graphs", {"graph": {"title": "Sly", "nodes": [node]}, "action": actions}
        )
        assert status == 404, reply
    assert bob("GET", f"resources/{owned['digest']}")[0] == 404


def test_what_a_user_runs_is_theirs_to_see(server, bob):
    graph = {"title": "Own", "nodes": [bash_node("a", "echo own-$RANDOM > {{ outputs.o }}")]}
    run_id = bob("POST", "graphs", {"graph": graph, "action": ["APPROVE"]})[2]["run_id"]
    run = server.finished(run_id)
    assert run["author"] == "bob"
    assert bob("GET", f"resources/{run['nodes']['a']['outputs']['o'][0]['digest']}")[0] == 200


def test_who_sees_others_work_may_not_change_it_without_the_policy(user, owned):
    reader = user("reader", "CAN_VIEW_WORKFLOWS", "CAN_VIEW_OTHERS_WORKFLOWS", "CAN_VIEW_OPERATIONS",
                  "CAN_VIEW_OTHERS_OPERATIONS")  # fmt: skip
    shown = reader("GET", f"graphs/{owned['graph']}")[2]["graph"]
    assert shown["_readonly"] is True
    for method, path, body, policy in (
        ("PATCH", f"graphs/{owned['graph']}/update", {"title": "x"}, "CAN_MODIFY_OTHERS_WORKFLOWS"),
        ("POST", f"runs/{owned['run']}/cancel", {}, "CAN_MODIFY_OTHERS_WORKFLOWS"),
        ("POST", f"graphs/{owned['graph']}/clone", {}, "CAN_CREATE_WORKFLOWS"),
        ("POST", f"runs/{owned['run']}/retry", {}, "CAN_RUN_WORKFLOWS"),
        ("POST", "nodes", {"node": {"_id": owned["operation"], "title": "x", "kind": "python"}}, "IS_ADMIN"),
        ("GET", "users", None, "IS_ADMIN"),
        ("POST", "users/reader", {"policies": ["IS_ADMIN"]}, "IS_ADMIN"),
    ):
        status, _, reply = reader(method, path, body)
        assert status == 403, (path, reply)
        assert (reply["code"], reply["data"].get("policy")) == ("not_allowed", policy), path


def test_every_route_and_method_refuses_a_user_without_policies(nobody):
    from plynx_jupyter.server.routes import ROUTES

    bodies = {
        "graphs": {"graph": {"title": "x"}, "action": ["SAVE"]},
        "nodes": {"node": {"title": "x", "kind": "python"}, "action": ["SAVE"]},
        "users": {"name": "x"},
        "users/x": {"active": False},
    }
    for path, handler in ROUTES:
        concrete = re.sub(r"\(\[[^\]]*\]\{\d+,\d+\}\)", "x", path)
        while "(" in concrete:
            start, end = concrete.index("("), concrete.index(")")
            concrete = concrete[:start] + concrete[start + 1 : end].split("|")[0] + concrete[end + 1 :]
        if concrete in OPEN_TO_ALL:
            continue
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            if method.lower() not in vars(handler):
                continue
            body = None if method == "GET" else bodies.get(concrete, {})
            status, _, reply = nobody(method, concrete, body)
            assert status in (400, 403, 404, 405, 415), (method, concrete, status, reply)
            assert status != 400 or concrete not in bodies, (method, concrete, reply)


def test_policies_are_given_by_administrators_and_count_at_once(server, user):
    late = user("late")
    assert late("POST", "search_graphs", {})[0] == 403
    changed = server.call("POST", "users/late", {"policies": ["can_view_workflows"]})[2]["user"]
    assert changed["policies"] == ["CAN_VIEW_WORKFLOWS"]
    assert late("POST", "search_graphs", {})[0] == 200
    assert server.call("POST", "users/late", {"policies": ["FLY"]})[0] == 400
    assert server.call("POST", "users/late", {"active": False})[0] == 200
    status, _, reply = late("POST", "search_graphs", {})
    assert (status, "deactivated" in reply["message"]) == (403, True)
    names = [user["name"] for user in server.call("GET", "users")[2]["items"]]
    assert "late" in names


class Browser:
    """Logs in as a browser does, and keeps its cookies."""

    def __init__(self, server):
        import http.cookiejar
        import urllib.request

        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        root = server.url.removesuffix("plynx/api/v0/")
        with self.opener.open(f"{root}?token={TOKEN}", timeout=30) as reply:
            reply.read()

    def cookies(self):
        return {cookie.name: cookie.value for cookie in self.jar}

    def post(self, path, **headers):
        import urllib.error
        import urllib.request

        request = urllib.request.Request(self.server.url + path, data=b"{}", method="POST", headers=headers)
        try:
            with self.opener.open(request, timeout=30) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def test_a_login_by_cookie_needs_the_protection_from_forged_requests(server):
    browser = Browser(server)
    assert browser.post("search_runs") == 403
    assert browser.post("search_runs", **{"X-XSRFToken": "made-up"}) == 403
    assert browser.post("search_runs", **{"X-XSRFToken": browser.cookies()["_xsrf"]}) == 200


async def test_a_socket_of_a_page_from_elsewhere_is_refused_though_the_cookie_comes_along(server):
    cookies = "; ".join(f"{name}={value}" for name, value in Browser(server).cookies().items())
    url = server.url.replace("http", "ws", 1) + "events"
    here = server.url.split("/base/", maxsplit=1)[0]
    socket = await websocket_connect(HTTPRequest(url, headers={"Cookie": cookies, "Origin": here}))
    socket.close()
    while await socket.read_message() is not None:
        pass
    with pytest.raises(HTTPClientError) as caught:
        await websocket_connect(
            HTTPRequest(url, headers={"Cookie": cookies, "Origin": "http://elsewhere.example"})
        )
    assert caught.value.code == 403


def test_all_browsers_of_ones_own_server_are_one_user(server, graph):
    stored = server.call("POST", "graphs", {"graph": graph, "action": "SAVE"})[2]["graph"]
    other = Browser(server)
    assert other.cookies() != Browser(server).cookies()
    assert stored["author"] == server.call("GET", "users/me")[2]["user"]["name"]
