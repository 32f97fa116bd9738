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
    "run": ("run", "Run a graph."),
    "plan": ("plan", "Say what a run would do, and why."),
    "validate": ("graphs", "Say everything that keeps a graph from running."),
    "code": ("graphs", "Print a Python program that builds a graph."),
    "runs": ("runs", "List runs, newest first."),
    "logs": ("runs", "Print what a node printed in a run."),
    "operations": ("operations", "Make operations of notebooks."),
    "cache": ("cache", "Look after stored results."),
    "users": ("users", "Look after users and their policies."),
    "token": ("token", "Make, list and revoke API tokens."),
}
"""The module of each command, and what the overview says of it (which therefore imports none of them)."""


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
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        module, _ = _COMMANDS[cmd_name]

        command: click.Command = getattr(import_module(f"plynx_jupyter.cli.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview."""
        rows = [(name, text) for name, (_, text) in _COMMANDS.items()]
        rows += [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


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
