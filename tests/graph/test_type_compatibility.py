from __future__ import annotations

import pytest

from plynx_jupyter.graph.type_compatibility import canonical_file_type, types_connect


@pytest.mark.parametrize(
    ("output", "port"),
    [
        ("csv", "csv"),
        ("plug-in", "plug-in"),
        ("any", "int"),
        ("int", "any"),
        ("csv", "any"),
        ("csv", "file"),
        ("directory", "file"),
        ("plug-in", "file"),
        ("int", "float"),
        ("py-json-file", "json"),
        ("json", "py-json-file"),
        ("py-image-file", "image"),
        ("py-json-file", "file"),
        ("Directory", "directory"),
        ("string", "str"),
    ],
)
def test_these_connect(output: str, port: str):
    assert types_connect(output, port)


@pytest.mark.parametrize(
    ("output", "port"),
    [
        ("file", "csv"),
        ("csv", "tsv"),
        ("int", "str"),
        ("float", "int"),
        ("bool", "int"),
        ("int", "file"),
        ("dict", "json"),
        ("json", "dict"),
        ("json", "image"),
    ],
)
def test_these_do_not_connect(output: str, port: str):
    assert not types_connect(output, port)


def test_a_plug_ins_raw_type_is_no_file():
    assert types_connect("money", "file")
    assert not types_connect("money", "file", raw_types={"money"})


def test_aliases_are_replaced_and_other_names_kept():
    assert canonical_file_type("py-image-file") == "image"
    assert canonical_file_type("csv") == "csv"
