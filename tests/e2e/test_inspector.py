"""Properties: linked parameters, the order of ports, cache, notebooks, upgrades."""

from __future__ import annotations

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

from tests.e2e.conftest import bash
from tests.e2e.test_canvas import chain, graph_of, select
from tests.e2e.test_drive import api  # noqa: F401
from tests.e2e.test_editor import status


def with_word(name, value):
    node = bash(name, "echo {{ params.word }} > {{ outputs.o }}")
    node["parameters"].append({"name": "word", "parameter_type": "str", "value": value})
    return node


def inspector(page):
    return page.locator(".jp-plynx-Inspector:visible")


def test_parameters_of_nodes_are_linked_to_one_of_the_graph_which_the_run_uses(open_lab, command, document):
    page = open_lab(document(with_word("a", "first"), with_word("b", "second")))
    select(page, "a")
    command(page, "plynx:show-properties")
    link = inspector(page).get_by_label("Link of word")
    link.select_option(label="⚭ new parameter of the graph")
    expect(inspector(page).get_by_label("word", exact=True)).to_have_attribute("readonly", "")
    select(page, "b")
    link.select_option(label="⚭ word")
    expect(inspector(page).get_by_label("word", exact=True)).to_have_value("first")
    select(page)
    section = inspector(page).get_by_text("Parameters of the graph")
    section.wait_for()
    expect(inspector(page)).to_contain_text("2 parameters are linked to it")
    value = inspector(page).locator("[data-parameter=word] input")
    value.fill("shared by both")
    value.press("Enter")
    command(page, "plynx:run")
    for node in "ab":
        status(page, node, "SUCCESS") if node == "a" else None
        expect(page.locator(f"[data-testid=node-{node}] .jp-plynx-Thumbnail")).to_have_text("shared by both")
    inspector(page).get_by_label("Remove parameter word").click()
    values = [node["parameters"][1] for node in graph_of(page)["nodes"]]
    assert [value["value"] for value in values] == ["shared by both"] * 2
    assert all("reference" not in value for value in values)
    command(page, "plynx:undo")
    assert [node["parameters"][1]["reference"] for node in graph_of(page)["nodes"]] == ["word", "word"]


def test_ports_are_moved_and_inputs_disconnected(open_lab, command, document):
    node = bash("n", "true", inputs=[("one", "text"), ("two", "text")])
    page = open_lab(document(node))
    select(page, "n")
    command(page, "plynx:show-properties")
    inspector(page).get_by_label("Move port two up").click()
    assert [port["name"] for port in graph_of(page)["nodes"][0]["inputs"]] == ["two", "one"]
    expect(page.locator("[data-testid=node-n] .jp-mod-input").first).to_contain_text("two")
    command(page, "plynx:undo")
    inspector(page).locator("[data-port=two]").drag_to(inspector(page).locator("[data-port=one]"))
    assert [port["name"] for port in graph_of(page)["nodes"][0]["inputs"]] == ["two", "one"]


def test_the_next_run_is_explained(open_lab, command, document):
    page = open_lab(document(*chain("a")))
    command(page, "plynx:run")
    status(page, "a", "SUCCESS")
    select(page, "a")
    command(page, "plynx:show-properties")
    expect(inspector(page).locator(".jp-plynx-Inspector-cache")).to_contain_text("Will be restored")


def test_a_notebook_is_shown_as_its_cells(open_lab, command, document):
    notebook = new_notebook(cells=[new_markdown_cell("# Title <b>x</b>"), new_code_cell("answer = 6 * 7")])
    node = {
        "_id": "nb", "title": "Nb <img src=x>", "kind": "notebook", "x": 0, "y": 0,
        "parameters": [{"name": "_cmd", "parameter_type": "code",
                        "value": {"mode": "json", "value": nbformat.writes(notebook)}}],
    }  # fmt: skip
    page = open_lab(document(node))
    select(page, "nb")
    command(page, "plynx:show-properties")
    cells = inspector(page).get_by_role("list", name="Cells of the notebook").locator("li")
    expect(cells).to_have_count(2)
    expect(cells.first).to_have_text("# Title <b>x</b>")
    expect(cells.nth(1)).to_contain_text("answer = 6 * 7")
    assert inspector(page).locator("img").count() == 0


def test_a_deprecated_operation_is_marked_and_upgraded(api, open_lab, command, document):  # noqa: F811
    def save(node, *actions):
        return api("POST", "nodes", {"node": node, "action": list(actions)})["node"]

    old = bash("66a0c0de00000000000000a1", "echo old > {{ outputs.o }}")
    old["title"] = "Op"
    save(old, "SAVE", "APPROVE")
    new = {**old, "_id": "66a0c0de00000000000000a2", "parent_node_id": old["_id"]}
    new["parameters"] = [
        {**old["parameters"][0], "value": {"mode": "bash", "value": "echo new > {{ outputs.o }}"}}
    ]
    save(new, "SAVE", "APPROVE")
    stored = save({**old, "successor_node_id": new["_id"]}, "DEPRECATE")
    node = {
        **old, "_id": "n", "original_node_id": old["_id"], "node_status": stored.get("node_status", "DEPRECATED"),
    }  # fmt: skip
    page = open_lab(document(node))
    expect(page.locator("[data-testid=node-n]")).to_contain_text("Deprecated")
    select(page, "n")
    command(page, "plynx:show-properties")
    inspector(page).get_by_role("button", name="Upgrade deprecated nodes").click()
    expect(page.get_by_text("1 node was upgraded.")).to_be_visible()
    assert "echo new" in json.dumps(graph_of(page)["nodes"][0]["parameters"])
    expect(page.locator("[data-testid=node-n]")).not_to_contain_text("Deprecated")
