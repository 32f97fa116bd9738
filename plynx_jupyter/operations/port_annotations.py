"""Ports that a notebook's code names: ``data: Input["csv"]``, or a comment ``# input: csv`` on the assignment.

At run time such a variable holds the path (or the list of paths) of the port; see ``notebook_binding``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from .decorators import PortSpec
from .notebook_language import LANGUAGES, Language, assignment_lines
from .parameters_cell import comment_above, comments_by_line, is_settable, parse_python
from .specs import Problems
from .type_names import port_type


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A port found in a cell; ``place`` says where, for messages."""

    is_input: bool
    spec: PortSpec
    place: str


_COMMENT = re.compile(r"(input|output)\s*:\s*([A-Za-z][\w.+-]*(?:\[\])?)\s*(?:[-,;:.]\s*)?(.*)", re.DOTALL)
_MARKED_LINE = re.compile(
    r"^\s*(?:val |var |let |const )?([A-Za-z_]\w*)\s*(?:=|<-|:=)[^#]*?(?:#|//)\s*((?:input|output)\s*:.*)$"
)


def ports_in_cell(source: str, *, cell: int, language: str, problems: Problems) -> list[NamedPort]:
    """Return the ports that a cell names, in order. Adds a problem with cell and line for unknown types.

    A comment counts on the line of the assignment, or alone on the line before it.
    """
    if language in LANGUAGES:
        return _in_lines(source, LANGUAGES[language], cell, problems)
    if language != "python":
        return _marked_lines(source, cell, problems)
    tree = parse_python(source)
    if tree is None:
        return []
    comments = comments_by_line(source)
    code_lines = {
        line for node in tree.body for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    found = []
    for statement in tree.body:
        name, annotation = _target(statement)
        if name is None:
            continue
        place = f"cell {cell}, line {statement.lineno}"
        marked = _annotated(annotation) if annotation is not None else None
        beside = comments.get(statement.end_lineno or statement.lineno, "")
        above = statement.lineno - 1
        if marked is not None:
            match = _COMMENT.match(beside)
            said = match[3] if match else beside or comment_above(source, statement.lineno)
            found += _named(name, *marked, said.strip(), place, problems)
            continue
        for text in (beside, "" if above in code_lines else comments.get(above, "")):
            match = _COMMENT.match(text)
            if match:
                is_input, description = match[1] == "input", match[3].strip()
                found += _named(name, is_input, match[2], description, place, problems)
                break
    return found


def _in_lines(source: str, language: Language, cell: int, problems: Problems) -> list[NamedPort]:
    found = []
    lines = source.splitlines()
    for line in assignment_lines(source, language):
        above = lines[line.number - 2].strip() if line.number > 1 else ""
        said = above.lstrip(language.comment).strip() if above.startswith(language.comment) else ""
        match = _COMMENT.match(line.comment) or _COMMENT.match(said)
        if match:
            place = f"cell {cell}, line {line.number}"
            found += _named(line.name, match[1] == "input", match[2], match[3].strip(), place, problems)
    return found


def _target(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name, None
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            return name, annotation
    return None, None


def _annotated(annotation: ast.expr) -> tuple[bool, str] | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(annotation, ast.Subscript):
        return None
    marker = ast.unparse(annotation.value).rpartition(".")[2]
    if marker not in ("Input", "Output"):
        return None
    inner = annotation.slice
    text = inner.value if isinstance(inner, ast.Constant) else ast.unparse(inner)
    return marker == "Input", str(text)


def _named(
    name: str, is_input: bool, file_type: str, description: str, place: str, problems: Problems
) -> list[NamedPort]:
    if port_type(file_type) is None:
        problems.append(f"{place}: {name!r} has no file type {file_type!r}")
        return []
    if not is_settable(name, place, problems):
        return []
    return [NamedPort(is_input, PortSpec(name, file_type, description=description), place)]


def _marked_lines(source: str, cell: int, problems: Problems) -> list[NamedPort]:
    found = []
    for number, line in enumerate(source.splitlines(), start=1):
        assigned = _MARKED_LINE.match(line)
        match = _COMMENT.match(assigned[2]) if assigned else None
        if assigned and match:
            place = f"cell {cell}, line {number}"
            found += _named(assigned[1], match[1] == "input", match[2], match[3].strip(), place, problems)
    return found
