"""What axe finds: nothing serious, in any theme."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import ROOT, bash
from tests.e2e.test_canvas import chain, select
from tests.e2e.test_editor import status

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
OURS = [".jp-plynx-GraphEditor", ".jp-plynx-Sidebar", ".jp-plynx-Inspector", ".jp-plynx-ClusterStatus"]


def violations(page):
    """Return what axe finds serious within our own parts of the page: JupyterLab's are JupyterLab's."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate(
        """async ours => {
            const there = ours.filter(selector => document.querySelector(selector));
            const { violations } = await axe.run({ include: there.map(selector => [selector]) });
            return violations.filter(found => ['serious', 'critical'].includes(found.impact)).map(found =>
                `${found.id}: ${found.help}\\n` + found.nodes.slice(0, 5).map(node => node.html.slice(0, 200)
                + ' ' + node.any.map(check => check.message).join(' ').slice(0, 200)).join('\\n'));
        }""",
        OURS,
    )
    return "\n\n".join(found)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_nothing_serious_is_found(open_lab, command, document, theme):
    odd = {"_id": "odd", "title": "Odd", "kind": "spark-job", "x": 0, "y": 200}
    value = bash("n", "echo {{ inputs.count }} > {{ outputs.o }}", inputs=[("count", "int")], x=300, y=200)
    page = open_lab(document(*chain("a", "b"), odd, value))
    command(page, "apputils:change-theme", theme=theme)
    page.get_by_role("tab", name="PLynx").first.click()
    command(page, "plynx:add-note")
    page.keyboard.press("Control+Enter")
    command(page, "plynx:run-until-here")
    select(page, "b")
    command(page, "plynx:run-until-here")
    status(page, "b", "SUCCESS")
    command(page, "plynx:show-properties")
    page.locator(".jp-plynx-Inspector").wait_for()
    found = {"at first": violations(page)}
    for tab in ("Logs", "Preview", "Timeline", "Problems", "Runs"):
        page.get_by_role("tab", name=tab).first.click()
        found[tab] = violations(page)
    command(page, "plynx:add-operation")
    page.get_by_role("dialog").wait_for()
    found["palette"] = violations(page)
    told = "\n\n".join(f"== {where}\n{what}" for where, what in found.items() if what)
    assert not told, told
