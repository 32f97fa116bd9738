"""Rendering of Jinja2 templates: sandboxed, strict about names, with errors that help."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from plynx_jupyter.errors import TemplateError
from plynx_jupyter.operations.names import identifier

from .shell_values import quoted, shell_text

if TYPE_CHECKING:
    import jinja2

_FILENAME = "<template>"
_OLDER = {"input": "inputs", "output": "outputs", "param": "params"}
_COMMENT_HINT = " ({# begins a comment of Jinja; around such code of the shell write {% raw %}…{% endraw %})"


class Names:
    """Values by name, as ``inputs.data`` or ``inputs["data.csv"]``; identifiers such as ``data_csv`` count too."""

    def __init__(self, title: str, values: Mapping[str, Any]) -> None:
        spelled = {identifier(name): value for name, value in values.items()}
        self._title = title
        self._values = {**spelled, **values}
        self._names = list(values)

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        exist = ", ".join(self._names) or "none"
        raise TemplateError(
            f"There is no {self._title}.{name}; {self._title} that exist: {exist}.", name=name
        )

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def render(text: str, values: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the rendered template; raises ``TemplateError`` with the line and what names there are.

    ``values`` are the mappings the template may use, by name: ``inputs``, ``outputs``, ``params`` and others.
    """
    import jinja2

    spaces = {name: Names(name, space) for name, space in values.items()}
    older = {old: spaces[new] for old, new in _OLDER.items() if new in spaces}
    try:
        return _environment().from_string(text).render(**spaces, **older)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"The template isn't well formed: {_told(error)}.", line=error.lineno) from error
    except TemplateError as error:
        line = _line(error)
        raise TemplateError(
            f"The template, line {line}: {error.message}", **{**error.data, "line": line}
        ) from error
    except jinja2.UndefinedError as error:
        known = ", ".join(spaces)
        line = _line(error)
        message = f"The template, line {line}: {error.message}; names that exist: {known}."
        raise TemplateError(message, line=line) from error
    except Exception as error:
        line = _line(error)
        raise TemplateError(
            f"The template, line {line}: {type(error).__name__}: {error}", line=line
        ) from error


def check_syntax(text: str) -> str | None:
    """Return what is wrong with the form of a template, or None."""
    import jinja2

    try:
        _environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        return _told(error)
    return None


def _told(error: jinja2.TemplateSyntaxError) -> str:
    hint = _COMMENT_HINT if "comment" in (error.message or "") else ""
    return f"line {error.lineno}: {error.message}{hint}"


@cache
def _environment() -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """A sandbox in which a dot always means a name of the graph, also where a mapping has such a method."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            return obj[attribute] if isinstance(obj, Names) else super().getattr(obj, attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            return obj[argument] if isinstance(obj, Names) else super().getitem(obj, argument)

    environment = Sandbox(
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        finalize=shell_text,
    )
    environment.filters["sh"] = quoted
    return environment


def _line(error: BaseException) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == _FILENAME and frame.lineno]
    return lines[-1] if lines else 0
