from __future__ import annotations

import pytest

from plynx_jupyter.hubs.base import HubContext, Query
from plynx_jupyter.hubs.database import DatabaseHub
from plynx_jupyter.metadata.memory.store import MemoryMetadata
from plynx_jupyter.model.ids import OperationId
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.status import OperationStatus


@pytest.fixture(autouse=True)
def stored(metadata: MemoryMetadata) -> None:
    for title, kind, status, author in (
        ("Draft", "python", OperationStatus.CREATED, "ann"),
        ("Script", "python", OperationStatus.READY, "ann"),
        ("Shell", "bash_jinja2", OperationStatus.READY, "bob"),
        ("Old", "python", OperationStatus.DEPRECATED, "ann"),
    ):
        metadata.save_operation(
            Operation(id=OperationId(title), title=title, kind=kind, node_status=status, author=author)
        )


def titles(context: HubContext, query: Query, *kinds: str) -> set[str]:
    hub = DatabaseHub(operations=kinds, collection="templates")
    hub.context = context
    return {item.operation.title for item in hub.search(query).items}


def test_approved_operations_are_shown_and_others_when_asked_for(context: HubContext) -> None:
    assert titles(context, Query()) == {"Script", "Shell"}
    assert titles(context, Query(statuses=(OperationStatus.DEPRECATED,))) == {"Old"}
    assert titles(context, Query(visible_to="bob")) == {"Shell"}


def test_only_the_kinds_of_the_hub_are_shown(context: HubContext) -> None:
    assert titles(context, Query(), "basic-python-node-operation") == {"Script"}
    assert titles(context, Query(kinds=("bash_jinja2",)), "python") == set()
    assert titles(context, Query(kinds=("python",)), "python", "bash_jinja2") == {"Script"}
