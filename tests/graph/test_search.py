from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plynx_jupyter.graph.search import SearchQuery, parse_search


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        ("", (), {}),
        ("   ", (), {}),
        ("two words", ("two", "words"), {}),
        ("author:me", (), {"author": ("me",)}),
        (
            "author:me file_type:csv original_node_id:x free words",
            ("free", "words"),
            {"author": ("me",), "file_type": ("csv",), "original_node_id": ("x",)},
        ),
        ("file_type:csv file_type:tsv", (), {"file_type": ("csv", "tsv")}),
        ('author:"Ada Lovelace" engine', ("engine",), {"author": ("Ada Lovelace",)}),
        ('"two words" one', ("two words", "one"), {}),
        (r'title:"say \"hi\""', (), {"title": ('say "hi"',)}),
        ("http://example.org/a:b?c=d", ("http://example.org/a:b?c=d",), {}),
        ("source:http://example.org/", (), {"source": ("http://example.org/",)}),
        ("a:b:c", (), {"a": ("b:c",)}),
        ("time::12", (), {"time": (":12",)}),
        ("author:", ("author:",), {}),
        (":value", (":value",), {}),
        ("12:30", ("12:30",), {}),
        ('"unclosed quote', ('"unclosed', "quote"), {}),
        ("naïve ключ", ("naïve", "ключ"), {}),
        ('author:""', (), {"author": ("",)}),
    ],
)
def test_a_search_means(text: str, words: tuple[str, ...], filters: dict[str, tuple[str, ...]]):
    assert parse_search(text) == SearchQuery(words, filters)


@given(st.text())
def test_any_text_is_a_search(text: str):
    query = parse_search(text)
    assert all(query.words)
    assert all(query.filters.values())


@given(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1)))
def test_plain_words_come_back_in_order(words: list[str]):
    assert parse_search(" ".join(words)).words == tuple(words)
