"""``jupyter plynx users``: who there is, and what they may do."""

from __future__ import annotations

import json

import click

from plynx_jupyter.app import Application
from plynx_jupyter.model.user import Policy, User
from plynx_jupyter.services.users import policy_of

from .administration import administer, database_option
from .main import Context


@click.group()
def users() -> None:
    """Look after users and their policies."""


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@click.pass_obj
def list_users(context: Context, database_url: str | None, as_json: bool) -> None:
    """List users by name."""
    found = administer(context, database_url, lambda application: application.users.list())
    if as_json:
        click.echo(json.dumps([_described(user) for user in found], indent=1))
        return
    for user in found:
        click.echo(_line(user))
    if not found:
        click.echo("Nobody was seen yet.")


@users.command()
@click.argument("name")
@click.option("--display-name", default="", help="What people read.")
@click.option("--policy", "policies", multiple=True, help="Instead of those everybody new gets; repeatable.")
@database_option
@click.pass_obj
def create(
    context: Context, database_url: str | None, name: str, display_name: str, policies: tuple[str, ...]
) -> None:
    """Add a user before they are first seen."""
    given = [policy_of(word) for word in policies] or None

    async def work(application: Application) -> User:
        return await application.users.create(name, display_name=display_name, policies=given)

    click.echo(_line(administer(context, database_url, work)))


@users.command()
@click.argument("name")
@database_option
@click.pass_obj
def activate(context: Context, database_url: str | None, name: str) -> None:
    """Let a user in again."""
    click.echo(
        _line(administer(context, database_url, lambda application: application.users.set_active(name, True)))
    )


@users.command()
@click.argument("name")
@database_option
@click.pass_obj
def deactivate(context: Context, database_url: str | None, name: str) -> None:
    """Let a user in no longer; what is theirs stays."""
    click.echo(
        _line(
            administer(context, database_url, lambda application: application.users.set_active(name, False))
        )
    )


@users.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="[+POLICY|-POLICY]...")
@database_option
@click.pass_obj
def policies(context: Context, database_url: str | None, name: str, changes: tuple[str, ...]) -> None:
    """Show a user's policies, or grant (+) and withdraw (-) some."""
    for change in changes:
        if change[0] not in "+-":
            raise click.UsageError(f"Write +{change} to grant it, or -{change} to withdraw it.")
    grant = [policy_of(change[1:]) for change in changes if change[0] == "+"]
    withdraw = [policy_of(change[1:]) for change in changes if change[0] == "-"]

    async def work(application: Application) -> User:
        if not changes:
            return await application.users.find(name)
        return await application.users.set_policies(name, grant=grant, withdraw=withdraw)

    user = administer(context, database_url, work)
    for policy in Policy:
        mark = "+" if policy in user.policies else "(+)" if user.may(policy) else "-"
        click.echo(f"{mark:>3} {policy.value}")


def _line(user: User) -> str:
    seen = user.seen_at.astimezone().strftime("%Y-%m-%d %H:%M") if user.seen_at else "never seen"
    held = "IS_ADMIN" if user.may(Policy.IS_ADMIN) else f"{len(user.policies)} policies"
    return f"{user.name:<24} {'active' if user.active else 'INACTIVE':<9} {seen:<17} {held}"


def _described(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "display_name": user.display_name,
        "active": user.active,
        "policies": sorted(policy.value for policy in user.policies),
        "seen_at": user.seen_at.isoformat() if user.seen_at else None,
    }
