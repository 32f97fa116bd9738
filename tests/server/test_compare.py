"""Runs side by side, on a real server."""

from __future__ import annotations

from tests.server.conftest import bash_node


def test_a_changed_step_is_what_differs_between_two_runs(server):
    def run(text):
        graph = {"title": "C", "nodes": [
            bash_node("a", f"echo {text} > {{{{ outputs.o }}}}"),
            bash_node("b", "wc -l < {{ inputs.i }} > {{ outputs.o }}", [("i", "a")]),
        ]}  # fmt: skip
        options = {"use_cache": text != "two"}
        return server.call("POST", "runs", {"graph": graph, "options": options})[2]["run_id"]

    ids = [run("one"), run("two")]
    for run_id in ids:
        assert server.finished(run_id)["status"] == "SUCCESS"
    body = server.call("GET", f"runs/compare?ids={','.join(ids)}")[2]
    assert [shown["_id"] for shown in body["runs"]] == ids
    first, second = body["nodes"]
    assert (first["node_ids"], first["differs"], second["differs"]) == (["a", "a"], True, True)
    assert "+echo two > {{ outputs.o }}" in first["code"][0]
    assert list(first["outputs"]) == ["o"]
    ((cause,),) = first["key_differences"]
    assert (cause["kind"], cause["name"]) == ("code", "code")
    # Other contents came to the second; what it made of them is the same.
    assert (list(second["inputs"]), second["outputs"], second["code"]) == (["i"], {}, [])
    assert body["options"] == {"use_cache": [True, False]}


def test_what_cannot_be_compared_is_said(server):
    assert server.call("GET", "runs/compare")[0] == 400
    assert server.call("GET", "runs/compare?ids=one")[0] == 400
    assert server.call("GET", f"runs/compare?ids={','.join('abcdefghijk')}")[0] == 400
    assert server.call("GET", "runs/compare?ids=nobody,nothing")[0] == 404
