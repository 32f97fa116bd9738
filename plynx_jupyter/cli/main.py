"""The command line's entry: global options, one error mapping, exit statuses."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from plynx_jupyter import __version__
from plynx_jupyter.errors import GraphInvalidError, InvalidInputError, NotFoundError, PlynxError

FAILED = 1
INVALID = 2
CANCELED = 130

_COMMANDS = {
    "run": "run",
    "plan": "plan",
    "validate": "graphs",
    "code": "graphs",
    "runs": "runs",
    "logs": "runs",
    "cache": "cache",
}


@dataclass(frozen=True)
class Context:
    """What every command gets: where the application's home is, None for the default."""

    home: Path | None


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for, so that each pays only for what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order they are worth knowing."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing it if need be."""
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        command: click.Command = getattr(import_module(f"plynx_jupyter.cli.{module}"), cmd_name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the database and the artifacts (default: $PLYNX_HOME, or plynx in Jupyter's data folder).",
)
@click.version_option(__version__, prog_name="jupyter-plynx")
@click.pass_context
def plynx(ctx: click.Context, home: Path | None) -> None:
    """Run graphs of notebooks, functions and scripts, and look at what they produced."""
    ctx.obj = Context(home)


@plynx.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 success, 1 failed, 2 invalid input, 130 cancelled."""
    sys.exit(_status(arguments))


def _status(arguments: list[str] | None) -> int:
    try:
        result: Any = plynx.main(args=arguments, prog_name="jupyter plynx", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        return CANCELED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return CANCELED
    except PlynxError as error:
        click.echo(f"{_heading(error)}{error}", err=True)
        return INVALID if isinstance(error, InvalidInputError | NotFoundError) else FAILED
    except BrokenPipeError:  # the reader of our output went away, as in `… | head`
        sys.stderr.close()
        return FAILED


def _heading(error: PlynxError) -> str:
    if isinstance(error, GraphInvalidError):
        return "The graph can't run:\n"
    return "Error: "
