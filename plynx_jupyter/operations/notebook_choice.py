"""What somebody chose for a notebook in a dialog or on a command line, put into a copy of it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import OperationInvalidError

from .notebook_metadata import KEY, Declarations, declarations, with_declarations
from .notebook_source import read_notebook, text_of_file
from .notebook_tagging import tag_parameters
from .specs import Problems


@dataclass(frozen=True, slots=True)
class NotebookChoice:
    """Ports and parameters in the form of the metadata, and which suggestions become parameters.

    What is None is left as the notebook has it; a list replaces what its metadata declares, an empty one too.
    """

    inputs: list[Any] | None = None
    outputs: list[Any] | None = None
    parameters: list[Any] | None = None
    title: str | None = None
    description: str | None = None
    tag: list[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return self == NotebookChoice()

    def apply(self, notebook: Any, *, name: str = "notebook") -> Any:
        """Return a copy of the notebook that says itself what was chosen.

        Raises ``OperationInvalidError`` with everything that is wrong with the choice.
        """
        problems = Problems()
        chosen = {
            space: getattr(self, space)
            for space in ("inputs", "outputs", "parameters", "title", "description")
        }
        given = {space: form for space, form in chosen.items() if form is not None}
        declared = declarations(given, problems, where="the choice")
        changed = notebook
        if self.tag is not None:
            try:
                changed = tag_parameters(notebook, self.tag)
            except OperationInvalidError as error:
                problems.append(error.message)
        problems.raise_for(name)
        if not given:
            return changed
        kept = declarations(notebook.metadata.get(KEY), Problems())
        merged = {space: getattr(declared if space in given else kept, space) for space in chosen}
        return with_declarations(changed, replace(Declarations(), **merged))


def keep_choice(path: Path, choice: NotebookChoice) -> None:
    """Write what was chosen into the notebook's file, outputs and all else as they are.

    For whoever asked for it: nothing else in this project writes notebooks. The file is replaced at once or not at
    all. Raises ``OperationInvalidError`` when the choice, the notebook or the place for it is no good.
    """
    notebook = read_notebook(text_of_file(path), name=path.name, with_outputs=True)
    from nbformat.v4 import nbjson

    text = nbjson.writes(choice.apply(notebook, name=path.name), split_lines=True) + "\n"
    target = path.resolve()
    try:
        mode = target.stat().st_mode & 0o777
        handle, partial = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            Path(partial).chmod(mode)
            Path(partial).replace(target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OperationInvalidError(f"The notebook {path} can't be written: {error}") from error
