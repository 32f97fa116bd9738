"""The notebook cell tagged ``parameters``, read but never run: names, types, defaults, comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Container
from typing import Any

from plynx_jupyter.model.parameter import Parameter

from .decorators import ParameterSpec
from .names import identifier
from .notebook_language import Language, assignment_lines
from .specs import Problems, inferred_parameter, make_parameter
from .type_names import parameter_type

_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|.*\?\s*)$")
_TYPE_COMMENT = re.compile(r"type:\s*([\w.\[\]]+)\s*(.*)", re.DOTALL)
_TYPES: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list[int]": list[int],
    "list[str]": list[str],
}
_TYPES_ELSEWHERE: dict[str, Any] = {
    **dict.fromkeys(("float64", "float32", "double", "decimal", "single"), float),
    **dict.fromkeys(("int64", "int32", "integer", "long"), int),
    **dict.fromkeys(("string", "character"), str),
    **dict.fromkeys(("boolean", "logical", "switch"), bool),
    **dict.fromkeys(("string[]", "seq[string]", "list[string]", "vector{string}"), list[str]),
    **dict.fromkeys(("int[]", "seq[int]", "list[int]", "vector{int}"), list[int]),
}
RESERVED = frozenset({"inputs", "outputs", "params"})
"""The dictionaries that a run puts into every notebook."""
_HEADING = re.compile(
    r"(?:[^\w]*)(?:notebook |papermill )?(?:param(?:eter)?s?|settings|config(?:uration)?)\W*", re.I
)
_MARK = re.compile(r"(?:input|output)\s*:")
_MOST_SHOWN = 100


def parse_python(source: str) -> ast.Module | None:
    """Return the tree of a cell's Python, with IPython's own lines blanked, or None when it isn't Python."""
    for text in (source, without_magics(source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError):
            continue
    return None


def _where_broken(source: str) -> str:
    try:
        ast.parse(without_magics(source))
    except SyntaxError as error:
        return f", line {error.lineno}" if error.lineno else ""
    except ValueError:
        return ""
    return ""


def without_magics(source: str) -> str:
    """Return the cell with lines of magics, shell commands and help replaced by ``pass``; lines keep their number.

    >>> without_magics("%matplotlib inline\\nx = 1")
    'pass\\nx = 1'
    """
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join(_MAGIC.sub(r"\1pass", line) for line in source.splitlines())


def comments_by_line(source: str) -> dict[int, str]:
    """Return the comments of Python source by line, without the ``#``."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(without_magics(source)).readline):
            if token.type == tokenize.COMMENT:
                text = token.string.lstrip("#").strip()
                # what begins with @ is meant for the forms of a front end, as in `#@param {type: "integer"}`
                found[token.start[0]] = "" if text.startswith("@") else text
    except (tokenize.TokenError, SyntaxError):
        return found  # what comes before the broken place is still known
    return found


def parameters_in_cell(
    source: str, *, cell: int, ports: Container[str], problems: Problems
) -> tuple[Parameter, ...]:
    """Return the parameters that the cell assigns, in order, leaving out those that are ``ports``.

    The type is the annotation's, else a ``# type:`` comment's, else the default's; other comments on the line, or
    alone on the lines before it, become the description. Names that begin with an underscore are the notebook's own.
    Adds a problem with cell and line for what is no plain value, has no parameter type, is assigned twice, or has a
    name under which no value can be passed.
    """
    tree = parse_python(source)
    if tree is None:
        problems.append(
            f"cell {cell}{_where_broken(source)}: the parameters cell isn't Python that can be read"
        )
        return ()
    comments = comments_by_line(source)
    found: dict[str, Parameter] = {}
    seen: set[str] = set()
    for statement in tree.body:
        name, annotation, value = assignment(statement)
        if name is None or name in ports or name.startswith("_"):
            continue
        place = f"cell {cell}, line {statement.lineno}"
        if name in seen:
            problems.append(f"{place}: the parameter {name!r} is assigned twice")
            continue
        seen.add(name)
        if not is_settable(name, place, problems):
            continue
        comment = comments.get(statement.end_lineno or statement.lineno) or comment_above(
            source, statement.lineno
        )
        made = _parameter(name, annotation, value, comment, place, problems)
        if made is not None:
            found[name] = made
    return tuple(found.values())


def parameters_in_lines(
    source: str,
    language: Language,
    *,
    cell: int,
    ports: Container[str],
    problems: Problems,
    warnings: list[str],
) -> tuple[Parameter, ...]:
    """Return the parameters that a cell in another language assigns, a line each.

    Lines are all that is understood of it: what isn't read as a plain value stays as it is, with a warning.
    """
    found: dict[str, Parameter] = {}
    for line in assignment_lines(source, language):
        if line.name in ports or line.name.startswith("_"):
            continue
        place = f"cell {cell}, line {line.number}"
        known, default = language.read(line.value)
        if line.name in found:
            problems.append(f"{place}: the parameter {line.name!r} is assigned twice")
        elif not known:
            warnings.append(
                f"{place}: {line.name!r} isn't set to a plain value ({line.value}), so it is no parameter"
            )
        elif is_settable(line.name, place, problems):
            typed = _TYPE_COMMENT.match(line.comment)
            named = (typed[1] if typed else line.declared).lower()
            declared = _TYPES.get(named) or _TYPES_ELSEWHERE.get(named)
            comment = (
                typed[2] if typed else line.comment or comment_above(source, line.number, language.comment)
            )
            made = _made(line.name, declared, default, comment, place, problems)
            if made is not None:
                found[line.name] = made
    return tuple(found.values())


def is_settable(name: str, place: str, problems: Problems) -> bool:
    """Tell whether a value can be passed to the variable ``name``; adds a problem when it can't."""
    if name in RESERVED:
        problems.append(f"{place}: {name!r} is the name of what every notebook gets; choose another")
    elif identifier(name) != name:
        problems.append(
            f"{place}: no value can be passed to {name!r}: "
            f"rename it, with letters from a to z, digits and underscores alone, as in {identifier(name)!r}"
        )
    else:
        return True
    return False


def comment_above(source: str, line: int, mark: str = "#") -> str:
    """Return what the comment lines right before ``line`` say; headings of the whole cell don't count."""
    lines = source.splitlines()[: line - 1]
    said: list[str] = []
    while lines and lines[-1].strip().startswith(mark):
        said.insert(0, lines.pop().strip().lstrip(mark).strip())
    text = " ".join(line for line in said if line and not line.startswith("@"))
    return "" if _HEADING.fullmatch(text) or _MARK.match(text) else text


def assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None, ast.expr | None]:
    """Return name, annotation and value of an assignment to one variable; else the name is None."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, None, value
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            return name, annotation, value
    return None, None, None


def _parameter(
    name: str,
    annotation: ast.expr | None,
    value: ast.expr | None,
    comment: str,
    place: str,
    problems: Problems,
) -> Parameter | None:
    typed = _TYPE_COMMENT.match(comment)
    declared = _type(annotation) if annotation is not None else _TYPES.get(typed[1]) if typed else None
    known, default = (True, None) if value is None else literal(value)
    if not known:
        problems.append(
            f"{place}: the default of parameter {name!r} isn't a plain value"
            f" ({_shortened(ast.unparse(value) if value else '')}); compute it in a later cell"
        )
    elif annotation is not None and declared is None:
        problems.append(
            f"{place}: the type of parameter {name!r} ({ast.unparse(annotation)}) is no parameter type"
        )
    else:
        return _made(name, declared, default, typed[2] if typed else comment, place, problems)
    return None


def _made(
    name: str, declared: Any, default: Any, description: str, place: str, problems: Problems
) -> Parameter | None:
    here = Problems()
    made = None
    if declared is not None:
        made = make_parameter(ParameterSpec(name, declared, default, description=description), here)
    elif default is None:
        here.append(f"parameter {name!r} is None without a type: annotate it, as in `{name}: str = None`")
    else:
        made = inferred_parameter(name, default, here, description)
    problems.extend(f"{place}: {problem}" for problem in here)
    return made


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _type(annotation: ast.expr) -> Any:
    match annotation:
        case ast.Constant(value=str(text)):
            return text if parameter_type(text) else None
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _type(inner)
        case ast.BinOp(left=inner, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _type(inner)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=items)):
            values = [item.value for item in items if isinstance(item, ast.Constant)]
            return _literal_type(values) if len(values) == len(items) else None
    return _TYPES.get(ast.unparse(annotation).replace("List[", "list["))


def _literal_type(values: list[Any]) -> Any:
    from typing import Literal

    return Literal.__getitem__(tuple(values)) if all(isinstance(value, str) for value in values) else None


def literal(value: ast.expr) -> tuple[bool, Any]:
    """Return whether the expression is a plain value, and the value; ``float("nan")`` and its like count."""
    match value:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))], keywords=[]):
            try:
                return True, float(text)
            except ValueError:
                return False, None
    try:
        return True, ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False, None
