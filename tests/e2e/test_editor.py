"""Draw, connect, run and watch a graph in JupyterLab, as a person does."""

from __future__ import annotations

import json
import re
import shutil
import time

from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, bash

WORDS = bash("words", "sleep 1; echo hi | tee {{ outputs.o }}")
COUNT = bash("count", "wc -l < {{ inputs.i }} > {{ outputs.o }}", inputs=[("i", "text")], x=320, y=60)
NODES = "window.jupyterapp.shell.currentWidget.content.model.sharedModel.graph.nodes"


def dirty(page):
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty")


def drag(page, start, end):
    """Pull from one handle to another."""
    box, target = start.bounding_box(), end.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] - 20, target["y"], steps=4)
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=4)
    page.mouse.up()


def output_of(page, node):
    return page.locator(f"[data-testid=node-{node}] .jp-mod-output .jp-plynx-Handle").first


def input_of(page, node):
    return page.locator(f"[data-testid=node-{node}] .jp-mod-input .jp-plynx-Handle").first


def status(page, node, wanted):
    expect(page.locator(f"[data-testid=node-{node}]")).to_have_attribute(
        "data-status", wanted, timeout=20_000
    )


def test_the_example_opens_and_is_left_as_it_is(lab, open_lab, command):
    shutil.copytree(ROOT / "examples" / "wdbc", lab.root / "wdbc")
    page = open_lab("wdbc/wdbc.plynx")
    nodes = json.loads((lab.root / "wdbc/wdbc.plynx").read_text())["nodes"]
    lines = sum(len(port.get("input_references", ())) for node in nodes for port in node.get("inputs", ()))
    expect(page.locator(".jp-plynx-Node")).to_have_count(len(nodes))
    expect(page.locator(".react-flow__edge")).to_have_count(lines)
    command(page, "plynx:zoom-to-fit")
    page.locator(".jp-plynx-Node").first.click()
    assert not dirty(page)
    command(page, "docmanager:save")
    assert (lab.root / "wdbc/wdbc.plynx").read_bytes() == (ROOT / "examples/wdbc/wdbc.plynx").read_bytes()
    assert page.problems == []


def test_nodes_are_connected_by_mouse_run_and_the_connection_undone(lab, open_lab, command, document):
    name = document(WORDS, COUNT)
    page = open_lab(name)
    drag(page, output_of(page, "words"), input_of(page, "count"))
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    assert dirty(page)
    page.locator("jp-button[data-command='plynx:run'], [data-command='plynx:run']").first.click()
    status(page, "words", "RUNNING")
    status(page, "count", "SUCCESS")
    expect(page.locator("[data-testid=node-words]")).to_contain_text("Done")
    command(page, "plynx:undo")
    expect(page.locator(".react-flow__edge")).to_have_count(0)
    command(page, "plynx:redo")
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    before = (lab.root / name).read_text().splitlines()
    command(page, "docmanager:save")
    deadline = time.monotonic() + 10
    while dirty(page):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    after = (lab.root / name).read_text()
    (reference,) = json.loads(after)["nodes"][1]["inputs"][0]["input_references"]
    assert reference == {"node_id": "words", "output_id": "o"}
    added = [line for line in after.splitlines() if line.strip() not in {old.strip() for old in before}]
    assert len(added) < 12, added
    command(page, "plynx:run")
    status(page, "count", "RESTORED")
    assert page.problems == []


def test_a_connection_that_does_not_fit_is_refused_with_the_reason(open_lab, document):
    table = bash("table", "cat {{ inputs.i }} > {{ outputs.o }}", inputs=[("i", "csv")], x=320)
    page = open_lab(document(WORDS, table))
    drag(page, output_of(page, "words"), input_of(page, "table"))
    expect(page.get_by_text("An output of type text does not fit an input of type csv.")).to_be_visible()
    expect(page.locator(".react-flow__edge")).to_have_count(0)


def test_moving_a_node_is_one_step_and_snaps(open_lab, command, document):
    page = open_lab(document(WORDS, COUNT))
    header = page.locator("[data-testid=node-count] .jp-plynx-Node-header")
    box = header.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 143, box["y"] + 97, steps=8)
    page.mouse.up()
    place = f"() => {{ const node = {NODES}[1]; return [node.x, node.y]; }}"
    moved = page.evaluate(place)
    assert moved != [320, 60]
    assert [value % 10 for value in moved] == [0, 0]
    command(page, "plynx:undo")
    assert page.evaluate(place) == [320, 60]


def test_selected_nodes_are_deleted_and_come_back_with_their_connections(open_lab, command, document):
    linked = json.loads(json.dumps(COUNT))
    linked["inputs"][0]["input_references"] = [{"node_id": "words", "output_id": "o"}]
    page = open_lab(document(WORDS, linked))
    page.locator("[data-testid=node-words] .jp-plynx-Node-title").click()
    page.keyboard.press("Delete")
    expect(page.locator(".jp-plynx-Node")).to_have_count(1)
    expect(page.locator(".react-flow__edge")).to_have_count(0)
    command(page, "plynx:undo")
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_a_run_goes_on_while_the_page_is_reloaded_and_another_browser_sees_it(
    lab, open_lab, command, document
):
    go = lab.root / "go-on"
    slow = bash("slow", f"until test -e {go}; do sleep 0.1; done; echo > {{{{ outputs.o }}}}")
    name = document(slow)
    page = open_lab(name)
    command(page, "plynx:run")
    status(page, "slow", "RUNNING")
    other = open_lab(name)
    status(other, "slow", "RUNNING")
    page = open_lab(name, page=page)
    status(page, "slow", "RUNNING")
    go.touch()
    status(page, "slow", "SUCCESS")
    status(other, "slow", "SUCCESS")


def test_a_failed_node_says_why(open_lab, command, document):
    page = open_lab(document(bash("bad", "echo broken >&2; exit 3")))
    command(page, "plynx:run")
    status(page, "bad", "FAILED")
    expect(page.locator("[data-testid=node-bad] .jp-plynx-Node-state")).to_have_attribute(
        "title", re.compile("3")
    )


def test_what_keeps_a_graph_from_running_is_told(open_lab, command, document):
    page = open_lab(document(WORDS, COUNT))
    command(page, "plynx:run")
    expect(page.get_by_text("The graph cannot run").first).to_be_visible()


def test_a_broken_document_says_where_and_can_be_opened_as_text(lab, open_lab):
    (lab.root / "broken.plynx").write_text('{\n "_id": "g",\n "nodes": [\n')
    page = open_lab("broken.plynx", shows=".jp-plynx-ErrorNotice")
    expect(page.locator(".jp-plynx-ErrorNotice")).to_contain_text("Line 4, column 1")
    page.get_by_role("button", name="Open as text").click()
    expect(page.locator(".jp-FileEditor .cm-content")).to_contain_text('"nodes": [')
    assert (lab.root / "broken.plynx").read_text() == '{\n "_id": "g",\n "nodes": [\n'


def test_nodes_are_laid_out_copied_and_pasted(open_lab, command, document):
    page = open_lab(document(*(bash(f"n{number}", "true") for number in range(3))))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    command(page, "plynx:layout")
    places = f"() => {NODES}.map(node => `${{node.x}},${{node.y}}`)"
    assert len(set(page.evaluate(places))) == 3
    page.locator(".jp-plynx-GraphEditor .react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(page.locator(".jp-plynx-Node")).to_have_count(6)
    expect(page.locator(".react-flow__node.selected")).to_have_count(3)
    assert page.problems == []


def test_a_new_graph_is_made_from_the_launcher(lab, open_lab, command):
    page = open_lab("", shows=".jp-Launcher")
    page.locator(".jp-LauncherCard", has_text="PLynx Graph").click()
    page.locator(".jp-plynx-GraphEditor .react-flow").wait_for()
    command(page, "docmanager:save")
    (made,) = lab.root.glob("untitled*.plynx")
    assert made.exists()


def test_an_open_graph_goes_on_when_the_server_was_restarted_under_it(lab, open_lab, command, document):
    page = open_lab(document(bash("slow", "sleep 3; echo > {{ outputs.o }}")))
    command(page, "plynx:run")
    status(page, "slow", "RUNNING")
    lab.stop()
    page.locator("[data-testid=node-slow] .jp-plynx-Node-title").click()
    command(page, "plynx:duplicate")
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    lab.start()
    expect(page.locator("[data-testid=node-slow]")).to_have_attribute(
        "data-status", "SUCCESS", timeout=60_000
    )
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    assert dirty(page)


def test_the_example_is_opened_from_the_launcher_and_runs_and_stays_as_it_was_edited(lab, open_lab, command):
    page = open_lab("", shows=".jp-Launcher")
    page.locator(".jp-LauncherCard").filter(has_text="WDBC: compare regressors").click()
    nodes = json.loads((ROOT / "examples/wdbc/wdbc.plynx").read_text())["nodes"]
    expect(page.locator(".jp-plynx-Node")).to_have_count(len(nodes))
    command(page, "plynx:run")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.monitor.run?.status === 'SUCCESS'",
        timeout=90_000,
    )
    own = lab.root / "plynx-example-wdbc" / "train.py"
    own.write_text(own.read_text() + "# mine\n")
    command(page, "plynx:open-example")
    assert own.read_text().endswith("# mine\n")


def test_the_tour_is_offered_once(open_lab, document):
    name = document(WORDS)
    page = open_lab(name, is_new_here=True)
    tour = page.get_by_role("dialog", name="Tour of the graph editor")
    expect(tour).to_contain_text("1 of 5")
    for step in (2, 3, 4, 5):
        tour.get_by_role("button", name="Next").click()
        expect(tour).to_contain_text(f"{step} of 5")
    tour.get_by_role("button", name="Close").click()
    expect(tour).to_have_count(0)
    page = open_lab(name, page=page)
    page.wait_for_timeout(500)  # nothing comes
    expect(tour).to_have_count(0)


def test_edits_are_run_as_they_are_made(open_lab, command, document):
    page = open_lab(document(bash("n", "echo automatic > {{ outputs.o }}")))
    command(page, "plynx:auto-run")
    status(page, "n", "SUCCESS")
    page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.update(graph => ({...graph,
            nodes: graph.nodes.map(node => ({...node, parameters: [{...node.parameters[0],
                value: {mode: 'bash', value: 'echo edited > {{ outputs.o }}'}}]}))}))"""
    )
    expect(page.locator("[data-testid=node-n] .jp-plynx-Thumbnail")).to_have_text("edited", timeout=20_000)
