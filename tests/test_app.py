from __future__ import annotations

import pytest

from plynx_jupyter import Client
from plynx_jupyter.errors import StorageError


def test_a_home_that_is_no_folder_is_named_with_what_to_do(tmp_path):
    home = tmp_path / "home"
    home.write_text("no folder")
    with (
        Client(home=home, backend="inline") as client,
        pytest.raises(StorageError, match="PLYNX_HOME") as caught,
    ):
        client.list_graphs()
    assert caught.value.data["path"] == str(home)
