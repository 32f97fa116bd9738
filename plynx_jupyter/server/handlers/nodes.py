"""Operations and files, which the contract calls nodes: search, read, and the actions on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter.executors.previewing import preview_script
from plynx_jupyter.executors.registry import get_executor, known_kinds
from plynx_jupyter.graph.document import operation_from_dict
from plynx_jupyter.model.ids import OperationId, new_id
from plynx_jupyter.model.kind import canonical_kind
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus
from plynx_jupyter.services.operation_actions import OperationActions
from plynx_jupyter.wire.models import NodeRequest, SearchRequest
from plynx_jupyter.wire.replies import operation_reply

from ..base import RESOURCE, PlynxHandler
from ..platform import known_resources
from ..searching import query_of

if TYPE_CHECKING:
    from plynx_jupyter.services.session import Session

_SERVED = ("_readonly", "node_running_status", "insertion_date", "update_date")


class SearchNodesHandler(PlynxHandler):
    """``POST search_nodes``: a page of operations and files, newest first."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def post(self) -> None:
        """Search titles and descriptions."""
        plynx = await self.plynx()
        query = query_of(self.read_json(SearchRequest), plynx.user.name)
        found, total = await plynx.operations.list(query)
        self.reply(
            items=[shown_operation(plynx, operation) for operation in found],
            total_count=total,
            resources_dict=known_resources(),
        )


class NodeHandler(PlynxHandler):
    """``GET nodes/{id}``; a kind instead of an id gives a default operation that isn't stored."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, node_id: str) -> None:
        """Return an operation."""
        plynx = await self.plynx()
        kind = canonical_kind(node_id)
        if kind in known_kinds():
            operation = replace(get_executor(kind).default_operation(), author=plynx.user.name)
        else:
            operation = await plynx.operations.load(OperationId(node_id))
        shown = shown_operation(plynx, operation)
        self.reply(node=shown, data=shown, resources_dict=known_resources())


class NodesHandler(PlynxHandler):
    """``POST nodes``: actions on an operation that the body carries, in order."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Apply the actions; the reply tells of the operation after the last one."""
        body = self.read_json(NodeRequest)
        data = {"_id": new_id(), **{key: value for key, value in body.node.items() if key not in _SERVED}}
        operation = operation_from_dict(data, where="node")
        plynx = await self.plynx()
        outcome = await operation_actions(plynx).apply(operation, list(body.action))
        shown = shown_operation(plynx, outcome.operation)
        self.reply(
            "VALIDATION_FAILED" if "validation_error" in outcome.extra else "SUCCESS",
            message=f"Actions completed with Node({outcome.operation.id})",
            node=shown,
            data=shown,
            **outcome.extra,
        )


def operation_actions(plynx: Session) -> OperationActions:
    """Return the actions of a user."""
    return OperationActions(plynx.operations, preview_script)


def shown_operation(plynx: Session, operation: Operation) -> dict[str, Any]:
    """Return an operation as the user sees it."""
    mine = replace(operation, author=operation.author or plynx.user.name)
    # What is approved without being stored is a hub's.
    is_a_hubs = operation.insertion_date is None and operation.node_status is not OperationStatus.CREATED
    return operation_reply(mine, readonly=is_a_hubs or not plynx.access.changes("operation", mine.author))
