from __future__ import annotations

import subprocess
import sys

import pytest

import plynx_jupyter
from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.operations.decorators import declaration_of, input, operation, output, param, parameter  # noqa: A004


def test_the_function_itself_is_returned_and_still_works() -> None:
    def double(x: int) -> int:
        return 2 * x

    assert operation(input("x", int)(double)) is double
    assert double(2) == 4


def test_source_order_is_port_order_wherever_operation_stands() -> None:
    @input("a")
    @operation(title="T", description="D", auto_run_enabled=False)
    @input("b", int, is_array=True, min_count=2)
    @output("x", "csv")
    @output("y", "png")
    @param("p", int, 3)
    @parameter("q", str, default="v", widget=None)
    def inner(a, b, p):
        return {}

    @operation
    @input("a")
    @input("b")
    def outer(a, b):
        return {}

    said = declaration_of(inner)
    assert said is not None
    assert [spec.name for spec in said.inputs] == ["a", "b"]
    assert [spec.name for spec in said.outputs] == ["x", "y"]
    assert [(spec.name, spec.default, spec.widget) for spec in said.params] == [
        ("p", 3, ""),
        ("q", "v", None),
    ]
    assert (said.title, said.description, said.auto_run_enabled, said.kind) == ("T", "D", False, "function")
    bare = declaration_of(outer)
    assert bare is not None
    assert bare.is_operation
    assert [spec.name for spec in bare.inputs] == ["a", "b"]


def test_a_subclass_is_not_declared_by_its_base() -> None:
    @operation
    class Base:
        def __call__(self) -> None: ...

    class Derived(Base): ...

    assert declaration_of(Base) is not None
    assert declaration_of(Derived) is None


def test_what_cannot_hold_a_declaration_is_refused() -> None:
    with pytest.raises(OperationInvalidError, match="can't be decorated"):
        operation(len)


def test_the_package_offers_the_decorators() -> None:
    assert plynx_jupyter.operation is operation
    assert plynx_jupyter.Group("t", [1]).items == [1]


def test_importing_the_decorators_loads_nothing_heavy() -> None:
    code = (
        "import sys; import plynx_jupyter.operations.decorators; "
        "print({'pandas', 'nbformat', 'papermill', 'jinja2', 'symtable'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
