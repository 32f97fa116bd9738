"""Graphs in the server's store, opened as documents of the drive `PLynx:`."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import TOKEN, bash
from tests.e2e.test_editor import dirty, status

SLASH = "\u2215"

CURRENT = "window.jupyterapp.shell.currentWidget"


@pytest.fixture
def api(lab):
    def ask(method, path, body=None):
        request = urllib.request.Request(
            f"{lab.url}plynx/api/v0/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.load(reply)

    return ask


@pytest.fixture
def store(api):
    """Store a graph; returns its path on the drive."""

    def save(graph_id, title, *nodes):
        graph = {"plynx": 1, "_id": graph_id, "title": title, "kind": "graph", "nodes": list(nodes)}
        api("POST", "graphs", {"graph": graph, "action": ["SAVE"]})
        return f"PLynx:{graph_id}/{title.replace('/', SLASH)}.plynx"

    return save


def retitle(page, title):
    page.evaluate(
        f"title => {CURRENT}.content.model.sharedModel.update(graph => ({{...graph, title}}))", title
    )


def saved(page):
    page.wait_for_function(f"() => !{CURRENT}.context.model.dirty")


def test_a_stored_graph_is_opened_edited_saved_and_restored(api, open_lab, command, store):
    node = bash("a", "echo > {{ outputs.o }}")
    node["parameters"].append({"name": "rate", "parameter_type": "float", "value": 1.0})
    path = store("66a0c0de0000000000000001", "A/B: first", node)
    page = open_lab(path)
    tab = page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel")
    expect(tab).to_have_text(f"A{SLASH}B: first.plynx")
    assert not dirty(page)
    page.locator("[data-testid=node-a] .jp-plynx-Node-title").click()
    page.keyboard.press("ArrowRight")
    assert dirty(page)
    command(page, "docmanager:save")
    saved(page)
    (stored,) = api("GET", "graphs/66a0c0de0000000000000001")["graph"]["nodes"]
    assert stored["x"] == 10
    assert repr(stored["parameters"][1]["value"]) == "1.0"
    command(page, "plynx:run")
    status(page, "a", "SUCCESS")
    retitle(page, "Second")
    command(page, "docmanager:save")
    saved(page)
    expect(tab).to_have_text("Second.plynx")
    page.reload()
    page.wait_for_function("() => window.jupyterapp?.restored")
    page.locator("[data-testid=node-a]").wait_for()
    status(page, "a", "SUCCESS")
    assert page.problems == []


def test_a_save_over_somebody_elses_asks_and_loses_nothing(api, open_lab, command, store):
    path = store("66a0c0de0000000000000002", "Shared", bash("a", "true"))
    page, other = open_lab(path), open_lab(path)
    retitle(other, "Theirs")
    command(other, "docmanager:save")
    saved(other)
    page.wait_for_timeout(600)  # JupyterLab takes dates this near to each other for the same
    retitle(page, "Mine")
    page.evaluate("() => { void window.jupyterapp.commands.execute('docmanager:save') }")
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("has changed on disk")
    dialog.get_by_role("button", name="Cancel").click()
    assert dirty(page)
    assert api("GET", "graphs/66a0c0de0000000000000002")["graph"]["title"] == "Theirs"
    page.evaluate("() => { void window.jupyterapp.commands.execute('docmanager:save') }")
    dialog.get_by_role("button", name="Overwrite").click()
    saved(page)
    assert api("GET", "graphs/66a0c0de0000000000000002")["graph"]["title"] == "Mine"


def test_graphs_of_the_store_are_listed_searched_and_opened(open_lab, command, store):
    store("66a0c0de0000000000000003", "Wanted one", bash("w", "true"))
    store("66a0c0de0000000000000004", "Another", bash("x", "true"))
    page = open_lab("", shows=".jp-Launcher")
    page.get_by_role("tab", name="PLynx").first.click()
    page.get_by_label("Search graphs").fill("wanted")
    items = page.locator(".jp-plynx-GraphItem")
    expect(items).to_have_count(1)
    items.first.dblclick()
    expect(page.locator("[data-testid=node-w]")).to_be_visible()


def test_a_new_graph_is_made_in_the_store_renamed_and_deleted(api, open_lab, command):
    page = open_lab("", shows=".jp-Launcher")
    command(page, "plynx:new-stored-graph")
    page.locator(".jp-plynx-Canvas").wait_for()
    path = page.evaluate(f"() => {CURRENT}.context.path")
    graph_id = path.split(":")[1].split("/")[0]
    page.evaluate(
        f"""async () => {{ await window.jupyterapp.serviceManager.contents.rename({CURRENT}.context.path,
            'PLynx:{graph_id}/Fine name.plynx'); return true; }}"""
    )
    assert api("GET", f"graphs/{graph_id}")["graph"]["title"] == "Fine name"
    page.wait_for_function(f"() => {CURRENT}.context.path.includes('Fine name')")
    page.evaluate(f"() => window.jupyterapp.serviceManager.contents.delete({CURRENT}.context.path)")
    titles = [graph["title"] for graph in api("POST", "search_graphs", {"per_page": 200})["items"]]
    assert "Fine name" not in titles


def test_a_run_is_opened_as_it_was_and_can_only_be_looked_at(api, lab, open_lab, command, document):
    page = open_lab(document(bash("a", "echo once > {{ outputs.o }}")))
    command(page, "plynx:run")
    status(page, "a", "SUCCESS")
    run = page.evaluate(f"() => {CURRENT}.content.monitor.run._id")
    command(page, "plynx:open-run", run=run, title="Once")
    page.wait_for_function(f"() => {CURRENT}.context.path.startsWith('PLynx:runs')")
    shown = page.locator(".jp-plynx-GraphEditor:visible")
    expect(shown.get_by_text("This graph can only be looked at.")).to_be_visible()
    expect(shown.locator("[data-testid=node-a]")).to_have_attribute("data-status", "SUCCESS")
    shown.locator("[data-testid=node-a] .jp-plynx-Node-title").click()
    page.keyboard.press("Delete")
    expect(shown.locator("[data-testid=node-a]")).to_be_visible()
    assert api("GET", f"runs/{run}")["run"]["status"] == "SUCCESS"


def test_a_store_that_cannot_be_opened_is_told_of_and_files_are_edited_all_the_same(
    tmp_path_factory, chromium, command
):
    from tests.e2e.conftest import Lab

    lab = Lab(tmp_path_factory.mktemp("broken"))
    (lab.folder / "plynx").write_text("this is no folder")
    try:
        lab.start()
        graph = {"plynx": 1, "_id": "g", "title": "G", "kind": "graph", "nodes": [bash("a", "true")]}
        (lab.root / "g.plynx").write_text(json.dumps(graph))
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(f"{lab.url}lab/tree/g.plynx?token={TOKEN}&reset")
        page.locator("[data-testid=node-a]").wait_for()
        expect(page.get_by_text("Graphs cannot be run now")).to_be_visible(timeout=20_000)
        retitle(page, "Edited")
        command(page, "docmanager:save")
        saved(page)
        assert json.loads((lab.root / "g.plynx").read_text())["title"] == "Edited"
        context.close()
    finally:
        lab.stop()


def test_an_executed_notebook_is_opened_read_only_without_a_kernel(lab, open_lab, command, document):
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(
        cells=[new_code_cell("print('hello from the run')"), new_code_cell("6 * 7")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    node = {
        "_id": "nb", "title": "Nb", "kind": "notebook", "x": 0, "y": 0,
        "parameters": [{"name": "_cmd", "parameter_type": "code",
                        "value": {"mode": "json", "value": nbformat.writes(notebook)}}],
    }  # fmt: skip
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "nb", "SUCCESS")
    page.locator("[data-testid=node-nb] .jp-plynx-Node-title").click()
    page.get_by_role("tab", name="Preview").click()
    page.get_by_role("button", name="Open the executed notebook").click()
    expect(page.locator(".jp-NotebookPanel .jp-OutputArea-output").first).to_contain_text(
        "hello from the run"
    )
    sessions = page.evaluate("() => fetch('/base/api/sessions').then(reply => reply.json())")
    assert sessions == []


def test_without_the_server_editing_goes_on_and_says_so(tmp_path_factory, chromium, command):
    from tests.e2e.conftest import Lab

    lab = Lab(tmp_path_factory.mktemp("gone")).start()
    try:
        graph = {
            "plynx": 1,
            "_id": "g",
            "title": "G",
            "kind": "graph",
            "nodes": [bash("a", "echo > {{ outputs.o }}")],
        }
        (lab.root / "g.plynx").write_text(json.dumps(graph))
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(f"{lab.url}lab/tree/g.plynx?token={TOKEN}&reset")
        page.locator("[data-testid=node-a]").wait_for()
        page.wait_for_function("() => window.jupyterapp?.restored")
        command(page, "plynx:run")
        status(page, "a", "SUCCESS")
        lab.stop()
        expect(page.get_by_text("The server does not answer.")).to_be_visible(timeout=20_000)
        page.locator("[data-testid=node-a] .jp-plynx-Node-title").click()
        page.keyboard.press("ArrowRight")
        lab.start()
        expect(page.get_by_text("The server does not answer.")).to_have_count(0, timeout=40_000)
        command(page, "docmanager:save")
        page.wait_for_function(f"() => !{CURRENT}.context.model.dirty")
        assert json.loads((lab.root / "g.plynx").read_text())["nodes"][0]["x"] == 10
        context.close()
    finally:
        lab.stop()


def test_a_notebook_is_opened_while_it_is_executed_and_grows(lab, open_lab, command, document):
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    go = lab.root / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.05)\nprint('the end')"
    notebook = new_notebook(
        cells=[
            new_code_cell("print('the beginning')"),
            new_code_cell("import time; time.sleep(1.2)"),
            new_code_cell(wait),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    node = {
        "_id": "nb", "title": "Nb", "kind": "notebook", "x": 0, "y": 0,
        "parameters": [{"name": "_cmd", "parameter_type": "code",
                        "value": {"mode": "json", "value": nbformat.writes(notebook)}}],
    }  # fmt: skip
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "nb", "RUNNING")
    expect(page.locator("[data-testid=node-nb]")).to_contain_text("2/3", timeout=20_000)
    page.locator("[data-testid=node-nb] .jp-plynx-Node-title").click()
    page.get_by_role("tab", name="Preview").click()
    page.get_by_role("button", name="Open the notebook as far as it got").click()
    panel = page.locator(".jp-NotebookPanel")
    expect(panel).to_contain_text("the beginning")
    expect(panel.locator(".jp-OutputArea-output").filter(has_text="the end")).to_have_count(0)
    go.touch()
    expect(panel.locator(".jp-OutputArea-output").filter(has_text="the end")).to_have_count(1, timeout=20_000)
