"""Logs and previews of the selected node."""

from __future__ import annotations

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
    expect(page.locator(".jp-plynx-Drawer-panel")).to_have_count(0)
