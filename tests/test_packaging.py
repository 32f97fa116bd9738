"""What is delivered: one version, a wheel with what is needed at run time, and an import that costs little."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import plynx_jupyter

ROOT = Path(__file__).parents[1]
HEAVY = {"alembic", "click", "dask", "distributed", "fsspec", "jinja2", "nbformat", "pandas", "papermill"}
HEAVY |= {"PIL", "psutil", "rich", "sqlalchemy"}


def python(*arguments, cwd):
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    assert built.name.startswith(f"plynx_jupyter-{plynx_jupyter.__version__}-py3-none-any")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_package_json_and_the_python_package_have_one_version():
    assert json.loads((ROOT / "package.json").read_text())["version"] == plynx_jupyter.__version__


def test_the_installed_distribution_has_the_version_of_the_package():
    assert version("plynx-jupyter") == plynx_jupyter.__version__


def test_the_changelog_speaks_of_this_version():
    assert f"\n## [{plynx_jupyter.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_wheel_holds_every_module(wheel):
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "plynx_jupyter").rglob("*.py")}
    assert modules <= wheel


def test_the_wheel_says_that_it_is_typed(wheel):
    assert "plynx_jupyter/py.typed" in wheel


def test_the_wheel_holds_the_migrations_of_the_database(wheel):
    migrations = ROOT / "plynx_jupyter/metadata/sql/migrations"
    wanted = {str(p.relative_to(ROOT)) for p in migrations.rglob("*") if p.suffix in (".py", ".mako")}
    assert "plynx_jupyter/metadata/sql/migrations/script.py.mako" in wanted
    assert wanted <= wheel


def test_the_wheel_holds_the_schemas_of_events(wheel):
    schemas = {str(p.relative_to(ROOT)) for p in (ROOT / "plynx_jupyter/server/event_schemas").glob("*.yaml")}
    assert len(schemas) == 2
    assert schemas <= wheel


def test_the_wheel_holds_nothing_but_the_package(wheel):
    tops = {name.split("/")[0] for name in wheel}
    name = f"plynx_jupyter-{plynx_jupyter.__version__}"
    assert tops == {"plynx_jupyter", f"{name}.dist-info", f"{name}.data"}
    shared = {path for path in wheel if path.startswith(f"{name}.data")}
    config = f"{name}.data/data/etc/jupyter/jupyter_server_config.d/plynx_jupyter.json"
    editor = f"{name}.data/data/share/jupyter/labextensions/plynx-jupyter/"
    assert {path for path in shared if not path.startswith(editor)} == {config}
    built = {path.removeprefix(editor).split("/")[0] for path in shared if path.startswith(editor)}
    assert built >= {"install.json", "package.json", "schemas", "static"}
    assert not [name for name in wheel if name.endswith(".pyc") or "/tests/" in name]
    notebooks = {name for name in wheel if name.endswith(".ipynb")}
    assert notebooks == {"plynx_jupyter/examples/wdbc/compare.ipynb"}


def test_the_wheel_holds_the_example_that_the_launcher_opens(wheel):
    example = "plynx_jupyter/examples/wdbc"
    folder = ROOT / "examples" / "wdbc"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    assert {name.removeprefix(f"{example}/") for name in wheel if name.startswith(example)} == files


def test_importing_the_package_imports_no_heavy_library(tmp_path):
    code = "import sys, plynx_jupyter; dir(plynx_jupyter); print(*{n.split('.')[0] for n in sys.modules})"
    assert set(python("-c", code, cwd=tmp_path).split()) & HEAVY == set()


@pytest.mark.parametrize("name", plynx_jupyter.__all__)
def test_every_public_name_can_be_had(name):
    assert getattr(plynx_jupyter, name) is not None


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Grpah'"):
        plynx_jupyter.Grpah  # noqa: B018


def test_the_package_runs_as_a_program(tmp_path):
    assert plynx_jupyter.__version__ in python("-m", "plynx_jupyter", "version", cwd=tmp_path)
