"""The actions of the REST contract on an operation: a sequence of them, applied in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from plynx_jupyter.errors import InvalidInputError, NotFoundError
from plynx_jupyter.graph.validation import validate
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId, new_id
from plynx_jupyter.model.node import place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus

from .session import UserOperations
from .validating import known_types

_DEPRECATION = {
    "DEPRECATE": OperationStatus.DEPRECATED,
    "MANDATORY_DEPRECATE": OperationStatus.MANDATORY_DEPRECATED,
}


@dataclass(slots=True)
class OperationOutcome:
    """The operation after a sequence of actions, and what they add to the reply."""

    operation: Operation
    extra: dict[str, Any] = field(default_factory=dict)


class OperationActions:
    """Applies actions for one user; ``preview`` renders the script of an operation, and may block."""

    def __init__(self, operations: UserOperations, preview: Callable[[Operation], str]) -> None:
        self._operations = operations
        self._preview = preview

    async def apply(self, operation: Operation, names: Sequence[str]) -> OperationOutcome:
        """Apply the actions in order; a validation that fails ends the sequence."""
        outcome = OperationOutcome(operation)
        for name in names:
            await self._apply(outcome, name)
            if "validation_error" in outcome.extra:
                break
        return outcome

    async def _apply(self, outcome: OperationOutcome, name: str) -> None:
        operation = outcome.operation
        if name == "SAVE":
            await self._refuse_approved(operation)
            outcome.operation = await self._save(operation)
        elif name in ("VALIDATE", "APPROVE"):
            problems = _problems(operation)
            if problems is not None:
                outcome.extra["validation_error"] = problems
            elif name == "APPROVE":
                await self._refuse_approved(operation)
                outcome.operation = await self._save(replace(operation, node_status=OperationStatus.READY))
        elif name in _DEPRECATION:
            stored = await self._operations.load(operation.id)
            successor = operation.successor_node_id or stored.successor_node_id
            outcome.operation = await self._operations.save(
                replace(stored, node_status=_DEPRECATION[name], successor_node_id=successor)
            )
        elif name == "PREVIEW_CMD":
            outcome.extra["preview_text"] = await asyncio.to_thread(self._preview, operation)
        elif name == "CLONE":
            clone = replace(
                operation,
                id=OperationId(new_id()),
                parent_node_id=operation.id,
                successor_node_id=None,
                node_status=OperationStatus.CREATED,
                insertion_date=None,
                update_date=None,
            )
            outcome.operation = await self._save(clone)
            outcome.extra["new_node_id"] = clone.id
        else:
            raise InvalidInputError(f"There is no action {name}.")

    async def _refuse_approved(self, operation: Operation) -> None:
        """An approved operation never changes: graphs and cached results rest on it."""
        try:
            stored = await self._operations.load(operation.id)
        except NotFoundError:
            return
        if stored.node_status is not OperationStatus.CREATED:
            raise InvalidInputError(
                f"Operation {stored.title!r} ({stored.id}) is {stored.node_status.value} and can't be changed. "
                "Clone it, and deprecate this one.",
                operation_id=stored.id,
            )

    async def _save(self, operation: Operation) -> Operation:
        return await self._operations.save(operation)


def _problems(operation: Operation) -> dict[str, Any] | None:
    """Validate the operation by itself: what is wrong with it but for inputs that nothing is connected to."""
    node = place(operation, NodeId(operation.id))
    unconnected = replace(node, inputs=tuple(replace(port, min_count=0) for port in node.inputs))
    violation = validate(
        Graph(id=GraphId("operation"), title=operation.title, nodes=(unconnected,)), known_types()
    )
    return None if violation is None else violation.to_dict()
