"""What the canvas does beside drawing nodes and lines: palette, composites, notes, search, forecasts, pictures."""

from __future__ import annotations

import json
import re
from itertools import count

from playwright.sync_api import expect

from tests.e2e.conftest import bash
from tests.e2e.test_editor import dirty, input_of, output_of, status

FRESH = count()
"""Makes the code of nodes differ from test to test: what another test has run would be restored."""

GRAPH = "window.jupyterapp.shell.currentWidget.content.model.sharedModel.graph"


def chain(*names):
    """Nodes of which each takes what the one before it made."""
    nodes = []
    for index, name in enumerate(names):
        before = names[index - 1] if index else None
        take = "cat {{ inputs.i }}" if before else "echo"
        node = bash(
            name,
            f"({take}; echo {name}; : {next(FRESH)}) > {{{{ outputs.o }}}}",
            inputs=[("i", "text")] if before else (),
            x=300 * index,
        )
        if before:
            node["inputs"][0]["input_references"] = [{"node_id": before, "output_id": "o"}]
        nodes.append(node)
    return nodes


def graph_of(page):
    return page.evaluate(f"() => JSON.parse(JSON.stringify({GRAPH}))")


def select(page, *ids):
    page.evaluate(
        "ids => window.jupyterapp.shell.currentWidget.content.selection.set(ids)",
        list(ids),
    )


def test_a_double_click_opens_a_palette_that_adds_what_is_typed(open_lab, document):
    page = open_lab(document(bash("a", "echo > {{ outputs.o }}")))
    page.locator(".react-flow__pane").dblclick(position={"x": 200, "y": 100})
    palette = page.get_by_role("dialog", name="Add an operation")
    expect(palette.get_by_role("option")).not_to_have_count(0)
    page.keyboard.type("bash")
    expect(palette.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    expect(palette).to_have_count(0)
    assert graph_of(page)["nodes"][1]["kind"] == "bash_jinja2"


def test_a_line_let_go_on_the_empty_canvas_offers_what_fits_and_connects_it(open_lab, command, document):
    page = open_lab(document(bash("a", "echo > {{ outputs.o }}")))
    box = output_of(page, "a").bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 60, steps=5)
    page.mouse.up()
    palette = page.get_by_role("dialog", name="Add an operation that takes o")
    expect(palette.get_by_role("option").filter(has_text="Bash script")).to_be_visible()
    expect(palette.get_by_role("option").filter(has_text="File")).to_have_count(0)
    palette.get_by_role("option").filter(has_text="Bash script").click()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    command(page, "plynx:undo")
    expect(page.locator(".jp-plynx-Node")).to_have_count(1)


def test_nodes_become_a_group_that_is_opened_run_and_taken_apart(open_lab, command, document):
    page = open_lab(document(*chain("a", "b", "c", "d")))
    select(page, "b", "c")
    command(page, "plynx:group")
    expect(page.locator(".jp-plynx-Node")).to_have_count(3)
    composite = page.locator(".jp-plynx-Node[data-kind=composite]")
    command(page, "plynx:run")
    status(page, "d", "SUCCESS")
    expect(composite).to_have_attribute("data-status", "SUCCESS")
    composite.locator(".jp-plynx-Node-title").dblclick()
    way = page.get_by_role("navigation", name="Opened composites")
    expect(way).to_contain_text("Group")
    status(page, "b", "SUCCESS")
    status(page, "c", "SUCCESS")
    page.locator("[data-testid=node-c] .jp-plynx-Node-title").click()
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator(".jp-plynx-Preview")).to_contain_text("c")
    way.get_by_role("button").first.click()
    expect(page.locator("[data-testid=node-a]")).to_be_visible()
    composite.locator(".jp-plynx-Node-title").click()
    command(page, "plynx:ungroup")
    expect(page.locator(".jp-plynx-Node")).to_have_count(4)
    references = [port["input_references"] for node in graph_of(page)["nodes"][1:] for port in node["inputs"]]
    assert [[found["node_id"] for found in each] for each in references] == [["a"], ["b"], ["c"]]
    assert page.problems == []


def test_nodes_are_not_grouped_around_one_that_is_left_out(open_lab, command, document):
    page = open_lab(document(*chain("a", "b", "c")))
    select(page, "a", "c")
    command(page, "plynx:group")
    expect(page.get_by_text("Select B as well")).to_be_visible()
    expect(page.locator(".jp-plynx-Node")).to_have_count(3)
    assert not dirty(page)


def test_edits_inside_a_composite_are_undone_like_others_and_it_closes_when_it_is_gone(
    open_lab, command, document
):
    page = open_lab(document(*chain("a", "b")))
    select(page, "b")
    command(page, "plynx:group")
    command(page, "plynx:open-composite")
    page.locator("[data-testid=node-b] .jp-plynx-Node-title").click()
    page.keyboard.press("Delete")
    expect(page.locator("[data-testid=node-b]")).to_have_count(0)
    page.locator("[data-testid=node-input] .jp-plynx-Node-title").click()
    page.keyboard.press("Delete")
    expect(page.locator("[data-testid=node-input]")).to_have_count(1)
    command(page, "plynx:undo")
    expect(page.locator("[data-testid=node-b]")).to_have_count(1)
    command(page, "plynx:undo")
    expect(page.get_by_role("navigation", name="Opened composites")).to_have_count(0)
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)


def test_a_note_is_written_as_text_saved_and_undone(lab, open_lab, command, document):
    name = document(bash("a", "echo > {{ outputs.o }}"))
    page = open_lab(name)
    command(page, "plynx:add-note")
    page.get_by_label("Text of the note").fill("Why <b>this</b>?\nBecause.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-plynx-Note-text")).to_have_text("Why <b>this</b>?\nBecause.")
    command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    (note,) = json.loads((lab.root / name).read_text())["notes"]
    assert note["text"] == "Why <b>this</b>?\nBecause."
    page = open_lab(name, page=page, shows=".jp-plynx-Note")
    expect(page.locator(".jp-plynx-Note-text")).to_contain_text("Because.")
    command(page, "plynx:run")
    status(page, "a", "SUCCESS")
    page.locator(".jp-plynx-Note").click()
    page.keyboard.press("Delete")
    expect(page.locator(".jp-plynx-Note")).to_have_count(0)
    expect(page.locator(".jp-plynx-Node")).to_have_count(1)


def test_a_search_selects_what_it_finds_inside_composites_too(open_lab, command, document):
    page = open_lab(document(*chain("a", "b", "needle")))
    select(page, "needle")
    command(page, "plynx:group")
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+f")
    page.get_by_placeholder("Find").fill("needle")
    expect(page.locator(".jp-DocumentSearch-index-counter")).to_contain_text("/1")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__node.selected [data-testid=node-needle]")).to_be_visible()


def test_nodes_tell_what_a_run_would_do_and_why(open_lab, command, document):
    first, second = chain("a", "b")
    first["parameters"][0]["value"]["value"] = "echo nobody has run this > {{ outputs.o }}"
    page = open_lab(document(first, second))
    forecast = page.locator("[data-testid=node-b] .jp-plynx-Forecast")
    expect(forecast).to_have_text("will run")
    command(page, "plynx:run")
    status(page, "b", "SUCCESS")
    expect(forecast).to_have_count(0)
    page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.update(graph => ({
            ...graph, nodes: graph.nodes.map(node => node._id === 'b' ? {...node, parameters: [{
                ...node.parameters[0], value: {mode: 'bash', value: 'echo other > {{ outputs.o }}'}}]} : node)}))"""
    )
    expect(forecast).to_have_text("will run")
    expect(forecast).to_have_attribute("title", re.compile("code|_cmd", re.IGNORECASE))
    expect(page.locator("[data-testid=node-a] .jp-plynx-Forecast")).to_have_count(0)


def test_a_node_shows_the_beginning_of_what_it_made(open_lab, command, document):
    node = bash("table", r"printf 'name,size\nhen,3\nowl,5\n' > {{ outputs.o }}")
    node["outputs"][0]["file_type"] = "csv"
    page = open_lab(document(node))
    command(page, "plynx:run")
    thumbnail = page.locator("[data-testid=node-table] .jp-plynx-Thumbnail")
    expect(thumbnail.get_by_role("columnheader")).to_have_text(["name", "size"])
    expect(thumbnail.get_by_role("cell")).to_have_text(["hen", "3", "owl", "5"])


def test_an_input_that_nothing_feeds_is_given_a_value_on_the_node(open_lab, command, document):
    node = bash("n", "echo {{ inputs.count }} > {{ outputs.o }}", inputs=[("count", "int")])
    page = open_lab(document(node))
    field = page.get_by_label("Value of count")
    field.fill("twelve")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("12")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "false")
    assert graph_of(page)["nodes"][0]["inputs"][0]["primitive_override"] == 12
    command(page, "plynx:undo")
    expect(field).to_have_value("")


def test_a_node_whose_plug_in_is_missing_is_marked_kept_and_the_rest_runs(lab, open_lab, command, document):
    odd = {"_id": "odd", "title": "Odd", "kind": "spark-job", "x": 0, "y": 200, "shards": [1, {"a": None}]}
    name = document(*chain("a", "b"), odd)
    page = open_lab(name)
    expect(page.locator("[data-testid=node-odd]")).to_contain_text("Not installed: spark-job")
    command(page, "plynx:run")
    status(page, "b", "SUCCESS")
    page.locator("[data-testid=node-a] .jp-plynx-Node-title").click()
    page.keyboard.press("ArrowDown")
    command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    kept = json.loads((lab.root / name).read_text())["nodes"][2]
    assert kept == odd


def test_a_graph_is_saved_as_a_picture(open_lab, command, document, tmp_path):
    page = open_lab(document(*chain("<first>", "b")))
    with page.expect_download() as svg:
        command(page, "plynx:export-svg")
    text = svg.value.path().read_text()
    assert "&lt;First&gt;" in text
    assert text.count("<path") == 1
    assert "var(" not in text
    with page.expect_download() as png:
        command(page, "plynx:export-png")
    assert png.value.path().read_bytes().startswith(b"\x89PNG")
    assert png.value.suggested_filename.endswith(".png")


def test_three_nodes_are_drawn_connected_and_run_by_keyboard_alone(lab, open_lab):
    (lab.root / "keys.plynx").write_text("")
    page = open_lab("keys.plynx", shows=".react-flow__pane")
    expect(page.get_by_text("Press / or double-click to add an operation")).to_be_visible()
    page.evaluate("() => window.jupyterapp.shell.activateById(window.jupyterapp.shell.currentWidget.id)")
    for number in (1, 2, 3):
        page.keyboard.press("/")
        page.get_by_role("dialog", name="Add an operation").wait_for()
        page.keyboard.type("function")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator(".jp-plynx-Node")).to_have_count(number)
        newest = graph_of(page)["nodes"][-1]["_id"]
        expect(page.locator(f".react-flow__node[data-id='{newest}']:focus")).to_have_count(1)
    nodes = [node["_id"] for node in graph_of(page)["nodes"]]
    focused = "() => document.activeElement.dataset.id ?? document.activeElement.ariaLabel"

    def go_to(wanted):
        for _ in range(20):
            if page.evaluate(focused) == wanted:
                return
            page.keyboard.press("Shift+Tab")
        raise AssertionError(f"the keyboard doesn't get to {wanted}")

    for source, target in ((nodes[1], 2), (nodes[0], 1)):
        go_to(source)
        page.keyboard.press("Enter")
        expect(page.locator(f".react-flow__node.selected[data-id='{source}']")).to_have_count(1)
        page.keyboard.press("c")
        page.get_by_role("dialog").wait_for()
        expect(page.get_by_role("option")).not_to_have_count(0)
        keys = page.get_by_role("option").evaluate_all("options => options.map(found => found.dataset.key)")
        place = next(index for index, key in enumerate(keys) if nodes[target] in key)
        for _ in range(place):
            page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option").nth(place)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    expect(page.locator(f".react-flow__node[data-id='{nodes[0]}']:focus")).to_have_count(1)
    before = page.locator(f".react-flow__node[data-id='{nodes[0]}']").bounding_box()
    page.keyboard.press("ArrowLeft")
    assert page.locator(f".react-flow__node[data-id='{nodes[0]}']").bounding_box()["x"] < before["x"]
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Value of data"
    page.keyboard.type("words")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    for node in nodes:  # all three do the same, so that two of them may be restored
        status(page, node, re.compile("SUCCESS|RESTORED"))
    expect(page.locator(f"[data-testid=node-{nodes[2]}] .jp-plynx-Thumbnail")).to_have_text("words")
    assert page.problems == []


def test_inputs_far_away_are_connected_from_the_list(open_lab, document):
    page = open_lab(
        document(
            *chain("a", "b"), bash("z", "cat {{ inputs.i }} > {{ outputs.o }}", inputs=[("i", "csv")], y=200)
        )
    )
    page.locator("[data-testid=node-a] .jp-plynx-Node-title").click()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_contain_text("No input of the graph takes what this node makes.")
    expect(input_of(page, "z")).to_be_visible()


def test_a_reload_shows_the_same_place_at_the_same_zoom(open_lab, document):
    name = document(*chain("a", "b", "c"))
    page = open_lab(name)
    box = page.locator(".jp-plynx-GraphEditor").bounding_box()
    page.mouse.move(box["x"] + 400, box["y"] + 100)
    page.mouse.wheel(0, -400)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 160, steps=4)
    page.mouse.up()
    view = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.flow.getViewport()")
    page = open_lab(name, page=page)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.flow.getViewport()") == view
    assert not dirty(page)
