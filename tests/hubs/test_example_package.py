"""The hub plug-in that the documentation shows, installed as a package is."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.catalog import HubCatalog
from plynx_jupyter.platform.entries import HubEntry
from plynx_jupyter.platform.loading import load_platform

PACKAGE = Path(__file__).with_name("example_package")
DOCS = Path(__file__).parents[2] / "docs"
RECIPES = """\
[Text]
Count lines: wc -l < {{ inputs.text }} > {{ outputs.count }}
Sort: sort {{ inputs.text }} > {{ outputs.sorted }}
[Archives]
Unpack: tar -xf {{ inputs.archive }} -C {{ outputs.files }}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the package where an installer would have."""
    site = tmp_path / "site-packages"
    about = site / "recipes_hub-1.0.dist-info"
    about.mkdir(parents=True)
    (site / "recipes_hub.py").write_text((PACKAGE / "recipes_hub.py").read_text())
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: recipes-hub\nVersion: 1.0\n")
    found = re.search(r'entry-points\."(.+)"\]\n(\w+) = "(.+)"', (PACKAGE / "pyproject.toml").read_text())
    assert found is not None
    group, name, value = found.groups()
    (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    monkeypatch.syspath_prepend(site)
    (tmp_path / "recipes.txt").write_text(RECIPES)
    yield site
    sys.modules.pop("recipes_hub", None)


def test_the_package_is_found_and_its_operations_are_shown_in_groups(
    installed: Path, context: HubContext
) -> None:
    page = HubCatalog([], context).search(Query(), "recipes")
    shown = [(found.item.group, found.item.operation.title) for found in page.items]
    assert shown == [(("Text",), "Count lines"), (("Text",), "Sort"), (("Archives",), "Unpack")]
    (hub,) = page.hubs
    assert (hub.title, hub.icon, hub.color, hub.problems) == ("Recipes", "book", "#2e7d32", ())
    sort = page.items[1].item.operation
    assert [port.name for port in (*sort.inputs, *sort.outputs)] == ["text", "sorted"]
    assert HubCatalog([], context).load(sort.id) is not None


def test_the_platform_file_gives_it_arguments(installed: Path, context: HubContext) -> None:
    (context.folder / "other.txt").write_text("[Few]\nList: ls > {{ outputs.names }}\n")
    entry = HubEntry(kind="recipes", cls="recipes_hub:RecipesHub", args={"path": "other.txt"})
    page = HubCatalog([entry], context).search(Query())
    assert [found.item.operation.title for found in page.items] == ["List"]
    (context.folder / "other.txt").unlink()
    (hub,) = HubCatalog([entry], context).search(Query()).hubs
    assert hub.problems[0].startswith("FileNotFoundError")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", (DOCS / page).read_text(), re.DOTALL)


def test_the_documentation_shows_this_very_package() -> None:
    code = (PACKAGE / "recipes_hub.py").read_text()
    assert code in blocks("hubs.md", "python")
    assert sum(1 for line in code.splitlines() if line.strip()) <= 25


@pytest.mark.parametrize("page", ["hubs.md", "platform-file.md"])
def test_what_the_documentation_shows_is_python_that_can_be_imported(page: str, tmp_path: Path) -> None:
    for number, code in enumerate(blocks(page, "python")):
        if "Client()" not in code:
            (tmp_path / f"code_{number}.py").write_text(code)
            assert runpy.run_path(str(tmp_path / f"code_{number}.py"))


def test_platform_files_in_the_documentation_are_right_but_for_what_is_not_installed(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_KEY", "k")
    monkeypatch.setenv("S3_SECRET", "s")
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "__init__.py").touch()
    (tmp_path / "acme" / "plynx.py").write_text("SparkExecutor = HdfsPath = object\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "config.yaml"
    for text in (*blocks("hubs.md", "yaml"), *blocks("platform-file.md", "yaml")):
        path.write_text(text)
        platform = load_platform(path)
    assert platform.storage.options == {"key": "k", "secret": "s"}
    assert platform.operations["spark"].resources == ("parquet", "csv")
    for name in ("acme", "acme.plynx"):
        sys.modules.pop(name, None)
