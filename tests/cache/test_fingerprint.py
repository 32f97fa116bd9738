from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from plynx_jupyter.cache import fingerprint
from plynx_jupyter.cache.fingerprint import TEXT_LIMIT, CodeFingerprints, fingerprint_code
from plynx_jupyter.model.parameter import Code

SCRIPT = Code("import near\noutputs['o'] = near.answer()\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """First-party code in all the shapes that imports can take."""
    package = tmp_path / "pack"
    (package / "inner").mkdir(parents=True)
    (tmp_path / "near.py").write_text("import far\ndef answer():\n    return far.number() + 1\n")
    (tmp_path / "far.py").write_text("def number():\n    return 41\n")
    (tmp_path / "unused.py").write_text("x = 1\n")
    (package / "__init__.py").write_text("from . import first\n")
    (package / "first.py").write_text("from .second import thing\nimport pack.inner\n")
    (package / "second.py").write_text("from pack import first\nthing = 1\n")
    (package / "third.py").write_text("other = 1\n")
    (package / "inner" / "__init__.py").write_text("from ..third import other\n")
    return tmp_path


def settle(folder: Path) -> None:
    """Make everything look as if it had been written long ago."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (1_600_000_000, 1_600_000_000))


def of_script(text: str, project: Path) -> fingerprint.CodeFingerprint:
    return fingerprint_code("python", Code(text), None, [str(project)])


def modules(found: fingerprint.CodeFingerprint) -> list[str]:
    return [name.removeprefix("module ") for name in found.parts if name.startswith("module ")]


@pytest.mark.parametrize("kind", ["python", "function", "python-code-operation"])
def test_comments_of_python_code_do_not_count(kind: str) -> None:
    assert fingerprint_code(kind, Code("x = 1")).digest == fingerprint_code(kind, Code("x = 1 # !")).digest
    assert fingerprint_code(kind, Code("x = 1")).digest != fingerprint_code(kind, Code("x = 2")).digest


@pytest.mark.parametrize("kind", ["bash_jinja2", "command", "some-plug-in"])
def test_other_code_counts_letter_by_letter(kind: str) -> None:
    assert fingerprint_code(kind, Code("x = 1")).digest != fingerprint_code(kind, Code("x = 1 # !")).digest
    assert fingerprint_code(kind, Code("x", "bash")).digest != fingerprint_code(kind, Code("x", "sh")).digest


def test_an_edited_helper_of_a_helper_is_seen(project: Path) -> None:
    before = fingerprint_code("python", SCRIPT, None, [str(project)])
    (project / "far.py").write_text("def number():\n    return 42\n")
    after = fingerprint_code("python", SCRIPT, None, [str(project)])
    assert before.digest != after.digest
    changed = [name for name in before.parts if before.parts[name] != after.parts[name]]
    assert changed == ["module far"]


def test_a_helper_with_another_comment_is_the_same(project: Path) -> None:
    before = fingerprint_code("python", SCRIPT, None, [str(project)])
    (project / "far.py").write_text('"""Far."""\ndef number():\n    return 41  # nearly\n')
    assert fingerprint_code("python", SCRIPT, None, [str(project)]).digest == before.digest


def test_only_modules_that_are_reached_count(project: Path) -> None:
    found = fingerprint_code("python", SCRIPT, None, [str(project)])
    assert modules(found) == ["far", "near"]


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("import pack", ["pack", "pack.first", "pack.inner", "pack.second", "pack.third"]),
        ("from pack.inner import other", ["pack", "pack.first", "pack.inner", "pack.second", "pack.third"]),
        ("import os, json, numpy.linalg, no_such_module", []),
        ("from . import beyond", []),
        ("from near import *", ["far", "near"]),
        ("import plynx_jupyter.cache.key", []),
        ("def f():\n    import importlib\n    importlib.import_module('far')", ["far"]),
    ],
)
def test_imports_are_followed_as_python_would(text: str, reached: list[str], project: Path) -> None:
    assert modules(of_script(text, project)) == reached


def test_a_submodule_named_by_from_import_is_reached(project: Path) -> None:
    (project / "space").mkdir()  # a namespace package: there is no __init__ to import it
    (project / "space" / "leaf.py").write_text("x = 1")
    assert modules(of_script("from space import leaf", project)) == ["space.leaf"]


def test_a_module_of_the_import_paths_hides_one_of_the_standard_library(project: Path) -> None:
    assert modules(of_script("import colorsys", project)) == []
    (project / "colorsys.py").write_text("x = 1")
    assert modules(of_script("import colorsys", project)) == ["colorsys"]


def test_a_folder_that_appears_later_is_seen(tmp_path: Path) -> None:
    later = tmp_path / "later"
    assert modules(of_script("import helper", later)) == []
    later.mkdir()
    (later / "helper.py").write_text("x = 1")
    assert modules(of_script("import helper", later)) == ["helper"]


def test_a_module_on_sys_path_is_first_party(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(project))
    assert modules(fingerprint_code("python", SCRIPT)) == ["far", "near"]


def test_installed_modules_are_not_first_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "thirdparty.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(installed))
    assert modules(fingerprint_code("python", Code("import thirdparty"))) == []


def test_finding_modules_imports_none_of_them(project: Path) -> None:
    (project / "near.py").write_text("raise SystemExit('imported')\n")
    assert modules(fingerprint_code("python", SCRIPT, None, [str(project)])) == ["near"]


def test_broken_and_unreadable_modules_are_no_error(project: Path) -> None:
    (project / "near.py").write_text("def broken(:")
    first = fingerprint_code("python", SCRIPT, None, [str(project)])
    (project / "near.py").write_text("def broken(::")
    assert fingerprint_code("python", SCRIPT, None, [str(project)]).digest != first.digest


def test_a_location_counts_with_its_module_and_what_that_reaches(project: Path) -> None:
    found = fingerprint_code("function", None, "near:answer", [str(project)])
    assert modules(found) == ["far", "near"]
    other = fingerprint_code("function", None, "near:other", [str(project)])
    assert other.digest != found.digest
    assert modules(fingerprint_code("function", None, "pack.second.thing", [str(project)]))


def test_an_installed_function_counts_by_its_distribution() -> None:
    from importlib.metadata import version

    found = fingerprint_code("function", None, "cloudpickle.cloudpickle:dumps")
    assert found.parts == {
        "location": "cloudpickle.cloudpickle:dumps",
        "distribution cloudpickle": version("cloudpickle"),
    }


def test_a_module_that_is_not_here_is_noted() -> None:
    found = fingerprint_code("function", None, "no_such_module:function")
    assert "no_such_module:function" in found.notes[0]
    assert fingerprint_code("function", None, "math:sqrt").notes == ()


def notebook(*cells: dict[str, Any], **metadata: Any) -> Code:
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return Code(json.dumps(content), "ipynb")


def cell(source: str | list[str], *tags: str, **more: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, **more}


def digest(code: Code) -> str:
    return fingerprint_code("notebook", code).digest


def test_what_a_notebook_shows_does_not_count() -> None:
    base = digest(notebook(cell("a = 1\nb = 2"), kernelspec={"language": "python", "name": "one"}))
    spec = {"language": "Python", "name": "two", "display_name": "Two"}
    outputs = [{"output_type": "stream", "text": "1"}]
    prose = {"cell_type": "markdown", "source": "# Title"}
    collapsed = {"metadata": {"collapsed": True}}
    for same in (
        notebook(cell(["a = 1\n", "b = 2"]), kernelspec=spec),
        notebook(cell("a = 1  \r\nb = 2\r\n"), kernelspec=spec, title="t"),
        notebook(prose, cell("a = 1\nb = 2", outputs=outputs, execution_count=3, id="x"), kernelspec=spec),
        notebook({**cell("a = 1\nb = 2"), **collapsed}, cell(""), kernelspec=spec),
    ):
        assert digest(same) == base


def test_what_a_notebook_runs_counts() -> None:
    codes = [
        notebook(cell("a = 1"), cell("b = 2")),
        notebook(cell("b = 2"), cell("a = 1")),
        notebook(cell("a = 1\nb = 2")),
        notebook(cell("a = 1", "parameters"), cell("b = 2")),
        notebook(cell("a = 1"), cell("b = 2", "parameters")),
        notebook(cell("a = 1"), cell("b = 2"), kernelspec={"language": "R"}),
        notebook(cell("a = 1"), cell("b = 3")),
        notebook(cell("a = 1"), cell("%time b = 2")),
        notebook(cell("", "parameters"), cell("a = 1"), cell("b = 2")),
    ]
    assert len({digest(code) for code in codes}) == len(codes)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"cells": 3}', "NaN", "[" * 100_000])
def test_a_broken_notebook_counts_as_text(text: str) -> None:
    assert digest(Code(text, "ipynb")) != digest(Code(text + " ", "ipynb"))


@pytest.mark.parametrize("odd", [{"cell_type": "code"}, {"cell_type": "code", "source": 3}, 7, None])
def test_odd_cells_are_no_error(odd: Any) -> None:
    assert digest(notebook(odd)) == digest(notebook())


def test_helpers_that_a_notebook_imports_count(project: Path) -> None:
    code = notebook(cell("%matplotlib inline\nimport near\n!ls"))
    found = fingerprint_code("notebook", code, None, [str(project)])
    assert modules(found) == ["far", "near"]


def test_short_code_is_kept_to_show_and_long_code_is_not() -> None:
    assert fingerprint_code("python", Code("x = 1")).text == "x = 1"
    assert fingerprint_code("bash_jinja2", Code("#" * (TEXT_LIMIT + 1))).text is None
    assert fingerprint_code("notebook", notebook(cell("a = 1"))).text == "# %%\na = 1"


def test_many_nodes_share_one_look(project: Path) -> None:
    look = CodeFingerprints([str(project)])
    first = look.of_code("python", SCRIPT, None)
    (project / "far.py").write_text("def number():\n    return 0\n")
    assert look.of_code("python", SCRIPT, None) is first
    assert CodeFingerprints([str(project)]).of_code("python", SCRIPT, None).digest != first.digest


def test_an_unchanged_project_is_not_read_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(project)
    monkeypatch.setattr("sys.path", [str(project)])  # other folders may just have been written to
    first = fingerprint_code("python", SCRIPT, None, [str(project)])
    assert fingerprint_code("python", SCRIPT, None, [str(project)]) is first
    (project / "far.py").write_text("def number():\n    return 43\n")
    assert fingerprint_code("python", SCRIPT, None, [str(project)]).digest != first.digest


def test_an_edit_that_keeps_size_and_time_stamp_of_a_fresh_file_is_seen(project: Path) -> None:
    now = time.time_ns()
    os.utime(project / "far.py", ns=(now, now))
    first = fingerprint_code("python", SCRIPT, None, [str(project)])
    (project / "far.py").write_text("def number():\n    return 42\n")
    os.utime(project / "far.py", ns=(now, now))
    assert fingerprint_code("python", SCRIPT, None, [str(project)]).digest != first.digest
