from __future__ import annotations

import pytest

from plynx_jupyter.cache.python_source import Import, read_source

PLAIN = """
import os

def area(width, height=2):
    return width * height
"""


@pytest.mark.parametrize(
    "same",
    [
        PLAIN.replace("    return", "    # the result\n\n    return"),
        PLAIN + "\n\n# the end\n",
        PLAIN.replace("\n", "\r\n"),
        '"""About areas."""' + PLAIN,
        PLAIN.replace("    return", '    """Return an area."""\n    return'),
        PLAIN.replace("    ", "  "),
        PLAIN.replace("width * height", "(width\n            * height)"),
    ],
)
def test_comments_layout_and_docstrings_do_not_count(same: str) -> None:
    assert read_source(same).digest == read_source(PLAIN).digest


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("*", "+"),
        PLAIN.replace("height=2", "height=2.0"),
        PLAIN.replace("height=2", "height='2'"),
        PLAIN.replace("height=2", "height=True"),
        PLAIN.replace("height=2", "height=None"),
        PLAIN.replace("height=2", "*, height=2"),
        PLAIN.replace("height=2", "height=b'2'"),
        PLAIN.replace("import os", "import sys"),
        PLAIN.replace("area", "surface"),
        PLAIN.replace("return", "yield"),
        "async " + PLAIN.strip(),
        PLAIN + "area",
    ],
)
def test_everything_else_counts(other: str) -> None:
    assert read_source(other).digest != read_source(PLAIN).digest


def test_texts_that_look_alike_in_the_tree_differ() -> None:
    sources = ["x = None", "x = 'None'", "x = ...", "x = [None]", "x = [[]]", "x = []", "x = ()", "x = {}"]
    sources += [
        "x: int",
        "x: int = None",
        "f(*a)",
        "f(**a)",
        "f(a)",
        "f(a=a)",
        "x = -0.0",
        "x = 0.0",
        "x = 0j",
    ]
    assert len({read_source(source).digest for source in sources}) == len(sources)


def test_a_docstring_is_only_the_first_string_of_a_body() -> None:
    assert read_source("x = 1\n'a'").digest != read_source("x = 1\n'b'").digest


@pytest.mark.parametrize("text", ["def broken(:\n  # one", "x = '\0'", "(" * 5000 + ")" * 5000])
def test_text_that_is_not_python_counts_letter_by_letter(text: str) -> None:
    assert read_source(text).digest == read_source(text).digest
    assert read_source(text).digest != read_source(text + " ").digest


def test_odd_escapes_warn_nobody() -> None:
    assert read_source(r"x = '\d'").digest != read_source("x = 'd'").digest


def test_bytes_are_read_in_the_encoding_they_declare() -> None:
    latin = "# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1")
    assert read_source(latin).digest == read_source("x = 'é'").digest


def test_integers_beyond_the_digit_limit_are_fine() -> None:
    assert read_source("x = 0x" + "f" * 9000).digest != read_source("x = 0x" + "f" * 9001).digest


def test_imports_are_found_wherever_they_stand() -> None:
    source = """
import a, b.c as d
from e.f import g
def function():
    from . import near
    from ..far import thing
    importlib.import_module("named")
    __import__("plain")
    import_module(f"unknown {near}")
"""
    assert set(read_source(source).imports) == {
        Import("a"),
        Import("b.c"),
        Import("e.f", "g"),
        Import("", "near", 1),
        Import("far", "thing", 2),
        Import("named"),
        Import("plain"),
    }


def test_digests_are_the_same_on_every_python() -> None:
    source = """
def f(a, *, b=2):
    try:
        return [i for i in a if i]
    except E as e: pass
class A(B): x: int = 1
y = lambda *a: f"{1}"
"""
    # Different here means that stored results of this code are lost: raise KEY_VERSION and say so.
    assert read_source(source).digest == "7f93607dfd20387b6933907519def6605b772cf2d4d5c02b3e816b6bd41b894a"
