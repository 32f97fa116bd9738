"""Logs and previews of the selected node."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.e2e.conftest import bash
from tests.e2e.test_editor import status


def select(page, node):
    page.locator(f"[data-testid=node-{node}] .jp-plynx-Node-title").click()


def show(page, tab):
    page.get_by_role("tab", name=tab, exact=True).click()


def output(node, name, file_type):
    node["outputs"] = [{"name": name, "file_type": file_type}]
    return node


def test_a_log_is_seen_while_the_node_runs_and_afterwards_with_its_colours(open_lab, command, document):
    code = (
        r"for i in 1 2 3 4; do printf '\033[31mred %s\033[0m\n' $i; sleep 0.7; done; echo > {{ outputs.o }}"
    )
    page = open_lab(document(bash("talk", code)))
    select(page, "talk")
    show(page, "Logs")
    expect(page.locator(".jp-plynx-Drawer")).to_contain_text("This node was not run yet.")
    command(page, "plynx:run")
    status(page, "talk", "RUNNING")
    expect(page.locator(".jp-plynx-Logs")).to_contain_text("red 2")
    assert page.locator("[data-testid=node-talk]").get_attribute("data-status") == "RUNNING"
    status(page, "talk", "SUCCESS")
    for line in ("red 1", "red 4"):
        expect(page.locator(".jp-plynx-Logs")).to_contain_text(line)
    expect(page.locator(".jp-plynx-Logs .ansi-red-fg").first).to_contain_text("red")
    assert page.problems == []


def test_a_failed_node_shows_its_error_above_what_it_printed(open_lab, command, document):
    page = open_lab(document(bash("bad", "echo before; exit 7")))
    command(page, "plynx:run")
    status(page, "bad", "FAILED")
    select(page, "bad")
    show(page, "Logs")
    expect(page.locator(".jp-plynx-Logs")).to_contain_text("7")
    expect(page.locator(".jp-plynx-Logs")).to_contain_text("before")


def test_tables_and_pages_are_previewed_and_pages_run_no_scripts(open_lab, command, document):
    table = output(bash("table", "printf 'name,size\\nann,3\\n' > {{ outputs.t }}"), "t", "csv")
    html = "<h1>Report</h1><script>parent.document.title = 'taken over'; document.body.append('ran')</script>"
    site = output(bash("site", f'echo "{html}" > {{{{ outputs.p }}}}', x=300), "p", "html")
    page = open_lab(document(table, site))
    select(page, "table")
    show(page, "Preview")
    expect(page.locator(".jp-plynx-Drawer")).to_contain_text("nothing to look at yet")
    command(page, "plynx:run")
    status(page, "site", "SUCCESS")
    expect(page.locator(".jp-plynx-Preview")).to_contain_text("ann")
    expect(page.locator(".jp-plynx-Preview-bar")).to_contain_text("csv")
    with page.expect_download() as download:
        page.locator(".jp-plynx-Preview-bar a").click()
    assert download.value.path().read_text() == "name,size\nann,3\n"
    select(page, "site")
    frame = page.frame_locator(".jp-plynx-Preview-frame")
    expect(frame.locator("h1")).to_have_text("Report")
    expect(frame.locator("body")).not_to_contain_text("ran")
    assert "taken over" not in page.title()


def test_the_tabs_are_reached_by_keys(open_lab, document):
    page = open_lab(document(bash("a", "true")))
    logs = page.get_by_role("tab", name="Logs", exact=True)
    logs.focus()
    page.keyboard.press("Enter")
    expect(logs).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Preview", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-plynx-Drawer-panel")).to_be_hidden()


def test_the_timeline_shows_when_nodes_ran_and_leads_to_them(open_lab, command, document):
    page = open_lab(
        document(bash("slow", "sleep 1; echo > {{ outputs.o }}"), bash("quick", "echo > {{ outputs.o }}"))
    )
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator(".jp-plynx-Drawer-panel")).to_contain_text("Run the graph")
    command(page, "plynx:run")
    bar = page.locator(".jp-plynx-Timeline-row").filter(has_text="Slow")
    expect(bar).to_contain_text("Running")
    expect(bar).to_contain_text(re.compile(r"Done · [1-3]\.\d s"))
    expect(page.locator(".jp-plynx-Timeline-axis")).to_contain_text("1.0 s")
    bar.click()
    expect(page.locator(".react-flow__node.selected [data-testid=node-slow]")).to_be_visible()


def test_what_is_wrong_is_listed_counted_and_leads_to_the_node(open_lab, command, document):
    page = open_lab(document(bash("needs", "cat {{ inputs.i }} > {{ outputs.o }}", inputs=[("i", "csv")])))
    expect(page.get_by_role("tab", name="Problems (1)")).to_be_visible()
    command(page, "plynx:run")
    problem = page.locator(".jp-plynx-Drawer-panel").get_by_role("button")
    expect(problem).to_contain_text("Needs Input 'i' is not connected")
    problem.click()
    expect(page.locator(".react-flow__node.selected [data-testid=node-needs]")).to_be_visible()
    command(page, "plynx:delete-selection")
    expect(page.get_by_role("tab", name="Problems", exact=True)).to_be_visible()


def test_runs_of_a_graph_are_shown_again_compared_and_cloned(lab, open_lab, command, document):
    node = bash("n", "echo {{ params.word }} > {{ outputs.o }}")
    node["parameters"].append({"name": "word", "parameter_type": "str", "value": "first"})
    name = document(node)
    page = open_lab(name)
    command(page, "plynx:run")
    expect(page.locator("[data-testid=node-n]")).to_have_attribute("data-status", "SUCCESS")
    page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.update(graph => ({...graph,
            nodes: graph.nodes.map(node => ({...node, parameters: node.parameters.map(found =>
                found.name === 'word' ? {...found, value: 'second'} : found)}))}))"""
    )
    command(page, "plynx:run")
    page.get_by_role("tab", name="Runs").click()
    rows = page.locator(".jp-plynx-Runs tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Done")
    for box in rows.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Compare").click()
    row = page.locator(".jp-plynx-Compared tr").filter(has_text="word")
    expect(row.get_by_role("cell")).to_have_text(["first", "second"])
    page.get_by_role("button", name="Back").click()
    rows.nth(1).get_by_title("Show this run on the graph").click()
    expect(rows.nth(1)).to_have_attribute("data-shown", "true")
    page.locator("[data-testid=node-n] .jp-plynx-Node-title").click()
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator(".jp-plynx-Preview")).to_contain_text("first")
    page.get_by_role("tab", name="Runs").click()
    rows.nth(1).get_by_role("button", name="Clone").click()
    page.wait_for_function(
        "name => !window.jupyterapp.shell.currentWidget.context.path.endsWith(name)", arg=name
    )
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.model?.sharedModel.graph.nodes.length"
    )
    clone = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    made = json.loads((lab.root / clone).read_text())
    assert made["_id"] != json.loads((lab.root / name).read_text())["_id"]
    assert [found["value"] for found in made["nodes"][0]["parameters"] if found["name"] == "word"] == [
        "first"
    ]


def test_a_log_is_searched(open_lab, command, document):
    page = open_lab(
        document(bash("n", "for i in 1 2 3; do echo needle $i; echo hay; done; echo > {{ outputs.o }}"))
    )
    command(page, "plynx:run")
    expect(page.locator("[data-testid=node-n]")).to_have_attribute("data-status", "SUCCESS")
    page.locator("[data-testid=node-n] .jp-plynx-Node-title").click()
    page.get_by_role("tab", name="Logs").click()
    field = page.get_by_placeholder("Search in the log")
    field.fill("NEEDLE")
    expect(page.get_by_role("status").filter(has_text="1 of 3")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 of 3")).to_be_visible()
    field.fill("nowhere")
    expect(page.get_by_role("status").filter(has_text="not found")).to_be_visible()


def test_large_logs_and_tables_are_shown_in_part(open_lab, command, document):
    """100 MB of text, and 10,000 rows."""
    loud = bash("loud", "yes 0123456789 | head -c 100000000; echo the end; echo > {{ outputs.o }}")
    rows = bash(
        "rows", "(echo number,square; for i in $(seq 10000); do echo $i,$((i*i)); done) > {{ outputs.o }}"
    )
    rows["y"] = 200
    rows["outputs"][0]["file_type"] = "csv"
    page = open_lab(document(loud, rows))
    command(page, "plynx:run")
    for node in ("loud", "rows"):
        expect(page.locator(f"[data-testid=node-{node}]")).to_have_attribute(
            "data-status", "SUCCESS", timeout=60_000
        )
    select(page, "loud")
    show(page, "Logs")
    expect(page.locator(".jp-plynx-Logs")).to_contain_text("the end")
    assert page.evaluate("() => document.querySelector('.jp-plynx-Logs').textContent.length") < 500_000
    select(page, "rows")
    show(page, "Preview")
    expect(page.locator(".jp-plynx-Preview td").first).to_be_visible()
    assert page.locator(".jp-plynx-Preview tr").count() < 2000
