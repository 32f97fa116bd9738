from __future__ import annotations

import json
import math
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plynx_jupyter.cache.canonical import canonical_bytes
from plynx_jupyter.errors import NotCanonicalError

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2**64, 0.0, -0.0, 1.0, "0", "1", "", "n", "t", "None", "i1;", "s1:"])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def typed_text(value: Any) -> str:
    """An independent injective form: JSON text keeps 1, 1.0, -0.0, "1", true and null apart."""
    return json.dumps(value, sort_keys=True)


@given(json_values, json_values)
def test_distinct_values_have_distinct_bytes(one: Any, other: Any) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (typed_text(one) == typed_text(other))


@given(st.lists(json_values, max_size=4), st.lists(json_values, max_size=4))
def test_neighbouring_items_cannot_flow_into_each_other(one: list[Any], other: list[Any]) -> None:
    same = typed_text(one) == typed_text(other)
    assert (canonical_bytes([one, other]) == canonical_bytes([other, one])) == same


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_count(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical_bytes(dict(items)) == canonical_bytes(value)


@given(json_values)
def test_a_json_round_trip_keeps_the_bytes(value: Any) -> None:
    assert canonical_bytes(json.loads(json.dumps(value))) == canonical_bytes(value)


def test_lookalikes_differ() -> None:
    lookalikes: list[Any] = [1, "1", 1.0, True, 0, 0.0, -0.0, False, None, "None", "", [], {}, [[]], [{}]]
    lookalikes += [[1, 2], [2, 1], ["1", "2"], ["12"], [1, [2]], {"a": 1}, {"a": "1"}, {"b": 1}, [["a", 1]]]
    assert len({canonical_bytes(value) for value in lookalikes}) == len(lookalikes)


def test_strings_are_not_normalised() -> None:
    assert canonical_bytes("\u00e9") != canonical_bytes("e\u0301")


def test_lone_surrogates_are_told_apart() -> None:
    assert len({canonical_bytes(text) for text in ("\ud800", "\ud801", "?", "\ufffd", "\\ud800")}) == 5


def test_integers_beyond_the_digit_limit_are_fine() -> None:
    huge = 16**20_000
    assert canonical_bytes(huge) != canonical_bytes(huge + 1)


def test_derived_types_count_as_their_json_type() -> None:
    numpy = pytest.importorskip("numpy")
    assert canonical_bytes(numpy.float64(0.5)) == canonical_bytes(0.5)
    assert canonical_bytes(OrderedDict(b=1, a=2)) == canonical_bytes({"a": 2, "b": 1})
    assert canonical_bytes((1, 2)) == canonical_bytes([1, 2])


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (math.nan, "params"),
        ({"x": [0, 1, 2, {"y": math.inf}]}, "params.x[3].y"),
        ({"x": {1, 2}}, "params.x"),
        ({"two words": [b"bytes"]}, "params['two words'][0]"),
        ([object()], "params[0]"),
        ({"a": {"b": {1: 2}}}, "params.a.b"),
        ([1, [2, -math.inf]], "params[1][1]"),
        ([1 + 2j], "params[0]"),
    ],
)
def test_a_culprit_is_named_by_its_path(value: Any, path: str) -> None:
    with pytest.raises(NotCanonicalError) as caught:
        canonical_bytes(value, path="params")
    assert caught.value.data["path"] == path
    assert caught.value.message.startswith(path + " ")


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotCanonicalError, match="contains itself"):
        canonical_bytes(value)


def test_non_finite_numbers_differ_where_they_are_allowed() -> None:
    values = [math.nan, math.inf, -math.inf, 0.0, "nan", "inf", None]
    assert len({canonical_bytes(value, allow_non_finite=True) for value in values}) == len(values)
    assert canonical_bytes(-math.nan, allow_non_finite=True) == canonical_bytes(
        math.nan, allow_non_finite=True
    )
