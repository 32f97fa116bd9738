"""Finding executors by kind, plug-ins among them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from plynx_jupyter.errors import InvalidInputError, NotFoundError
from plynx_jupyter.executors import registry
from plynx_jupyter.executors.base import BaseExecutor

PLUG_IN = """
from plynx_jupyter.executors.base import BaseExecutor

class Shout(BaseExecutor):
    kind = "shout"

    def run(self):
        with open(self.context.outputs["out"], "w") as out:
            out.write(str(self.context.params["word"]).upper())
        self.context.log("shouted")

not_an_executor = 1
"""
ENTRY_POINTS = """[plynx_jupyter.executors]
shout = plynx_shout_plug_in:Shout
broken = plynx_shout_plug_in:no_such_name
wrong = plynx_shout_plug_in:not_an_executor
python = plynx_shout_plug_in:Shout
"""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "plynx_shout_plug_in.py").write_text(PLUG_IN)
    info = tmp_path / "plynx_shout-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plynx-shout\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_problems", {})
    registry._entry_points.cache_clear()
    yield
    registry._entry_points.cache_clear()
    sys.modules.pop("plynx_shout_plug_in", None)


def test_a_plug_in_is_found_by_its_kind(plug_in):
    assert registry.get_executor("shout").kind == "shout"
    assert "shout" in registry.known_kinds()


def test_a_broken_plug_in_harms_no_other_and_says_why(plug_in):
    assert not {"broken", "wrong"} & set(registry.known_kinds())
    with pytest.raises(NotFoundError, match="no_such_name"):
        registry.get_executor("broken")
    assert any("isn't a subclass" in problem for problem in registry.problems())


def test_a_plug_in_cannot_take_the_place_of_a_built_in_kind(plug_in):
    assert registry.get_executor("python").__name__ == "PythonExecutor"


def test_older_spellings_of_kinds_are_understood():
    assert registry.get_executor("basic-bash-jinja2-operation").kind == "bash_jinja2"


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(NotFoundError, match="bash_jinja2, command"):
        registry.get_executor("pyhton")


def test_an_executor_without_a_kind_cannot_be_registered():
    with pytest.raises(InvalidInputError):
        registry.register(type("Nameless", (BaseExecutor,), {}))
