from __future__ import annotations

import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model import kind as kinds
from plynx_jupyter.model.parameter import Code
from plynx_jupyter.operations.default_nodes import default_node, default_operation
from plynx_jupyter.operations.notebook import operation_from_notebook
from plynx_jupyter.operations.script import operation_from_script


@pytest.mark.parametrize("kind", ["python", "function", "bash_jinja2", "command", "notebook"])
def test_kinds_that_run_have_code_and_system_parameters(kind: str) -> None:
    node = default_node(kind)
    assert node.kind == kind
    assert isinstance(node.value("_cmd"), Code)
    assert node.value("_cacheable") is True
    assert node.value("_timeout") == 600
    assert node.original_node_id is not None or node.id


def test_files_and_composites_do_not_run_code() -> None:
    assert [port.name for port in default_node(kinds.FILE).outputs] == ["out"]
    assert default_node(kinds.COMPOSITE).value("_nodes") == ()


def test_the_sample_codes_declare_the_sample_ports() -> None:
    bash = default_operation("bash_jinja2")
    made = operation_from_script(bash.parameters[0].value.value, kind="bash_jinja2")  # type: ignore[union-attr]
    assert (made.inputs, made.outputs) == (bash.inputs, bash.outputs)
    sample = default_operation("notebook")
    read = operation_from_notebook(sample.parameters[0].value.value)  # type: ignore[union-attr]
    assert (read.inputs, read.outputs) == (sample.inputs, sample.outputs)
    assert read.parameters[0].value == sample.parameters[0].value


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(OperationInvalidError, match="no default for the kind 'magic'"):
        default_operation("magic")
