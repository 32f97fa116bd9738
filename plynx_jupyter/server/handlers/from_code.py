"""Notebooks, functions and scripts of the server's root folder become operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.kind import BASH_JINJA2, PYTHON
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.user import Policy
from plynx_jupyter.operations.function_reading import read_function
from plynx_jupyter.operations.notebook import operation_of_notebook
from plynx_jupyter.operations.notebook_choice import NotebookChoice
from plynx_jupyter.operations.notebook_source import read_notebook, text_of_file
from plynx_jupyter.operations.script import operation_from_script
from plynx_jupyter.operations.suggesting import suggest_parameters
from plynx_jupyter.wire.models import FromFile, FromFunction, FromNotebook, FromScript

from ..base import RESOURCE, PlynxHandler
from ..platform import known_resources
from ..root_paths import file_below_root
from .nodes import operation_actions, shown_operation

_MOST_BYTES: Final = 64 << 20
"""More than any code has: a longer file is something else, and isn't read into memory."""


class _FromFileHandler(PlynxHandler):
    """Makes an operation of a file, and does with it what was asked for."""

    async def make(self, wish: FromFile, read: Callable[[Path], tuple[Operation, dict[str, Any]]]) -> None:
        """Reply with the operation, and what was read besides; it is stored only if an action says so."""
        plynx = await self.plynx()
        plynx.access.require(Policy.CAN_CREATE_OPERATIONS)
        # The root folder is that of the server's owner: who may run things may read it anyway, nobody else.
        plynx.access.require(Policy.CAN_RUN_WORKFLOWS)
        path = file_below_root(self.contents_manager, wish.path)
        operation, found = await asyncio.to_thread(_bounded, path, read)
        outcome = await operation_actions(plynx).apply(operation, list(wish.action))
        shown = shown_operation(plynx, outcome.operation)
        extra: dict[str, Any] = {"resources_dict": known_resources(), **found, **outcome.extra}
        status = "VALIDATION_FAILED" if "validation_error" in outcome.extra else "SUCCESS"
        self.reply(status, node=shown, data=shown, **extra)


class FromNotebookHandler(_FromFileHandler):
    """``POST nodes/from_notebook``: its ports and parameters are read from its cells; nothing of it is run."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Make the operation, or tell every problem with its cell; say what else could be a parameter."""
        wish = self.read_json(FromNotebook)
        await self.make(wish, partial(_notebook, wish=wish))


class FromScriptHandler(_FromFileHandler):
    """``POST nodes/from_script``: Python, or bash with Jinja2, by the ending of the name unless ``kind`` says it."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Make the operation, or tell every problem with its line."""
        wish = self.read_json(FromScript)
        await self.make(wish, partial(_script, kind=wish.kind))


class FromFunctionHandler(_FromFileHandler):
    """``POST nodes/from_function``: a function of a ``.py`` file, which a child process imports."""

    @authenticated
    @authorized(action="execute", resource=RESOURCE)
    async def post(self) -> None:
        """Make the operation, or tell every problem."""
        wish = self.read_json(FromFunction)
        await self.make(wish, partial(_function, name=wish.name))


def _bounded(
    path: Path, read: Callable[[Path], tuple[Operation, dict[str, Any]]]
) -> tuple[Operation, dict[str, Any]]:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise OperationInvalidError(
            f"{path.name} can't be read: {error.strerror}.", path=path.name
        ) from error
    if size > _MOST_BYTES:
        raise OperationInvalidError(
            f"{path.name} has more than {_MOST_BYTES >> 20} MiB, too much for code. Clear the outputs of a notebook, "
            "and bring data along as files.",
            path=path.name,
        )
    return read(path)


def _notebook(path: Path, wish: FromNotebook) -> tuple[Operation, dict[str, Any]]:
    notebook = read_notebook(text_of_file(path), name=path.name, with_outputs=wish.with_notebook)
    suggestions = [suggestion.to_dict() for suggestion in suggest_parameters(notebook)]
    choice = NotebookChoice(
        wish.inputs, wish.outputs, wish.parameters, wish.title, wish.description, wish.tag
    )
    changed = choice.apply(notebook, name=path.name)
    found: dict[str, Any] = {"suggestions": suggestions}
    if wish.with_notebook:
        found["notebook"] = changed
    return operation_of_notebook(changed, name=path.name), found


def _function(path: Path, name: str) -> tuple[Operation, dict[str, Any]]:
    return read_function(path, name), {}


def _script(path: Path, kind: str | None) -> tuple[Operation, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise OperationInvalidError(f"{path.name} isn't text: {error}.", path=path.name) from error
    except OSError as error:
        raise OperationInvalidError(
            f"{path.name} can't be read: {error.strerror}.", path=path.name
        ) from error
    by_name = BASH_JINJA2 if path.suffix in (".sh", ".bash", ".j2") else PYTHON
    return operation_from_script(text, kind=kind or by_name, title=path.stem), {}
