import json
import math

from hypothesis import given
from hypothesis import strategies as st

from plynx_jupyter.resources.json_encoding import canonical_json, read_json, untag

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["$float", "$dict", "nan"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


def _typed(value: object) -> object:
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return type(value), value, math.copysign(1, value) if isinstance(value, float) else None


@given(VALUES)
def test_every_value_comes_back_with_its_types(value):
    assert _typed(untag(read_json(canonical_json(value)))) == _typed(value)


@given(VALUES)
def test_the_bytes_are_strict_json(value):
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(canonical_json(value), parse_constant=refuse)
