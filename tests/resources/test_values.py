import math

import numpy
import pytest

from plynx_jupyter.errors import InvalidInputError, ParameterValueError
from plynx_jupyter.resources.preview import PreviewObject
from plynx_jupyter.resources.registry import get_resource, raw_file_types

ALL_PRIMITIVES = [
    ("int", 42),
    ("str", "Hello world"),
    ("dict", {"foo": "woo"}),
    ("float", math.pi),
    ("bool", True),
    ("color", "#FF0000"),
    ("list", [1, "two", None, [3.0]]),
]


@pytest.mark.parametrize(("file_type", "value"), ALL_PRIMITIVES)
def test_every_primitive_comes_back_as_it_was(file_type, value, tmp_path):  # T8
    resource = get_resource(file_type)
    resource.dump(value, tmp_path / "value")
    data = (tmp_path / "value").read_bytes()
    assert resource.load(tmp_path / "value") == value
    assert type(resource.load(tmp_path / "value")) is type(value)
    assert resource.encode(value) == data
    assert resource.from_inline(resource.to_inline(data)) == data
    assert resource.is_raw


@pytest.mark.parametrize(
    ("file_type", "value"),
    [
        ("int", "42"),
        ("int", True),
        ("int", 1.0),
        ("int", None),
        ("float", "1"),
        ("float", False),
        ("float", 10**400),
        ("str", 1),
        ("str", b"bytes"),
        ("str", "\ud800"),
        ("bool", 1),
        ("bool", "true"),
        ("dict", []),
        ("dict", {1: 2}),
        ("dict", {"a": {1, 2}}),
        ("list", "abc"),
        ("list", [object()]),
        ("color", "red"),
        ("color", "#FF00"),
        ("color", "#FF0000;x"),
        ("color", 3),
    ],
)
def test_a_value_of_another_type_is_refused(file_type, value, tmp_path):
    with pytest.raises(ParameterValueError):
        get_resource(file_type).dump(value, tmp_path / "value")
    assert not (tmp_path / "value").exists()


def test_the_error_names_the_expected_python_type():
    with pytest.raises(ParameterValueError, match="'int' has to be an int, not str"):
        get_resource("int").encode("42")
    with pytest.raises(ParameterValueError, match=r"value\['a'\]\[1\]"):
        get_resource("dict").encode({"a": [0, {1, 2}]})


def test_a_value_that_contains_itself_is_refused():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ParameterValueError, match="contains itself"):
        get_resource("list").encode(endless)


@pytest.mark.parametrize("number", [math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_unusual_floats_survive(number):
    resource = get_resource("float")
    back = resource.decode(resource.encode(number))
    assert (back, math.copysign(1, back)) == (number, math.copysign(1, number))


def test_nan_survives_as_a_tag_and_travels_as_strict_json():
    resource = get_resource("float")
    assert resource.encode(math.nan) == b'{"$float":"nan"}'
    assert math.isnan(resource.decode(b'{"$float":"nan"}'))
    assert resource.to_inline(resource.encode(math.nan)) == {"$float": "nan"}


def test_a_whole_number_from_a_form_is_a_float():
    assert get_resource("float").from_inline(3) == b"3.0"
    with pytest.raises(ParameterValueError):
        get_resource("int").from_inline(3.0)


def test_a_dict_that_looks_like_a_tag_stays_a_dict():
    resource = get_resource("dict")
    for value in ({"$float": "nan"}, {"$dict": {}}, {"a": {"$dict": {"$float": "inf"}}}):
        data = resource.encode(value)
        assert resource.decode(data) == value
        assert resource.from_inline(resource.to_inline(data)) == data


def test_equal_dicts_have_equal_bytes():
    resource = get_resource("dict")
    assert (
        resource.encode({"b": 1, "a": "é"})
        == resource.encode({"a": "é", "b": 1})
        == '{"a":"é","b":1}'.encode()
    )


def test_numbers_of_numpy_are_taken_for_what_they_are():
    assert get_resource("int").encode(numpy.int64(7)) == b"7"
    assert get_resource("float").encode(numpy.float32(0.5)) == b"0.5"
    assert get_resource("float").encode(7) == b"7.0"
    assert get_resource("bool").encode(numpy.bool_(True)) == b"true"
    assert (
        get_resource("dict").encode({"score": numpy.float64(0.5), "n": numpy.int8(1)})
        == b'{"n":1,"score":0.5}'
    )


@pytest.mark.parametrize(
    ("file_type", "text", "value"),
    [
        ("int", "42\n", 42),
        ("int", " -7 ", -7),
        ("float", "1e-3\n", 0.001),
        ("float", "inf", math.inf),
        ("float", "3", 3.0),
        ("str", "a line\n", "a line"),
        ("str", "two\n\n", "two\n"),
        ("str", "windows\r\n", "windows"),
        ("str", "", ""),
        ("bool", "True\n", True),
        ("bool", "0", False),
        ("dict", '{"foo": "woo"}\n', {"foo": "woo"}),
        ("list", "[1, 2]", [1, 2]),
        ("color", "#ff0000\n", "#ff0000"),
    ],
)
def test_what_scripts_write_is_read(file_type, text, value):
    found = get_resource(file_type).parse_text(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("file_type", "text"),
    [
        ("int", "4.2"),
        ("int", "1_000"),
        ("int", ""),
        ("int", "9" * 5000),
        ("float", "1_0"),
        ("float", "pi"),
        ("bool", "yes"),
        ("dict", "[1]"),
        ("dict", "{'a': 1}"),
        ("list", "{}"),
        ("list", "[" * 100_000),
        ("color", "blue"),
    ],
)
def test_what_scripts_write_wrongly_is_refused_with_the_type_named(file_type, text):
    with pytest.raises(ParameterValueError, match=file_type):
        get_resource(file_type).parse_text(text)


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b'"text"', b"[" * 100_000])
def test_bytes_that_hold_no_such_value_are_refused(data):
    with pytest.raises(ParameterValueError):
        get_resource("int").decode(data)


def test_files_have_no_inline_values():
    for use in (get_resource("csv").encode, get_resource("csv").decode, get_resource("csv").parse_text):
        with pytest.raises(InvalidInputError, match="csv"):
            use(b"")


def test_the_raw_types_are_those_with_json_values():
    assert raw_file_types() == ("bool", "color", "dict", "float", "int", "list", "str")


@pytest.mark.parametrize(("file_type", "value"), ALL_PRIMITIVES)
def test_values_are_shown_in_previews_and_thumbnails(file_type, value):
    resource = get_resource(file_type)
    looked_at = PreviewObject.of_bytes(resource.encode(value), "x")
    assert resource.preview(looked_at)["application/json"] == value
    thumbnail = resource.thumbnail(looked_at)
    assert thumbnail["text/plain"] == (value if isinstance(value, str) else thumbnail["text/plain"])
    assert len(thumbnail["text/plain"]) <= 201


def test_markup_in_a_value_is_escaped():
    bundle = get_resource("str").preview(PreviewObject.of_bytes(b'"<script>alert(1)</script>"'))
    assert "<script>" not in bundle["text/html"]
    assert bundle["text/plain"] == "<script>alert(1)</script>"


def test_a_damaged_value_is_shown_as_damaged():
    for file_type in raw_file_types():
        resource = get_resource(file_type)
        assert "error" in resource.preview(PreviewObject.of_bytes(b"{{"))["metadata"]
        assert resource.thumbnail(PreviewObject.of_bytes(b"{{")) is None
