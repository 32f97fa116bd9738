"""How commands for administrators reach the stores: directly, whoever may read and write them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from plynx_jupyter.app import Application
from plynx_jupyter.settings import from_environment

from .main import Context

T = TypeVar("T")

database_option = click.option(
    "--database-url",
    envvar="PLYNX_DATABASE_URL",
    metavar="URL",
    help="SQLAlchemy URL of the metadata, if it isn't in the home ($PLYNX_DATABASE_URL).",
)


def administer(context: Context, database_url: str | None, work: Callable[[Application], Awaitable[T]]) -> T:
    """Open the application, do one thing, and close it."""
    settings = from_environment(home=context.home, database_url=database_url)

    async def run() -> Any:
        application = Application(settings)
        await application.__aenter__()
        try:
            return await work(application)
        finally:
            await application.leave()

    result: T = asyncio.run(run())
    return result
