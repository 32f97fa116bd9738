"""How the command line gets at a graph: from a document, or from a Python program that builds one."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from plynx_jupyter.client import Client, Graph
from plynx_jupyter.client.graph import collecting, find_node
from plynx_jupyter.errors import InvalidInputError, PlynxError
from plynx_jupyter.graph.parameter_values import coerce_text

SCRIPT_NAME = "__plynx_script__"
"""``__name__`` in a program that is only asked for its graph."""


def load_graph(path: Path, client: Client) -> Graph:
    """Return the graph of a ``.plynx`` document, or the one that a ``.py`` program builds.

    A program is run up to its end with ``__name__`` other than ``"__main__"``; ``approve()`` and ``wait()``
    do nothing in it. Its graph is the one it approved, or the only ``Graph`` among its global variables.
    """
    if path.suffix != ".py":
        return Graph.load(path, client)
    return _from_program(path, client)


def _from_program(path: Path, client: Client) -> Graph:
    sys.path.insert(0, str(path.absolute().parent))
    try:
        with collecting() as approved:
            names = runpy.run_path(str(path), run_name=SCRIPT_NAME)
    except PlynxError:
        raise
    except SystemExit as error:
        raise InvalidInputError(
            f"{path} ended with sys.exit({error.code!r}) before it built a graph."
        ) from error
    except Exception as error:
        import traceback

        # The first two entries are this project's and runpy's own.
        shown = "".join(traceback.format_exception(error)).rstrip()
        raise InvalidInputError(f"{path} raised {type(error).__name__}: {error}\n{shown}") from error
    graphs = list(dict.fromkeys(approved)) or list(
        dict.fromkeys(value for value in names.values() if isinstance(value, Graph))
    )
    if len(graphs) != 1:
        raise InvalidInputError(
            f"{path} builds {len(graphs) or 'no'} graphs; it should approve, or keep in a global variable, just one."
        )
    graph = graphs[0]
    return Graph.of(graph.model, client=client, folder=graph.folder or path.absolute().parent)


def apply_parameters(graph: Graph, assignments: tuple[str, ...]) -> None:
    """Set ``NODE.PARAM=VALUE`` parameters; raises ``InvalidInputError`` with all that is wrong at once."""
    problems: list[str] = []
    for assignment in assignments:
        try:
            _apply(graph, assignment)
        except PlynxError as error:
            problems.append(f"-p {assignment}: {error}")
    if problems:
        raise InvalidInputError("\n".join(problems))


def _apply(graph: Graph, assignment: str) -> None:
    target, equals, text = assignment.partition("=")
    if not equals or "." not in target:
        raise InvalidInputError("write it as NODE.PARAM=VALUE")
    # Both names may hold dots: the first split that fits counts.
    splits = [(target[:i], target[i + 1 :]) for i, letter in enumerate(target) if letter == "."]
    for node_name, parameter_name in splits:
        try:
            node = find_node(graph.model, node_name)
        except InvalidInputError:
            continue
        for name in (parameter_name, f"_{parameter_name}"):
            parameter = node.parameter(name)
            if parameter is not None:
                graph.set(node.id, name, coerce_text(parameter, text))
                return
        known = ", ".join(p.name for p in node.parameters) or "none"
        raise InvalidInputError(f"{node.title!r} has no parameter {parameter_name!r}; it has {known}")
    find_node(graph.model, splits[-1][0])  # raises, and lists the nodes
