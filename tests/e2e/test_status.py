"""How runs get on, told outside of the graph: notifications, the panel of what is running, the status bar."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import bash
from tests.e2e.test_editor import status


@pytest.fixture
def waiting(lab):
    """A node that runs until it is told to end, and the file that tells it."""

    def make(name, end="echo > {{ outputs.o }}"):
        go = lab.root / f"go-{name}"
        return bash(name, f"until test -e {go}; do sleep 0.05; done; {end}"), go

    return make


def toasts(page):
    return page.locator(".Toastify__toast")


def test_a_run_has_one_notification_that_says_how_it_gets_on(open_lab, command, document, waiting):
    node, go = waiting("a")
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "a", "RUNNING")
    page.wait_for_timeout(2100)  # what is over sooner isn't told of
    other = bash("b", "echo > {{ outputs.o }}")
    page.evaluate(
        """node => window.jupyterapp.shell.currentWidget.content.model.sharedModel.update(graph =>
            ({...graph, nodes: [...graph.nodes, node]}))""",
        other,
    )
    go.touch()
    status(page, "a", "SUCCESS")
    assert toasts(page).count() <= 1


def test_a_failure_stays_until_it_was_seen_and_is_retried_from_there(open_lab, command, document, waiting):
    node, go = waiting("f", "exit 3")
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "f", "RUNNING")
    go.touch()
    status(page, "f", "FAILED")
    expect(toasts(page)).to_have_count(1)
    expect(toasts(page)).to_contain_text("failed")
    first = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.monitor.run._id")
    toasts(page).get_by_role("button", name="Retry").click()
    page.wait_for_function(
        "first => window.jupyterapp.shell.currentWidget.content.monitor.run?._id !== first", arg=first
    )
    status(page, "f", "FAILED")


def test_runs_are_listed_with_what_is_running_and_stopped_there(open_lab, command, document, waiting):
    node, _ = waiting("long")
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "long", "RUNNING")
    expect(page.locator(".jp-plynx-ClusterStatus")).to_contain_text("1")
    page.get_by_role("tab", name="Running Terminals and Kernels").click()
    panel = page.locator(".jp-RunningSessions")
    item = panel.locator(".jp-RunningSessions-item").filter(has_text="0/1")
    expect(item).to_be_visible()
    item.hover()
    item.get_by_title("Cancel").click()
    status(page, "long", "CANCELED")
    expect(page.locator(".jp-plynx-ClusterStatus")).to_contain_text("0")


def test_the_status_bar_shows_the_workers(open_lab, command, document, waiting):
    node, go = waiting("busy")
    page = open_lab(document(node))
    command(page, "plynx:run")
    status(page, "busy", "RUNNING")
    page.locator(".jp-plynx-ClusterStatus").click()
    workers = page.locator(".jp-plynx-Workers")
    expect(workers).to_contain_text("1 of")
    expect(workers.get_by_role("cell", name="Busy")).to_be_visible()
    go.touch()
    status(page, "busy", "SUCCESS")
