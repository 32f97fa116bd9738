"""The side bar, drops, and the inspector."""

from __future__ import annotations

import nbformat
from playwright.sync_api import expect

from tests.e2e.conftest import bash
from tests.e2e.test_editor import NODES, drag, input_of, output_of, status


def drag_to_canvas(page, item, x=400, y=300):
    box = item.bounding_box()
    canvas = page.locator(".jp-plynx-GraphEditor").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    page.mouse.move(canvas["x"] + x, canvas["y"] + y, steps=8)
    page.mouse.up()


def show_sidebar(page):
    page.evaluate("() => window.jupyterapp.shell.activateById('plynx-sidebar')")
    page.locator(".jp-plynx-Operations li").first.wait_for()


def field(page, name):
    return page.locator(f".jp-plynx-Inspector .jp-plynx-Field[data-parameter='{name}']")


def test_an_operation_is_dragged_onto_the_canvas_given_code_and_run(open_lab, command, document):
    text = {"_id": "text", "title": "Text", "kind": "file", "x": 0, "y": 0, "source": {"content": "hello"},
            "outputs": [{"name": "out"}]}  # fmt: skip
    page = open_lab(document(text, name="panels.plynx"))
    show_sidebar(page)
    drag_to_canvas(page, page.locator(".jp-plynx-Operations li", has_text="Bash script"), x=650)
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    node = page.evaluate(f"() => {NODES}[1]._id")
    drag(page, output_of(page, "text"), input_of(page, node))
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    page.locator(f"[data-testid=node-{node}] .jp-plynx-Node-title").dblclick()
    code = field(page, "_cmd").locator(".cm-content")
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("wc -c < {{ inputs.data }} > {{ outputs.result }} # written in the inspector")
    page.wait_for_function(f"() => JSON.stringify({NODES}[1]).includes('written in the inspector')")
    page.locator(".jp-plynx-Inspector label", has_text="Title").locator("input").fill("Say it")
    page.keyboard.press("Enter")
    expect(page.locator(".jp-plynx-Node-title").nth(1)).to_have_text("Say it")
    command(page, "plynx:run")
    status(page, node, "SUCCESS")
    expect(page.locator(".jp-plynx-RunList")).to_contain_text("panels.plynx")
    assert page.problems == []


def test_files_of_the_file_browser_become_nodes(lab, open_lab, document):
    cell = nbformat.v4.new_code_cell("rate = 0.5", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(
        cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "P"}}
    )
    text = nbformat.writes(notebook)
    (lab.root / "train.ipynb").write_text(text)
    (lab.root / "table.csv").write_text("a,b\n1,2\n")
    page = open_lab(document(name="drops.plynx"), shows=".jp-plynx-GraphEditor .react-flow")
    page.locator(".jp-DirListing-item", has_text="table.csv").click()
    page.keyboard.down("Control")
    page.locator(".jp-DirListing-item", has_text="train.ipynb").click()
    page.keyboard.up("Control")
    drag_to_canvas(page, page.locator(".jp-DirListing-item", has_text="table.csv"))
    expect(page.locator(".jp-plynx-Node")).to_have_count(2)
    kinds = page.evaluate(f"() => Object.fromEntries({NODES}.map(node => [node.kind, node]))")
    assert kinds["file"]["source"] == {"path": "table.csv"}
    assert kinds["file"]["outputs"] == [{"name": "out", "file_type": "csv"}]
    assert "rate" in [parameter["name"] for parameter in kinds["notebook"]["parameters"]]
    assert (lab.root / "train.ipynb").read_text() == text


def test_wrong_input_stays_in_the_field_and_out_of_the_graph(open_lab, command, document):
    node = bash("a", "true")
    node["parameters"].insert(0, {"name": "size", "parameter_type": "int", "value": 3})
    page = open_lab(document(node))
    page.locator("[data-testid=node-a] .jp-plynx-Node-title").dblclick()
    size = field(page, "size").locator("input")
    size.fill("three")
    size.press("Enter")
    expect(field(page, "size")).to_contain_text("This takes a whole number.")
    value = f"() => {NODES}[0].parameters[0].value"
    assert page.evaluate(value) == 3
    size.fill("4")
    size.press("Enter")
    assert page.evaluate(value) == 4
    command(page, "plynx:undo")
    expect(size).to_have_value("3")


def test_a_common_parameter_of_several_nodes_is_changed_at_once(open_lab, command, document):
    nodes = []
    for number in range(3):
        node = bash(f"n{number}", "true", x=number * 250)
        node["parameters"].insert(0, {"name": "rate", "parameter_type": "float", "value": number})
        nodes.append(node)
    page = open_lab(document(*nodes))
    command(page, "plynx:show-properties")
    command(page, "plynx:select-all")
    expect(page.locator(".jp-plynx-Inspector")).to_contain_text("3 nodes are selected")
    rate = field(page, "rate").locator("input")
    rate.fill("0.25")
    rate.press("Enter")
    values = f"() => {NODES}.map(node => node.parameters[0].value)"
    assert page.evaluate(values) == [0.25] * 3
    command(page, "plynx:undo")
    assert page.evaluate(values) == [0, 1, 2]
