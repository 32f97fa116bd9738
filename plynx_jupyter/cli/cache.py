"""``jupyter plynx cache``: look at the cache, protect what is in it, clean it up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import click

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.eviction import KeptReason
from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.graph.system_parameters import parse_memory
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.services.cache import CleanRequest

from .connecting import connect, server_options
from .main import Context

_KEPT = {
    KeptReason.PROTECTED: "protected",
    KeptReason.SHOWN_BY_A_RUN: "shown by a stored run (--include-shown removes them too)",
    KeptReason.WITHIN_BUDGET: "within the budget",
}


@click.group()
def cache() -> None:
    """Look after stored results."""


@cache.command("list")
@click.option("--operation", help="Only entries of the operation with this title.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@server_options
@click.pass_obj
def list_entries(
    context: Context, operation: str | None, as_json: bool, server: str | None, token: str | None
) -> None:
    """List stored results, newest first."""
    with connect(context, server, token) as client:
        entries = [entry for entry in client.cache_entries() if operation in (None, entry.title)]
    if as_json:
        click.echo(json.dumps([_described(entry) for entry in entries], indent=1))
        return
    for entry in entries:
        size = sum(resource.size_bytes for values in entry.outputs.values() for resource in values)
        marks = " protected" * entry.protected + " non-deterministic" * entry.non_deterministic
        when = entry.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        click.echo(
            f"{entry.key[:12]}  {when}  {_bytes(size):>10}  {entry.seconds:7.1f} s  {entry.title}{marks}"
        )
    if not entries:
        click.echo("Nothing is stored.")


@cache.command()
@server_options
@click.pass_obj
def du(context: Context, server: str | None, token: str | None) -> None:
    """Say how much space stored results and artifacts take."""
    with connect(context, server, token) as client:
        use = client.cache_use()
    click.echo(f"{use.entries} results with {_bytes(use.entry_bytes)} of artifacts")
    click.echo(f"{use.artifacts} artifacts in the storage, {_bytes(use.artifact_bytes)}")


@cache.command()
@click.option("--before", type=click.DateTime(), help="Only results last used before then (local time).")
@click.option("--budget", metavar="SIZE", help='Least recently used first, until the rest fits, as "10 GiB".')
@click.option("--operation", help="Only results of the operation with this title.")
@click.option("--include-shown", is_flag=True, help="Also what stored runs still show.")
@click.option("--grace", type=float, metavar="SECONDS", help="Spare artifacts younger than this.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@server_options
@click.pass_obj
def clean(
    context: Context,
    before: datetime | None,
    budget: str | None,
    operation: str | None,
    include_shown: bool,
    grace: float | None,
    dry_run: bool,
    yes: bool,
    server: str | None,
    token: str | None,
) -> None:
    """Remove stored results, and artifacts that nothing needs. Protected results always stay."""
    try:
        budget_bytes = parse_memory(budget) if budget else None
    except ValueError as error:
        raise InvalidInputError(f"--budget {budget}: {error}") from error
    request = CleanRequest(
        before=before.astimezone() if before else None,
        budget_bytes=budget_bytes,
        operation=operation,
        include_referenced=include_shown,
        **({} if grace is None else {"grace_seconds": grace}),
        dry_run=True,
    )
    with connect(context, server, token) as client:
        plan = client.clean_cache(request)
        would = f"{len(plan.remove_keys)} results, {len(plan.remove_digests)} artifacts, {_bytes(plan.freed_bytes)}"
        for reason, words in _KEPT.items():
            count = sum(1 for kept in plan.kept.values() if kept is reason)
            if count:
                click.echo(f"{count} results stay: {words}.")
        if dry_run:
            click.echo(f"Would remove {would}.")
            return
        if plan.remove_keys or plan.remove_digests:
            if not yes:
                click.confirm(f"Remove {would}?", abort=True)
            client.clean_cache(request.for_real())
        click.echo(f"Removed {would}.")


@cache.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option("--off", is_flag=True, help="Protect them no longer.")
@server_options
@click.pass_obj
def protect(
    context: Context, keys: tuple[str, ...], off: bool, server: str | None, token: str | None
) -> None:
    """Keep results from being cleaned; the beginning of a key is enough."""
    with connect(context, server, token) as client:
        chosen = _chosen(client.cache_entries(), keys)
        changed = client.protect_cache(chosen, not off)
    click.echo(f"{changed} results are {'no longer ' if off else ''}protected.")


def _chosen(entries: Sequence[CacheEntry], prefixes: Sequence[str]) -> list[CacheKey]:
    chosen: list[CacheKey] = []
    problems: list[str] = []
    for prefix in prefixes:
        found = [entry.key for entry in entries if entry.key.startswith(prefix)]
        if len(found) == 1:
            chosen += found
        else:
            problems.append(f"{prefix}: {'several results begin' if found else 'no result begins'} with it")
    if problems:
        raise InvalidInputError("\n".join(problems))
    return chosen


def _described(entry: CacheEntry) -> dict[str, object]:
    return {
        "key": entry.key,
        "title": entry.title,
        "created_at": entry.created_at.isoformat(),
        "used_at": entry.used_at.isoformat() if entry.used_at else None,
        "seconds": entry.seconds,
        "run_id": entry.run_id,
        "node_id": entry.node_id,
        "protected": entry.protected,
        "non_deterministic": entry.non_deterministic,
        "size_bytes": sum(r.size_bytes for values in entry.outputs.values() for r in values),
    }


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
