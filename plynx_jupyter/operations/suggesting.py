"""What could be parameters and ports of a notebook that says nothing about them: its first plain assignments."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from plynx_jupyter.model.json_value import JsonObject
from plynx_jupyter.model.parameter import ParameterValue

from .names import identifier
from .notebook_interface import PARAMETERS_TAG
from .notebook_language import LANGUAGES, Language, assignment_lines, language_of
from .notebook_source import code_cells, tags
from .parameters_cell import RESERVED, assignment, comment_above, comments_by_line, literal, parse_python
from .type_names import is_known_name, type_of_value

FIRST_CELLS: Final = 5
"""How many code cells are looked at: what shapes a notebook stands at its beginning."""
_WRITING: Final = ("to_", "save", "write", "dump", "imsave", "savefig", "export")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A variable that could be set from outside.

    ``cell`` counts code cells, ``line`` and ``last_line`` its lines, from 1. ``port`` is ``input`` or ``output`` when
    the value looks like the name of a file, whose type is ``file_type`` then; it is a guess, for a dialog to offer.
    """

    name: str
    parameter_type: str
    value: ParameterValue
    cell: int
    line: int
    last_line: int
    description: str = ""
    port: str = ""
    file_type: str = ""

    def to_dict(self) -> JsonObject:
        """Return the suggestion as JSON has it, without what is empty."""
        empty = {"description", "port", "file_type"}
        return {key: value for key, value in asdict(self).items() if value or key not in empty}


def suggest_parameters(notebook: Any) -> list[Suggestion]:
    """Return the top-level assignments of plain values in the first code cells, in order.

    There are none for a notebook with a parameters cell, which has said what it wants. Variables that are
    assigned again in these cells are left out: a value from outside would be lost; so are private ones.
    """
    cells = code_cells(notebook)
    if any(PARAMETERS_TAG in tags(cell) for cell in cells):
        return []
    language = language_of(notebook)
    first = [(number, cell.source) for number, cell in enumerate(cells[:FIRST_CELLS], start=1)]
    if language == "python":
        found = list(_in_python(first, [cell.source for cell in cells]))
    elif language in LANGUAGES:
        found = list(_in_lines(first, LANGUAGES[language]))
    else:
        return []
    times = Counter(suggestion.name for suggestion in found)
    return [one for one in found if times[one.name] == 1 and _is_free(one.name)]


def _in_python(first: list[tuple[int, str]], sources: list[str]) -> Iterator[Suggestion]:
    trees = {number: parse_python(source) for number, source in first}
    stores = Counter(name for tree in trees.values() if tree is not None for name in _stores(tree))
    uses = _file_uses(sources)
    for number, source in first:
        tree, comments = trees[number], comments_by_line(source)
        begun = Counter(statement.lineno for statement in tree.body) if tree is not None else Counter[int]()
        for statement in tree.body if tree is not None else ():
            name, annotation, value = assignment(statement)
            if name is None or value is None or stores[name] > 1 or _needs_imports(annotation):
                continue
            if sum(begun[line] for line in range(statement.lineno, (statement.end_lineno or 0) + 1)) > 1:
                continue  # it shares its lines, and couldn't be moved without the others
            known, default = literal(value)
            if known:
                comment = comments.get(statement.end_lineno or 0) or comment_above(source, statement.lineno)
                yield from _suggested(
                    name, default, number, (statement.lineno, statement.end_lineno or 0), comment, uses
                )


def _in_lines(first: list[tuple[int, str]], language: Language) -> Iterator[Suggestion]:
    for number, source in first:
        for line in assignment_lines(source, language):
            known, default = language.read(line.value)
            if known:
                comment = line.comment or comment_above(source, line.number, language.comment)
                yield from _suggested(line.name, default, number, (line.number, line.number), comment, {})


def _suggested(
    name: str, value: Any, cell: int, lines: tuple[int, int], comment: str, uses: Mapping[str, str]
) -> Iterator[Suggestion]:
    named = type_of_value(value)
    if named is None:
        return
    file_type = _file_type(value)
    port = uses.get(name, "input") if file_type else ""
    value = list(value) if isinstance(value, tuple) else value
    yield Suggestion(name, named, value, cell, *lines, comment, port, file_type)


def _file_type(value: object) -> str:
    if not isinstance(value, str) or "\n" in value or "://" in value:
        return ""
    ending = PurePosixPath(value).suffix.lstrip(".").lower()
    return ending if ending and is_known_name(ending) else ""


def _stores(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are assigned anywhere but inside of functions and classes, once for each time."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            if not isinstance(node, ast.Lambda):
                yield node.name
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        waiting.extend(ast.iter_child_nodes(node))


def _file_uses(sources: list[str]) -> dict[str, str]:
    """Return the variables that calls with a telling name are given, as ``input`` or ``output``."""
    uses: dict[str, str] = {}
    for source in sources:
        tree = parse_python(source)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                given = [
                    a for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Name)
                ]
                for argument in given:
                    writes = called.startswith(_WRITING) or (called == "open" and _opens_to_write(node))
                    uses.setdefault(argument.id, "output" if writes else "input")
    return uses


def _opens_to_write(call: ast.Call) -> bool:
    modes = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
    return any(isinstance(m, ast.Constant) and str(m.value)[:1] in ("w", "a", "x") for m in modes)


def _needs_imports(annotation: ast.expr | None) -> bool:
    named = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} if annotation else set()
    return not named <= {"int", "float", "str", "bool", "list"}


def _is_free(name: str) -> bool:
    return not name.startswith("_") and name not in RESERVED and identifier(name) == name
