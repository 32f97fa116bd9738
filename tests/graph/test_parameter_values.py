from __future__ import annotations

import math

import pytest

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.graph.parameter_values import check_value, coerce_text, plain_value
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter, ParameterValue

ABC = EnumChoice(("a", "b", "c"), 1)
INNER = Node(id=NodeId("n1"), title="Inner", kind="python")


def parameter(kind: str, value: ParameterValue = None) -> Parameter:
    return Parameter(name="p", parameter_type=kind, value=value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", ""),
        ("str", "naïve 😀\n'\"\\"),
        ("text", "two\nlines"),
        ("int", 0),
        ("int", -(10**300)),
        ("float", 1.5),
        ("float", 3),
        ("float", math.nan),
        ("float", -math.inf),
        ("bool", False),
        ("enum", ABC),
        ("list_str", []),
        ("list_str", ["a", "ü"]),
        ("list_int", [1, -2]),
        ("list_node", (INNER,)),
        ("list_node", ()),
        ("code", Code("print(1)")),
        ("color", "#FF8000"),
        ("color", "#ff8000"),
    ],
)
def test_these_values_fit(kind: str, value: ParameterValue):
    assert check_value(parameter(kind, value)) is None


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("str", 1, "must be a string, not 1"),
        ("str", None, "has no value; it must be a string"),
        ("str", "\ud800", "must be text that can be encoded as UTF-8"),
        ("int", "1", "must be an integer, not '1'"),
        ("int", 1.0, "must be an integer"),
        ("int", True, "must be an integer, not True"),
        ("float", True, "must be a number"),
        ("float", "nan", "must be a number"),
        ("bool", 1, "must be true or false, not 1"),
        ("text", ["a"], "must be a string"),
        ("enum", "a", "must be one of a list of strings"),
        ("enum", EnumChoice(()), "has no values to choose from"),
        ("enum", EnumChoice(("a",), 1), "has the index 1, but its values are numbered from 0 to 0"),
        ("enum", EnumChoice(("a",), -1), "has the index -1"),
        ("list_str", ["a", 1], "must be a list of strings"),
        ("list_str", "abc", "must be a list of strings"),
        ("list_int", [1, True], "must be a list of integers"),
        ("list_int", [1.5], "must be a list of integers"),
        ("list_node", [1], "must be a list of nodes"),
        ("code", "print(1)", "must be code"),
        ("color", "red", "must be a colour such as '#FF8000', not 'red'"),
        ("color", "#FF80000", "must be a colour"),
        ("color", "#FF8000\n", "must be a colour"),
        ("integer", 1, "has the unknown type 'integer'; the types are str, int"),
    ],
)
def test_these_values_do_not_fit_and_the_problem_says_why(kind: str, value: ParameterValue, problem: str):
    found = check_value(parameter(kind, value))
    assert found is not None
    assert problem in found


def test_integers_of_any_size_fit_and_can_be_shown_where_they_do_not():
    assert check_value(parameter("int", 10**5000)) is None
    assert check_value(parameter("str", 10**5000)) == "must be a string, not a number of thousands of digits"


def test_a_problem_shows_little_of_a_long_value():
    found = check_value(parameter("int", "x" * 10_000))
    assert found is not None
    assert len(found) < 120


@pytest.mark.parametrize(
    ("kind", "before", "text", "value"),
    [
        ("str", None, " as it is ", " as it is "),
        ("str", None, "", ""),
        ("text", None, "a\nb", "a\nb"),
        ("int", None, " -5 ", -5),
        ("float", None, "1e-3", 0.001),
        ("float", None, "-inf", -math.inf),
        ("bool", None, "TRUE", True),
        ("bool", None, "off", False),
        ("enum", ABC, "c", EnumChoice(("a", "b", "c"), 2)),
        ("list_str", None, "a, b,c", ["a", "b", "c"]),
        ("list_str", None, "", []),
        ("list_str", None, '["a, b", "c"]', ["a, b", "c"]),
        ("list_int", None, "1, -2", [1, -2]),
        ("list_int", None, "[3]", [3]),
        ("list_int", None, " ", []),
        ("code", Code("x", "bash"), "ls", Code("ls", "bash")),
        ("color", None, " #00ff00 ", "#00ff00"),
    ],
)
def test_text_becomes_a_value(kind: str, before: ParameterValue, text: str, value: ParameterValue):
    found = coerce_text(parameter(kind, before), text)
    assert found == value
    assert type(found) is type(value)


def test_nan_can_be_typed():
    found = coerce_text(parameter("float"), "nan")
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("kind", "before", "text", "message"),
    [
        ("int", None, "1.5", "must be an integer, not '1.5'"),
        ("int", None, "9" * 5000, "must be an integer"),
        ("float", None, "much", "must be a number such as 0.5"),
        ("bool", None, "2", "must be true or false, not '2'"),
        ("enum", ABC, "d", "must be one of a, b, c, not 'd'"),
        ("enum", None, "d", "has no list of values"),
        ("list_str", None, "[1]", "must be a list of strings"),
        ("list_str", None, "[oops", "must be a list such as a,b,c"),
        ("list_int", None, "1,x", "must be integers such as 1,2,3"),
        ("color", None, "blue", "must be a colour such as '#FF8000'"),
        ("list_node", None, "x", "can't be set from text"),
        ("integer", None, "1", "can't be set from text"),
    ],
)
def test_text_that_does_not_fit_is_refused_saying_what_does(
    kind: str, before: ParameterValue, text: str, message: str
):
    with pytest.raises(ParameterValueError, match="Parameter 'p'") as caught:
        coerce_text(parameter(kind, before), text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [
        ("str", "a", "a"),
        ("int", 10**30, 10**30),
        ("float", 3, 3.0),
        ("bool", True, True),
        ("enum", ABC, "b"),
        ("list_str", ["a"], ["a"]),
        ("list_node", (INNER,), ["n1"]),
        ("code", Code("print(1)"), "print(1)"),
    ],
)
def test_code_sees_plain_values(kind: str, value: ParameterValue, plain: object):
    found = plain_value(parameter(kind, value))
    assert found == plain
    assert type(found) is type(plain)


def test_an_integer_too_large_for_a_float_stays_as_it_is():
    assert plain_value(parameter("float", 10**400)) == 10**400


def test_a_value_that_does_not_fit_has_no_plain_form():
    with pytest.raises(ParameterValueError, match="Parameter 'p' \\(int\\) must be an integer"):
        plain_value(parameter("int", "1"))
