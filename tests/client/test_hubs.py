"""Searching hubs, in this process or behind a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plynx_jupyter.client import Operation
from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.model.ids import new_id
from plynx_jupyter.model.status import OperationStatus


def test_approved_operations_are_found_in_their_hub(client):
    word = new_id()
    made = Operation(title=f"Sort {word}", kind="bash_jinja2", code="sort {{ inputs.i }} > {{ outputs.o }}",
                     inputs=[("i", "csv")], outputs=["o"])  # fmt: skip
    query = Query(words=(word,))
    stored = client.save_operation(made.model)
    assert client.search_hubs(query).total_count == 0
    client.save_operation(replace(stored, node_status=OperationStatus.READY))
    page = client.search_hubs(query)
    assert [(found.hub, found.item.group, found.item.operation.id) for found in page.items] == [
        ("database", (), stored.id)
    ]
    assert [(hub.kind, hub.total_count, hub.problems) for hub in page.hubs] == [
        ("database", 1, ()),
        ("installed", 0, ()),
    ]
    assert client.search_hubs(replace(query, input_file_types=("csv",)), "database").total_count == 1
    assert client.search_hubs(replace(query, input_file_types=("pdf",))).total_count == 0
    assert client.list_operations(replace(query, output_file_types=("pdf",)))[1] == 0


def test_a_hub_that_is_not_there_is_told(client):
    with pytest.raises(NotFoundError, match="There is no hub 'nowhere'; there are: database, installed"):
        client.search_hubs(hub="nowhere")
