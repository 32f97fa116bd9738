"""The language of a notebook, and how plain assignments are spelled in those that papermill can parameterise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .literals import LiteralReader, bash_literal, literal_reader

_ALIASES: Final = {
    "ipython": "python",
    "ipython3": "python",
    "python2": "python",
    "python3": "python",
    "sage": "python",
    "sagemath": "python",
    "ir": "r",
    "sh": "bash",
    "c#": "csharp",
    ".net-csharp": "csharp",
    "polyglot-notebook": "csharp",
    "f#": "fsharp",
    ".net-fsharp": "fsharp",
    "pwsh": "powershell",
    ".net-powershell": "powershell",
    "octave": "matlab",
}
_KERNELS: Final = {
    "pysparkkernel": "python",
    "xpython": "python",
    "sparkkernel": "scala",
    "almond": "scala",
    "sparkrkernel": "r",
    "xr": "r",
}
"""Kernels whose name doesn't begin with their language's."""


@dataclass(frozen=True, slots=True)
class Language:
    """How a language spells ``name = value`` on one line, with a comment after it.

    ``assignment`` has the groups ``name`` and ``value``, and ``type`` where the language has one there.
    """

    name: str
    comment: str
    assignment: re.Pattern[str]
    read: LiteralReader


def _language(name: str, comment: str, assignment: str, read: LiteralReader) -> tuple[str, Language]:
    pattern = rf"^\s*{assignment}\s*(?P<value>.+?)\s*;?\s*$"
    return name, Language(name, comment, re.compile(pattern, re.DOTALL), read)


_NAME = r"(?P<name>[^\W\d]\w*)"
_CONSTANTS: Final[Mapping[str, Any]] = {"true": True, "false": False}
_NUMBER_SUFFIX = r"(?:[fFdDmML]|UL)?"
LANGUAGES: Final[Mapping[str, Language]] = dict(
    (
        _language("bash", "#", r"(?:export\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?" + _NAME + "=", bash_literal),
        _language(
            "r", "#", r"(?P<name>[^\W\d_.][\w.]*)\s*(?:<<?-|=(?!=))",
            literal_reader(
                {"TRUE": True, "FALSE": False, "T": True, "F": False, "NULL": None, "Inf": float("inf"),
                 "NaN": float("nan"), "NA": None},
                quotes="\"'", number_suffix="L?", lists=(("c(", ")"), ("list(", ")")),
            ),
        ),
        _language(
            "julia", "#", r"(?:const\s+)?" + _NAME + r"(?:::(?P<type>[\w{}]+))?\s*=(?!=)",
            literal_reader(
                {**_CONSTANTS, "nothing": None, "Inf": float("inf"), "NaN": float("nan")},
                quotes='"', interpolated="$", lists=(("[", "]"), ("Any[", "]"), ("String[", "]"), ("Int[", "]")),
            ),
        ),
        _language(
            "scala", "//", r"(?:val|var)\s+" + _NAME + r"(?:\s*:\s*(?P<type>\w+(?:\[\w+\])?))?\s*=(?!=)",
            literal_reader(
                {**_CONSTANTS, "None": None, "null": None}, quotes='"', number_suffix="[fFdDlL]?",
                lists=(("Seq(", ")"), ("List(", ")"), ("Array(", ")"), ("Vector(", ")")),
            ),
        ),
        _language(
            "matlab", "%", _NAME + r"\s*=(?!=)",
            literal_reader(
                {**_CONSTANTS, "NaN": float("nan"), "Inf": float("inf")}, quotes="\"'", doubled_quotes=True,
                separators=",; ", lists=(("[", "]"), ("{", "}")),
            ),
        ),
        _language(
            "csharp", "//", r"(?:const\s+)?(?P<type>var|[\w<>]+(?:\[\])?)\s+" + _NAME + r"\s*=(?!=)",
            literal_reader(
                {**_CONSTANTS, "null": None}, quotes='"', number_suffix=_NUMBER_SUFFIX,
                lists=(("new [] {", "}"), ("new[] {", "}"), ("new string[] {", "}"), ("new int[] {", "}")),
            ),
        ),
        _language(
            "fsharp", "//", r"let\s+(?:mutable\s+)?" + _NAME + r"(?:\s*:\s*(?P<type>\w+))?\s*=",
            literal_reader(_CONSTANTS, quotes='"', number_suffix=_NUMBER_SUFFIX, separators=";",
                           lists=(("[|", "|]"), ("[", "]"))),
        ),
        _language(
            "powershell", "#", r"(?:\[(?P<type>\w+(?:\[\])?)\]\s*)?\$" + _NAME + r"\s*=",
            literal_reader({"$true": True, "$false": False, "$null": None}, quotes="\"'", interpolated="$",
                           doubled_quotes=True, escapes="`", lists=(("@(", ")"),)),
        ),
    )
)  # fmt: skip
"""By name; Python isn't among them, since it is read by its syntax tree."""


def language_of(notebook: Any) -> str:
    """Return the language in lower case, under one name for each; ``python`` when nothing says otherwise."""
    kernel = notebook.metadata.get("kernelspec", {})
    told = kernel.get("language") or notebook.metadata.get("language_info", {}).get("name")
    kernel_name = str(kernel.get("name") or "python").lower()
    if not told:
        return _of_kernel(kernel_name)
    named = language_name(str(told))
    # some kernels name what they run on: `pyspark` is Python
    return _KERNELS.get(kernel_name, named) if named not in LANGUAGES else named


def language_name(told: str) -> str:
    """Return the one name of a language, whatever a kernel calls it.

    >>> language_name("R"), language_name("C#"), language_name("ipython3")
    ('r', 'csharp', 'python')
    """
    named = told.lower()
    return _ALIASES.get(named, named)


def _of_kernel(name: str) -> str:
    known: Callable[[str], str | None] = {**_ALIASES, **_KERNELS}.get
    found = known(name)
    if found is None:
        beginning = re.match(r"[a-z]+", name)
        stem = beginning[0] if beginning else name
        found = known(stem) or (stem if stem in LANGUAGES else None)
    # an environment's own name, as conda gives it: those are nearly always Python's
    return found or "python"


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """A line that assigns something: ``declared`` is the type in the code, ``comment`` what stands after the value."""

    number: int
    name: str
    value: str
    declared: str
    comment: str


def assignment_lines(source: str, language: Language) -> list[AssignmentLine]:
    """Return the lines of a cell that assign at the left margin, in order."""
    found = []
    for number, line in enumerate(source.splitlines(), start=1):
        code, comment = split_comment(line, language.comment)
        match = language.assignment.match(code) if code[:1].strip() else None
        if match:
            named = match.groupdict()
            found.append(
                AssignmentLine(number, named["name"], named["value"], named.get("type") or "", comment)
            )
    return found


def split_comment(line: str, mark: str) -> tuple[str, str]:
    """Return the code of a line and the comment after it; marks inside of quotes don't count.

    >>> split_comment('x <- "a # b"  # the label', "#")
    ('x <- "a # b"  ', 'the label')
    """
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote and line[position - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif line.startswith(mark, position):
            return line[:position], line[position + len(mark) :].strip(f" \t{mark[0]}")
    return line, ""
