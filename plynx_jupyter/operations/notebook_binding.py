"""Ports that cells assign themselves: in the copy that runs, the value of the run stands in their place.

A notebook tried by hand says ``data = "sample.csv"  # input: csv`` where it uses it. Values injected before such a
cell would be overwritten by it, so what it assigns is replaced in the executed copy.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import Any

from .notebook_language import LANGUAGES, Language, assignment_lines, split_comment
from .notebook_source import code_cells
from .parameters_cell import assignment, literal, parse_python
from .port_annotations import ports_in_cell
from .specs import Problems


def bind_ports(
    notebook: Any,
    names: Collection[str],
    *,
    language: str,
    spell: Callable[[str], str],
    skip: Collection[str],
) -> None:
    """Replace what cells assign to the variables ``names``, where they declare a port or set a plain value.

    ``spell`` gives the source of a whole assignment to a name, as in the injected cell; cells with a tag in
    ``skip`` stay as they are. Only the first assignment of a name counts: later ones are the notebook's own doing.
    """
    wanted = set(names)
    for number, cell in enumerate(code_cells(notebook), start=1):
        if not wanted or set(cell.metadata.get("tags", ())) & set(skip):
            continue
        declared = {
            port.spec.name
            for port in ports_in_cell(cell.source, cell=number, language=language, problems=Problems())
        }
        if language == "python":
            source, bound = _bound_python(cell.source, wanted, declared, spell)
        elif language in LANGUAGES:
            source, bound = _bound_lines(cell.source, LANGUAGES[language], wanted, declared, spell)
        else:
            continue
        if bound:
            cell["source"] = source
            wanted -= bound


def _bound_python(
    source: str, wanted: set[str], declared: set[str], spell: Callable[[str], str]
) -> tuple[str, set[str]]:
    tree = parse_python(source)
    spans: list[tuple[ast.expr, str]] = []
    bound: set[str] = set()
    for statement in tree.body if tree is not None else ():
        name, _, value = assignment(statement)
        if name is None or value is None or name not in wanted or name in bound:
            continue
        if name in declared or literal(value)[0]:
            bound.add(name)
            spans.append((value, spell(name).partition("=")[2].strip()))
    # offsets of the syntax tree are bytes; from the end, so that those before stay right
    lines = source.encode("utf-8", "surrogatepass").splitlines(keepends=True)
    for value, text in reversed(spans):
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        head, tail = lines[first][: value.col_offset], lines[last][value.end_col_offset :]
        lines[first : last + 1] = [head + text.encode() + tail]
    return b"".join(lines).decode("utf-8", "surrogatepass"), bound


def _bound_lines(
    source: str, language: Language, wanted: set[str], declared: set[str], spell: Callable[[str], str]
) -> tuple[str, set[str]]:
    lines = source.splitlines()
    bound: set[str] = set()
    for line in assignment_lines(source, language):
        if (
            line.name in wanted
            and line.name not in bound
            and (line.name in declared or language.read(line.value)[0])
        ):
            bound.add(line.name)
            code, _ = split_comment(lines[line.number - 1], language.comment)
            comment = lines[line.number - 1][len(code) :]
            lines[line.number - 1] = f"{spell(line.name)}  {comment}".rstrip()
    return "\n".join(lines), bound
