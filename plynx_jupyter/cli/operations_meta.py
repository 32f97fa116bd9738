"""``jupyter plynx operations meta``: the operations of a module, written down as the list of a static hub."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from plynx_jupyter.errors import InvalidInputError, OperationInvalidError
from plynx_jupyter.operations.function_reading import read_operations
from plynx_jupyter.operations.groups import documents_of, items_of


@click.command()
@click.argument("module", metavar="MODULE")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; otherwise it is printed.",
)
def meta(module: str, out: Path | None) -> None:
    """Write the operations of MODULE down as the list of a static hub.

    MODULE is package.module, package.module:NAME for one variable of it (a Group, or a list), or a Python file. Of
    a module that is its COLLECTION if it has one, else its groups and all that is decorated with operation.
    Functions of modules stay there, and are imported when they run; those of a file are written out.
    """
    problems: list[str] = []
    if module.endswith(".py"):
        documents, problems = read_operations(_existing(Path(module)))
    else:
        documents = documents_of(items_of(_located(module)), problems)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise OperationInvalidError(
            f"Nothing is written: {module} has operations that can't be made.\n{listed}"
        )
    text = json.dumps(documents, indent=1, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"{out} can't be written: {error.strerror}.") from error
    click.echo(f"{out}: {_count(documents)} operations", err=True)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.")
    return path.absolute()


def _located(name: str) -> Any:
    """Return the module, or what one of its variables holds; the current folder counts as a place of modules."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    module, _, variable = name.partition(":")
    try:
        return _attribute(module, variable) if variable else import_module(module)
    except ModuleNotFoundError as error:
        parent, _, last = name.rpartition(".")
        if error.name == name and parent:  # PLynx writes package.module.NAME
            return _attribute(parent, last)
        raise InvalidInputError(f"{name} can't be imported: {error}.") from error
    except InvalidInputError:
        raise
    except Exception as error:
        raise InvalidInputError(f"{name} can't be imported: {type(error).__name__}: {error}") from error


def _attribute(module: str, variable: str) -> Any:
    try:
        return getattr(import_module(module), variable)
    except (AttributeError, ModuleNotFoundError) as error:
        raise InvalidInputError(f"There is nothing at {module}:{variable}: {error}.") from error


def _count(documents: Iterable[dict[str, Any]]) -> int:
    return sum(_count(one["items"]) if one.get("_type") == "Group" else 1 for one in documents)
