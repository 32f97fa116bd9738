"""``jupyter plynx runs`` and ``logs``: look at what has been run."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import click

from plynx_jupyter.client import Run
from plynx_jupyter.metadata.base import Query, RunSummary
from plynx_jupyter.model.status import NodeRunStatus

from .connecting import connect, server_options
from .main import Context

_STREAMS = ("stdout", "stderr", "worker")


@click.command()
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@server_options
@click.pass_obj
def runs(context: Context, count: int, as_json: bool, server: str | None, token: str | None) -> None:
    """List runs, newest first."""
    with connect(context, server, token) as client:
        page, total = client.list_runs(Query(per_page=count))
    if as_json:
        listed = [
            {
                "run_id": run.id,
                "title": run.title,
                "status": run.status.value,
                "interrupted": not (run.status.is_final or _is_driven(run)),
                "created_at": run.created_at.isoformat(),
                "duration_seconds": (run.finished_at - run.started_at).total_seconds()
                if run.started_at and run.finished_at
                else None,
                "nodes": dict(run.counts),
            }
            for run in page
        ]
        click.echo(json.dumps(listed, indent=1))
        return
    if not page:
        click.echo("No runs yet. Start one with: jupyter plynx run FILE.plynx")
    for run in page:
        counts = ", ".join(f"{number} {status}" for status, number in run.counts.items())
        status = run.status.value if run.status.is_final or _is_driven(run) else "INTERRUPTED"
        when = run.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{run.id}  {status:<14}  {when}  {run.title or 'untitled'}  ({counts})")
    if total > len(page):
        click.echo(f"… and {total - len(page)} older ones; -n shows more.")


def _is_driven(run: RunSummary) -> bool:
    """Tell whether some program still has the run in hand; it renews its lease as long as it lives."""
    return run.owner_expires_at is not None and run.owner_expires_at > datetime.now(timezone.utc)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("node", metavar="NODE")
@click.option("--stream", type=click.Choice([*_STREAMS, "all"]), default="all", show_default=True)
@server_options
@click.pass_obj
def logs(
    context: Context, run_id: str, node: str, stream: str, server: str | None, token: str | None
) -> None:
    """Print what NODE (an id or a title) printed in RUN (the beginning of its id is enough)."""
    with connect(context, server, token) as client:
        run = Run(client.find_run(run_id), client)
        try:
            result = run[node]
        except KeyError:
            known = ", ".join(run)
            raise click.UsageError(f"Run {run.id} has no node {node!r}. It has: {known}.") from None
        names = _STREAMS if stream == "all" else (stream,)
        texts = {name: result.log(name) for name in names}
        if result.status is NodeRunStatus.RESTORED:
            click.echo(f"Restored; these are the logs of run {result.record.restored_from}.", err=True)
        if not any(texts.values()):
            click.echo(f"{node!r} is {result.status.value} and printed nothing.", err=True)
        for name, text in texts.items():
            if text and len(names) > 1:
                click.secho(f"--- {name} ---", bold=True)
            click.echo(text, nl=not text.endswith("\n") and bool(text))
        if result.error is not None:
            click.secho(result.error.message, fg="red", err=True)
