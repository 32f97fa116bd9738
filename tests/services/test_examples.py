from __future__ import annotations

import pytest

from plynx_jupyter.errors import NotFoundError
from plynx_jupyter.graph.document import loads
from plynx_jupyter.services.examples import list_examples, load_example


def test_examples_come_with_every_file_their_graph_names():
    assert "wdbc" in [example.name for example in list_examples()]
    for listed in list_examples():
        example = load_example(listed.name)
        graph = loads(example.files[example.document])
        assert example.title == graph.title
        for node in graph.nodes:
            if node.source and "path" in node.source:
                assert node.source["path"] in example.files


def test_what_there_is_is_said_when_it_is_not_there():
    with pytest.raises(NotFoundError, match="wdbc"):
        load_example("../secrets")
