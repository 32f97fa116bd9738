"""What executors say of nodes without running them."""

from __future__ import annotations

import json

import pytest

from plynx_jupyter.errors import TemplateError
from plynx_jupyter.executors.registry import get_executor, known_kinds
from plynx_jupyter.graph.violation import ValidationCode
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input, Output


def node(kind: str, code: str | None, **more) -> Node:
    parameters = more.pop("parameters", ())
    if code is not None:
        parameters = (*parameters, Parameter(name="_cmd", parameter_type="code", value=Code(code)))
    return Node(id=NodeId("n1"), title="My node", kind=kind, parameters=parameters, **more)


def messages(made: Node) -> str:
    return "\n".join(violation.message for violation in get_executor(made.kind).validate(made))


def test_a_preview_of_a_script_has_as_many_made_up_paths_as_the_list_needs():
    made = node(
        "bash_jinja2",
        "cat {{ inputs.parts | join(' ') }} {{ inputs.one }} > {{ outputs.out }} # {{ params.word | sh }}",
        inputs=(Input(name="parts", is_array=True, min_count=2, max_count=-1), Input(name="one")),
        outputs=(Output(name="out"),),
        parameters=(Parameter(name="word", value="it's"),),
    )
    text = get_executor("bash_jinja2").preview_command(made)
    assert "{{" not in text
    assert len([word for word in text.split() if "/parts/" in word]) == 2
    assert "'it'\"'\"'s'" in text


def test_a_preview_of_a_python_script_shows_its_values():
    made = node(
        "python",
        "print(inputs)\n",
        inputs=(Input(name="parts", is_array=True, min_count=2, max_count=-1),),
        outputs=(Output(name="out", file_type="cloud_storage"),),
        parameters=(Parameter(name="rate", parameter_type="float", value=0.5),),
    )
    text = get_executor("python").preview_command(made)
    spaces: dict = {}
    exec(text, spaces)
    assert len(spaces["inputs"]["parts"]) == 2
    assert spaces["params"] == {"rate": 0.5}
    assert set(spaces["cloud_outputs"]) == {"out"}


def test_a_preview_with_an_unknown_name_says_which_exist():
    made = node("bash_jinja2", "\n{{ inputs.dat }}", inputs=(Input(name="data"),))
    with pytest.raises(TemplateError, match=r"line 2: There is no inputs\.dat; inputs that exist: data"):
        get_executor("bash_jinja2").preview_command(made)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ unknown }}", "unknown"),
        ("{% if %}", "line 1"),
        ("{{ params.n.__class__.__mro__ }}", "__class__"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ ''.join(params.n) }}", "TypeError"),
        ("${#a[@]}", "{% raw %}"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(text, words):
    made = node("bash_jinja2", text, parameters=(Parameter(name="n", parameter_type="int", value=1),))
    with pytest.raises(TemplateError) as caught:
        get_executor("bash_jinja2").preview_command(made)
    assert words in str(caught.value)


def test_names_of_mapping_methods_can_be_names_of_ports():
    made = node(
        "bash_jinja2", "{{ inputs.items }} {{ params.keys }} {{ params['get'] }} {{ input.data_csv }}"
    )
    ports = (Input(name="items"), Input(name="data.csv"))
    parameters = (*made.parameters, Parameter(name="keys", value="k"), Parameter(name="get", value="g"))
    made = Node(id=made.id, title="t", kind=made.kind, inputs=ports, parameters=parameters)
    assert (
        get_executor("bash_jinja2")
        .preview_command(made)
        .endswith("/inputs/items k g /tmp/plynx/inputs/data.csv")
    )


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("python", "def f(:", "line 1"),
        ("python", "x = 1\nreturn", "line 2"),
        ("function", "def f(:", "line 1"),
        ("bash_jinja2", "ok\n{% for %}", "line 2"),
        ("notebook", "{ not json", "no notebook"),
        ("notebook", "[]", "no list of cells"),
        ("command", "", "no code"),
    ],
)
def test_code_that_cannot_be_is_found_before_it_runs(kind, code, words):
    text = messages(node(kind, code))
    assert words in text
    assert "'My node' (n1)" in text


def test_no_code_is_a_missing_parameter():
    (violation,) = get_executor("command").validate(node("command", None))
    assert violation.validation_code is ValidationCode.MISSING_PARAMETER
    assert violation.object_id == "_cmd"


@pytest.mark.parametrize(
    ("kind", "ports", "parameters", "words"),
    [
        ("function", ["a.b"], ["a-b"], "a_b"),
        ("notebook", ["a.b"], ["a-b"], "a_b"),
        ("command", ["a.b", "A-B"], [], "INPUT_A_B"),
        ("bash_jinja2", ["a.b", "a-b"], [], "a_b"),
    ],
)
def test_names_that_code_could_not_tell_apart_are_refused(kind, ports, parameters, words):
    code = (
        json.dumps({"cells": []}) if kind == "notebook" else "def f(): pass" if kind == "function" else "true"
    )
    made = node(
        kind,
        code,
        inputs=tuple(Input(name=name) for name in ports),
        parameters=tuple(Parameter(name=name) for name in parameters),
    )
    assert words in messages(made)


def test_an_input_and_a_parameter_of_a_script_may_share_a_name():
    made = node("python", "pass", inputs=(Input(name="a"),), parameters=(Parameter(name="a"),))
    assert messages(made) == ""


@pytest.mark.parametrize("kind", ["file", "python", "function", "bash_jinja2", "command", "notebook"])
def test_the_default_node_of_a_kind_is_a_good_one(kind):
    executor = get_executor(kind)
    made = executor.get_default_node()
    assert made.kind == kind
    assert executor.validate(made) == []
    assert isinstance(executor.preview_command(made), str)


def test_only_composites_and_graphs_are_graphs():
    assert {kind for kind in known_kinds() if get_executor(kind).IS_GRAPH} == {"composite", "graph"}
