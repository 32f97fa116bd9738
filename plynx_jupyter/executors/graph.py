"""Kinds of nodes that the scheduler takes apart, or that only mark a place: none of them runs as a job."""

from __future__ import annotations

from typing import ClassVar

from plynx_jupyter.errors import JobFailedError
from plynx_jupyter.model import kind as kinds

from .base import BaseExecutor


class CompositeExecutor(BaseExecutor):
    """A sub-graph; its nodes are scheduled one by one under path ids."""

    kind: ClassVar[str] = kinds.COMPOSITE
    IS_GRAPH: ClassVar[bool] = True

    def run(self) -> None:
        """Refuse: the nodes inside run, not this one."""
        raise JobFailedError(f"Node {self.job.title!r} is of kind {self.kind!r}, which doesn't run as a job.")


class GraphExecutor(CompositeExecutor):
    """A whole graph."""

    kind: ClassVar[str] = kinds.GRAPH


class CompositeInputExecutor(CompositeExecutor):
    """The place in a composite where its inputs come in."""

    kind: ClassVar[str] = kinds.COMPOSITE_INPUT
    IS_GRAPH: ClassVar[bool] = False


class CompositeOutputExecutor(CompositeExecutor):
    """The place in a composite where its outputs go out."""

    kind: ClassVar[str] = kinds.COMPOSITE_OUTPUT
    IS_GRAPH: ClassVar[bool] = False
