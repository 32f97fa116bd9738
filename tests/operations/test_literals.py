"""Plain values in other languages: read as they are meant, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from plynx_jupyter.operations.literals import bash_literal
from plynx_jupyter.operations.notebook_language import LANGUAGES, assignment_lines, language_of, split_comment


class Book:
    def __init__(self, **metadata: Any) -> None:
        self.metadata = metadata


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("r", "1L", 1),
        ("r", "-.5e3", -500.0),
        ("r", "c(1, 2.5)", [1, 2.5]),
        ("r", "list()", []),
        ("r", "'it\\'s'", "it's"),
        ("r", "c('a, b', \"c\")", ["a, b", "c"]),
        ("r", "-Inf", None),
        ("julia", '"a\\nb"', "a\nb"),
        ("julia", "1_000", 1000),
        ("scala", "2.5f", 2.5),
        ("scala", "10L", 10),
        ("scala", 'List("a", "b")', ["a", "b"]),
        ("csharp", "0.2m", 0.2),
        ("csharp", 'new[] {"a"}', ["a"]),
        ("fsharp", "[ 1; 2 ]", [1, 2]),
        ("matlab", "'it''s'", "it's"),
        ("matlab", "{'a', 'b'}", ["a", "b"]),
        ("matlab", "[1, 2 3]", [1, 2, 3]),
        ("powershell", "@(1, 2)", [1, 2]),
        ("powershell", "'$x'", "$x"),
        ("powershell", '"a`tb"', "a`tb"),
        ("bash", "007", "007"),
        ("bash", "'3'", "3"),
        ("bash", "''", ""),
        ("bash", "-1.5", -1.5),
        ("bash", "~/data", None),
        ("bash", "$(date)", None),
        ("bash", '"$HOME"', None),
        ("bash", "'$HOME'", "$HOME"),
        ("bash", "(a 'b c' 3)", ["a", "b c", 3]),
        ("bash", "a b", None),
        ("bash", "'open", None),
        ("r", "c(1, f(2))", None),
        ("r", '"a" + "b"', None),
        ("r", "x", None),
        ("r", "9" * 5000, None),
        ("julia", '"cost $x"', None),
        ("julia", '"half', None),
        ("powershell", '"$x"', None),
    ],
)
def test_a_literal_is_read_or_refused(language: str, text: str, value: Any) -> None:
    assert LANGUAGES[language].read(text) == ((True, value) if value is not None else (False, None))


def test_a_line_is_an_assignment_only_at_the_margin_and_as_a_whole() -> None:
    cell = "x <- 1 # one\n  y <- 2\nif (x == 1) z\nx == 3\nf(a = 1)\nn.rows <- 3\n'a' -> b"
    assert [(line.number, line.name, line.comment) for line in assignment_lines(cell, LANGUAGES["r"])] == [
        (1, "x", "one"),
        (6, "n.rows", ""),
    ]


def test_marks_of_comments_inside_of_text_are_text() -> None:
    assert split_comment("u = 'http://x' // see", "//") == ("u = 'http://x' ", "see")
    assert split_comment('s = "a \\" # b"', "#") == ('s = "a \\" # b"', "")
    assert bash_literal("'a#b'") == (True, "a#b")


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "conda-env-r_work-py"}}, "python"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia"),
        ({"kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"name": "ir43"}}, "r"),
        ({"kernelspec": {"name": ".net-csharp"}}, "csharp"),
        ({"kernelspec": {"name": "pysparkkernel"}, "language_info": {"name": "pyspark"}}, "python"),
        ({"kernelspec": {"name": "x", "language": "R"}}, "r"),
        ({"language_info": {"name": "sh"}}, "bash"),
    ],
)
def test_the_language_follows_from_what_is_known_of_the_kernel(metadata: Any, language: str) -> None:
    assert language_of(Book(**metadata)) == language
