"""``jupyter plynx plan``: what a run would do, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from .connecting import connect, server_options
from .loading import apply_parameters, load_graph
from .main import Context

_WORDS = {"run": "will run", "restore": "restored", "static": "file", "leave": "left out"}
_COLOURS = {"run": "cyan", "restore": "green"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-p", "--param", "params", multiple=True, metavar="NODE.PARAM=VALUE", help="Set a parameter.")
@click.option("--no-cache", is_flag=True, help="As for run.")
@click.option("--until", multiple=True, metavar="NODE", help="As for run.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@server_options
@click.pass_obj
def plan(
    context: Context,
    file: Path,
    params: tuple[str, ...],
    no_cache: bool,
    until: tuple[str, ...],
    as_json: bool,
    server: str | None,
    token: str | None,
) -> None:
    """Say for each node of FILE whether a run would run it or restore it, and why. Nothing is run."""
    with connect(context, server, token) as client:
        graph = load_graph(file, client)
        apply_parameters(graph, params)
        forecasts = graph.plan(use_cache=not no_cache, until=until)
    if as_json:
        click.echo(json.dumps([asdict(forecast) for forecast in forecasts], indent=1))
        return
    width = max((len(forecast.title) for forecast in forecasts), default=0)
    for forecast in forecasts:
        word = click.style(f"{_WORDS[forecast.action]:<9}", fg=_COLOURS.get(forecast.action))
        click.echo(f"{word} {forecast.title:<{width}}  {forecast.reason}")
