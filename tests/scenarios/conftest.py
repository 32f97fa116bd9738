"""A client with a home of its own, running jobs on threads of the test process."""

from __future__ import annotations

import pytest

from plynx_jupyter.client import Client


@pytest.fixture
def client(tmp_path):
    with Client(home=tmp_path / "home", backend="inline") as made:
        yield made
