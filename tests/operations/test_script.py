from __future__ import annotations

import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input
from plynx_jupyter.operations.script import operation_from_script


def test_short_forms_become_ports_and_parameters() -> None:
    made = operation_from_script(
        "res = 1",
        title="Sum",
        inputs=["a", ("many", "csv[]"), Input(name="own", file_type="pdf")],
        outputs=[("sample.py", "file"), ("plot", "png")],
        params=["s", ("n", int, 3), ("c", "color"), Parameter(name="own_p", parameter_type="int", value=1)],
        cacheable=False,
        timeout_minutes=2,
    )
    assert [(p.name, p.file_type, p.is_array, p.max_count) for p in made.inputs] == [
        ("a", "file", False, 1),
        ("many", "csv", True, -1),
        ("own", "pdf", False, 1),
    ]
    assert [(p.name, p.file_type) for p in made.outputs] == [("sample.py", "file"), ("plot", "image")]
    assert {p.name: p.value for p in made.parameters} == {
        "s": "",
        "n": 3,
        "c": "#FF0000",
        "own_p": 1,
        "_cmd": Code("res = 1", "python"),
        "_cacheable": False,
        "_timeout": 2,
    }
    assert made.title == "Sum"


def test_a_template_tells_its_names() -> None:
    made = operation_from_script(
        """
        cat {{ inputs.grep_i | sh }} | grep {{ params['template'] }} > {{ outputs["grep.o"] }}
        {% for path in inputs.parts %}{{ path }}{% endfor %}
        {{ input.old }} {{ inputs.joined | join(" ") }} {{ inputs.first[0] }} {{ param.k }} {{ inputs.grep_i }}
        echo {{ cloud_outputs.c }}
        """,
        kind="basic-bash-jinja2-operation",
    )
    assert made.kind == "bash_jinja2"
    assert [(p.name, p.is_array) for p in made.inputs] == [
        ("grep_i", False),
        ("parts", True),
        ("old", False),
        ("joined", True),
        ("first", True),
    ]
    assert [(p.name, p.file_type) for p in made.outputs] == [("grep.o", "file"), ("c", "cloud_storage")]
    assert [p.name for p in made.parameters if not p.is_system] == ["template", "k"]


def test_given_ports_are_not_guessed() -> None:
    made = operation_from_script("{{ inputs.a }}", kind="bash_jinja2", inputs=["b"])
    assert [p.name for p in made.inputs] == ["b"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("def (", "python", "line 1: "),
        ("{{ inputs. }}", "bash_jinja2", "line 1: "),
        ("{{ inputs[name] }}", "bash_jinja2", "chosen by a variable"),
        ("  ", "command", "is empty"),
        ("x", "notebook", "not 'notebook'"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, kind: str, message: str) -> None:
    with pytest.raises(OperationInvalidError, match=message):
        operation_from_script(text, kind=kind)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(OperationInvalidError) as caught:
        operation_from_script("x", inputs=["a", "a", ("b", "?")], params=[("n", "int", "x"), ("d", "dict")])
    message = str(caught.value)
    for part in (
        "'a' is declared twice",
        "'b' has no file type '?'",
        "default of parameter 'n'",
        "'d' has no param",
    ):
        assert part in message
