"""The errors for ids that aren't there, in the same words whatever the store."""

from __future__ import annotations

from collections.abc import Sequence

from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.model.ids import GraphId, OperationId, RunId

_SHOWN = 10


def no_graph(graph_id: GraphId) -> NotFoundError:
    """Return the error for a graph that isn't stored."""
    return NotFoundError(f"There is no graph {graph_id}.", graph_id=graph_id)


def no_operation(operation_id: OperationId) -> NotFoundError:
    """Return the error for an operation that isn't stored."""
    return NotFoundError(f"There is no operation {operation_id}.", operation_id=operation_id)


def no_run(run_id: RunId) -> NotFoundError:
    """Return the error for a run that isn't stored."""
    return NotFoundError(f"There is no run {run_id}; `jupyter plynx runs` lists them.", run_id=run_id)


def the_only_run(prefix: str, found: Sequence[RunId]) -> RunId:
    """Return the one run that was found for a prefix; raise when there are none, or several."""
    if not found:
        raise NotFoundError(f"No run begins with {prefix!r}; `jupyter plynx runs` lists them.", prefix=prefix)
    if len(found) > 1:
        more = ", …" if len(found) > _SHOWN else ""
        listed = ", ".join(found[:_SHOWN]) + more
        raise NotFoundError(
            f"Several runs begin with {prefix!r}: {listed}. Give more of the id.", prefix=prefix
        )
    return found[0]
