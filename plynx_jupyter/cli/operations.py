"""``jupyter plynx operations``: what is already there becomes operations of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.operations.notebook import operation_of_notebook
from plynx_jupyter.operations.notebook_choice import NotebookChoice, keep_choice
from plynx_jupyter.operations.notebook_source import read_notebook, text_of_file
from plynx_jupyter.operations.suggesting import Suggestion, suggest_parameters

from .connecting import connect, server_options
from .main import Context
from .operations_meta import meta

_MOST_VALUE = 60


@click.group()
def operations() -> None:
    """Make operations of notebooks, and lists of operations for hubs."""


operations.add_command(meta)


@operations.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", help="Instead of the file's name.")
@click.option("--description", help="What it does.")
@click.option("--input", "inputs", metavar="NAME:TYPE", multiple=True, help="An input, such as data.csv:csv.")
@click.option(
    "--output", "outputs", metavar="NAME:TYPE", multiple=True, help="An output; png[] is a list of pictures."
)
@click.option(
    "--parameter", "tag", metavar="NAME", multiple=True,
    help="A variable of the first cells that becomes a parameter, when no cell is tagged `parameters`.",
)  # fmt: skip
@click.option(
    "--keep", is_flag=True, help="Write what is chosen here into the notebook; otherwise it stays as it is."
)
@click.option("--draft", is_flag=True, help="Don't approve it yet: it can still be changed.")
@click.option("--dry-run", is_flag=True, help="Only show what it would be.")
@server_options
@click.pass_obj
def add(
    context: Context,
    notebook: Path,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    tag: tuple[str, ...],
    title: str | None,
    description: str | None,
    keep: bool,
    draft: bool,
    dry_run: bool,
    server: str | None,
    token: str | None,
) -> None:
    """Make an operation of NOTEBOOK, and put it into the catalogue.

    Its inputs, outputs and parameters are read from its cells and its metadata; it isn't run.
    """
    choice = NotebookChoice(
        inputs=_ports(inputs),
        outputs=_ports(outputs),
        title=title,
        description=description,
        tag=list(tag) or None,
    )
    found = read_notebook(text_of_file(notebook), name=notebook.name)
    made = operation_of_notebook(choice.apply(found, name=notebook.name), name=notebook.name)
    if not dry_run:
        with connect(context, server, token) as client:
            status = OperationStatus.CREATED if draft else OperationStatus.READY
            made = client.save_operation(replace(made, node_status=status))
        if keep and not choice.is_empty:
            keep_choice(notebook, choice)
    for line in _told(made, stored=not dry_run):
        click.echo(line)
    warnings = made.extra.get("warnings")
    for warning in warnings if isinstance(warnings, list) else ():
        click.echo(f"Note: {warning}.", err=True)
    if not tag:
        _offer(notebook, suggest_parameters(found))


def _ports(given: Iterable[str]) -> list[dict[str, Any]] | None:
    made: list[dict[str, Any]] = []
    for text in given:
        name, _, file_type = text.partition(":")
        made.append({"name": name, "file_type": file_type or "file"})
    return made or None


def _told(made: Operation, *, stored: bool) -> Iterable[str]:
    yield f"{made.id if stored else 'not stored'}  {made.node_status.value:<8}  {made.title}"
    for word, ports in (("input", made.inputs), ("output", made.outputs)):
        for port in ports:
            yield _line(word, port.name, port.file_type + "[]" * port.is_array, port.description)
    for parameter in made.parameters:
        if not parameter.is_system:
            kind = f"{parameter.parameter_type} = {_shown(parameter)}"
            yield _line("parameter", parameter.name, kind, parameter.description)


def _line(word: str, name: str, kind: str, description: str) -> str:
    return f"  {word:<10} {name}: {kind}" + (f"  ({description})" if description else "")


def _shown(parameter: Parameter) -> str:
    value = parameter.value
    text = repr(
        value.chosen if isinstance(value, EnumChoice) else value.value if isinstance(value, Code) else value
    )
    return text if len(text) <= _MOST_VALUE else text[:_MOST_VALUE] + "…"


def _offer(notebook: Path, suggestions: list[Suggestion]) -> None:
    if not suggestions:
        return
    click.echo(
        f"{notebook.name} has no cell tagged `parameters`. These variables could be parameters:", err=True
    )
    for one in suggestions:
        hint = f"; or --{one.port} {one.name}:{one.file_type}" if one.port else ""
        click.echo(f"  --parameter {one.name}  (cell {one.cell}, {one.parameter_type}{hint})", err=True)
