"""``jupyter plynx token``: API tokens for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import click

from plynx_jupyter.app import Application
from plynx_jupyter.model.user import ApiToken

from .administration import administer, database_option
from .main import Context


@click.group()
def token() -> None:
    """Make, list and revoke API tokens."""


@token.command()
@click.option("--user", help="Whom the token speaks for (default: you).")
@click.option("--days", type=click.FloatRange(0, 3660, min_open=True), default=90, show_default=True)
@click.option("--note", default="", help="What it is for.")
@database_option
@click.pass_obj
def create(context: Context, database_url: str | None, user: str | None, days: float, note: str) -> None:
    """Make a token and print it: it can't be had again."""

    async def work(application: Application) -> str:
        if user is not None and user != application.settings.user:
            await application.users.find(user)
        name = user or application.settings.user
        secret, _ = await application.tokens.issue(name, lifetime=timedelta(days=days), note=note)
        return secret

    click.echo(administer(context, database_url, work))


@token.command("list")
@click.option("--user", help="Only this user's.")
@database_option
@click.pass_obj
def list_tokens(context: Context, database_url: str | None, user: str | None) -> None:
    """List tokens, newest first."""

    async def work(application: Application) -> Sequence[ApiToken]:
        return await application.tokens.list(user)

    found = administer(context, database_url, work)
    for known in found:
        click.echo(f"{known.id}  {known.user:<16} {known.kind.value:<8} {_state(known):<28} {known.note}")
    if not found:
        click.echo("There are no tokens.")


@token.command()
@click.argument("token_id", metavar="ID")
@database_option
@click.pass_obj
def revoke(context: Context, database_url: str | None, token_id: str) -> None:
    """Make a token worthless."""
    administer(context, database_url, lambda application: application.tokens.revoke(token_id))
    click.echo(f"Revoked {token_id}.")


def _state(known: ApiToken) -> str:
    if known.revoked:
        return "revoked"
    if known.expires_at is None:
        return "for ever"
    if known.expires_at <= datetime.now(timezone.utc):
        return "expired"
    return f"until {known.expires_at.astimezone().strftime('%Y-%m-%d %H:%M')}"
