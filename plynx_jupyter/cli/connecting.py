"""How commands reach the application: in this process, or with ``--server`` behind a Jupyter server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from plynx_jupyter.client import Client
from plynx_jupyter.client.client import TOKEN_VARIABLE, URL_VARIABLE
from plynx_jupyter.settings import from_environment

from .main import Context

F = TypeVar("F", bound=Callable[..., Any])

_LOCAL = {"cluster": "--cluster", "backend": "--backend"}


def server_options(command: F) -> F:
    """Add ``--server`` and ``--token``."""
    server = click.option(
        "--server",
        metavar="URL",
        envvar=URL_VARIABLE,
        help=f"Do it on this Jupyter server, as http://localhost:8888/ (${URL_VARIABLE}).",
    )
    token = click.option(
        "--token",
        metavar="TOKEN",
        envvar=TOKEN_VARIABLE,
        help=f"The server's token, or one of `token create` (${TOKEN_VARIABLE}, which other users can't see).",
    )
    return server(token(command))


def connect(context: Context, server: str | None, token: str | None, **settings: str | None) -> Client:
    """Return the client that the options ask for; what is given on the command line wins over the environment.

    Raises ``UsageError`` for options that contradict each other.
    """
    local = [option for name, option in _LOCAL.items() if _is_given(name)]
    if context.home is not None:
        local.append("--home")
    if server and not _is_given("server") and local:
        server = None
    if server and local:
        raise click.UsageError(
            f"{' and '.join(local)} can't be chosen for a server, which has its own; leave out that or --server."
        )
    if server:
        return Client(server, token)
    return Client(settings=from_environment(home=context.home, **settings))


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE
