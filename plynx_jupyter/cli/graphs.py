"""``jupyter plynx validate`` and ``code``: look at a graph without running it."""

from __future__ import annotations

from pathlib import Path

import click

from plynx_jupyter.client import Client
from plynx_jupyter.settings import from_environment

from .loading import load_graph
from .main import INVALID, Context


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def validate(context: Context, file: Path) -> int:
    """Say everything that keeps the graph in FILE from running, a line each."""
    graph = load_graph(file, Client(settings=from_environment(home=context.home)))
    problems = graph.validate()
    for problem in problems:
        click.echo(problem)
    if not problems:
        click.echo(f"{file}: {len(graph.model.nodes)} nodes, no problems.")
    return INVALID if problems else 0


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def code(context: Context, file: Path) -> None:
    """Print a Python program that builds the graph in FILE."""
    click.echo(load_graph(file, Client(settings=from_environment(home=context.home))).code(), nl=False)
