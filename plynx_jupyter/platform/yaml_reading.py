"""Reading YAML so that every value knows its line, and all mistakes are told at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from plynx_jupyter.errors import PlatformError

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(slots=True)
class Mistakes:
    """What is wrong with one file, in the order of its lines."""

    name: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, sentence: str) -> None:
        """Add a mistake; equal ones count once."""
        if (line, sentence) not in self.found:
            self.found.append((line, sentence))

    def raise_if_any(self) -> None:
        """Raise ``PlatformError`` with all mistakes, if there are any."""
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda mistake: mistake[0])
        lines = "\n".join(f"{self.name}, line {line}: {sentence}" for line, sentence in ordered)
        problems = [{"line": line, "problem": sentence} for line, sentence in ordered]
        raise PlatformError(f"The platform file can't be used.\n{lines}", path=self.name, problems=problems)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a YAML file: plain data at the leaves, ``Value`` in lists and mappings."""

    data: Any
    line: int

    def plain(self) -> Any:
        """Return the data without lines."""
        if isinstance(self.data, dict):
            return {key: value.plain() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data


def read_yaml(text: str, mistakes: Mistakes) -> Value:
    """Return the document; adds a mistake for what isn't YAML, for keys given twice, and for variables not set.

    ``${NAME}`` in a value stands for an environment variable.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        mistakes.add((mark.line if mark else 0) + 1, f"this isn't YAML: {getattr(error, 'problem', error)}")
        return Value(None, 1)
    except RecursionError:
        mistakes.add(1, "this is nested too deeply")
        return Value(None, 1)
    if node is None:
        return Value({}, 1)
    return _Reader(mistakes).value(node, frozenset())


class _Reader:
    def __init__(self, mistakes: Mistakes) -> None:
        import yaml

        self._yaml = yaml
        self._mistakes = mistakes
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: Any, above: frozenset[int]) -> Value:
        line = node.start_mark.line + 1
        if id(node) in above:
            self._mistakes.add(line, "this holds itself")
            return Value(None, line)
        above |= {id(node)}
        if isinstance(node, self._yaml.MappingNode):
            return Value(dict(self._items(node, above)), line)
        if isinstance(node, self._yaml.SequenceNode):
            return Value([self.value(item, above) for item in node.value], line)
        return Value(self._scalar(node, line), line)

    def _items(self, node: Any, above: frozenset[int]) -> Iterator[tuple[str, Value]]:
        lines: dict[str, int] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, self._yaml.ScalarNode) else ""
            if not name:
                self._mistakes.add(line, "a key has to be a word")
            elif name in lines:
                self._mistakes.add(line, f"{name!r} is there twice; it is on line {lines[name]}, too")
            else:
                lines[name] = line
                yield name, self.value(item, above)

    def _scalar(self, node: Any, line: int) -> Any:
        try:
            found = self._scalars.construct_object(node)
        except (self._yaml.YAMLError, ValueError, OverflowError) as error:
            self._mistakes.add(
                line, f"{node.value!r} can't be read: {getattr(error, 'problem', None) or error}"
            )
            return None
        return (
            _VARIABLE.sub(lambda match: self._variable(match[1], line), found)
            if isinstance(found, str)
            else found
        )

    def _variable(self, name: str, line: int) -> str:
        value = os.environ.get(name)
        if value is None:
            self._mistakes.add(line, f"the environment variable {name} isn't set")
        return value or ""


def did_you_mean(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """Return the end of a sentence that names what could have been meant.

    >>> did_you_mean("tilte", ["kind", "title"]), did_you_mean("x", ["kind", "title"])
    ("; did you mean 'title'?", '; there are kind, title')
    """
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known) or 'none'}"
