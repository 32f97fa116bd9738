from __future__ import annotations

import enum
import importlib
import json
import linecache
import math
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, TypedDict

import pandas as pd
import pytest

from plynx_jupyter.errors import OperationInvalidError
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice
from plynx_jupyter.operations.decorators import input, operation, output, param  # noqa: A004
from plynx_jupyter.operations.function import operation_from_function


def ports(made: Operation) -> list[tuple[str, str, bool, int, int]]:
    return [(p.name, p.file_type, p.is_array, p.min_count, p.max_count) for p in made.inputs]


def outs(made: Operation) -> list[tuple[str, str, bool]]:
    return [(p.name, p.file_type, p.is_array) for p in made.outputs]


def params(made: Operation) -> dict[str, tuple[str, Any]]:
    return {p.name: (p.parameter_type, p.value) for p in made.parameters if not p.is_system}


def code_of(made: Operation) -> str:
    [code] = [p.value for p in made.parameters if p.name == "_cmd"]
    assert isinstance(code, Code)
    assert code.mode == "python"
    return code.value


class Size(enum.Enum):
    SMALL = "small"
    BIG = "big"


class Scores(TypedDict):
    accuracy: float
    plot: Annotated[Path, "png"]


def typed(
    table: pd.DataFrame,
    path: Path,
    sheet: csv,  # noqa: F821
    pages: "pdf[]",  # noqa: F722
    files: list[Path],
    numbers: list[int],
    named: Annotated[Path, "tsv"],
    count: int,
    maybe: Path | None = None,
    rate: float = 0.5,
    size: Size = Size.BIG,
    mode: Literal["a", "b"] = "b",
    tint: Annotated[str, "color"] = "#00FF00",
    layers: list[int] = [10, 20],  # noqa: B006
    loose=True,
) -> Scores:
    """Do much.

    And more.
    """
    return {"accuracy": 1.0, "plot": path}


def test_annotations_say_what_is_input_parameter_and_output() -> None:
    made = operation_from_function(typed)
    assert ports(made) == [
        ("table", "dataframe", False, 1, 1),
        ("path", "file", False, 1, 1),
        ("sheet", "csv", False, 1, 1),
        ("pages", "pdf", True, 1, -1),
        ("files", "file", True, 1, -1),
        ("numbers", "int", True, 1, -1),
        ("named", "tsv", False, 1, 1),
        ("count", "int", False, 1, 1),
        ("maybe", "file", False, 0, 1),
    ]
    assert params(made) == {
        "rate": ("float", 0.5),
        "size": ("enum", EnumChoice(("small", "big"), 1)),
        "mode": ("enum", EnumChoice(("a", "b"), 1)),
        "tint": ("color", "#00FF00"),
        "layers": ("list_int", [10, 20]),
        "loose": ("bool", True),
    }
    assert outs(made) == [("accuracy", "float", False), ("plot", "image", False)]
    assert (made.kind, made.title, made.description) == ("function", "Typed", "Do much.")


def test_decorators_win_over_annotations_and_complete_each_other() -> None:
    @operation(title="Sum up", auto_run_enabled=False)
    @input("sample.py", "file")
    @input("x", int, is_array=True, min_count=0)
    @output("res", var_type=int)
    @output("many", var_type="csv", is_array=True)
    @param("coef", var_type=int, default=1, widget="Coefficient")
    @param("hidden", var_type="text", widget=None)
    @param("choice", var_type="enum", default=["a", "b"])
    def add(sample_py, x, coef, choice, more: float = 2):
        return {"res": sum(x) * coef, "many": []}

    made = operation_from_function(add)
    assert ports(made) == [("sample.py", "file", False, 1, 1), ("x", "int", True, 0, -1)]
    assert outs(made) == [("res", "int", False), ("many", "csv", True)]
    assert params(made) == {
        "coef": ("int", 1),
        "hidden": ("text", ""),
        "choice": ("enum", EnumChoice(("a", "b"), 0)),
        "more": ("float", 2),
    }
    assert [p.widget for p in made.parameters[:2]] == ["Coefficient", None]
    assert (made.title, made.auto_run_enabled) == ("Sum up", False)


def test_one_return_type_gives_one_output_and_none_gives_none() -> None:
    def number() -> int:
        return 1

    def nothing() -> None: ...

    def images() -> list[Annotated[Path, "png"]]:
        return []

    assert outs(operation_from_function(number)) == [("out", "int", False)]
    assert outs(operation_from_function(nothing)) == []
    assert outs(operation_from_function(images)) == [("out", "image", True)]


def test_a_class_is_described_by_its_call() -> None:
    @operation(title="Stateful")
    @output("x", int)
    class Accumulate:
        def __init__(self) -> None:
            self.total = 0

        def __call__(self, x: list[int]) -> dict:
            self.total += sum(x)
            return {"x": self.total}

    made = operation_from_function(Accumulate)
    assert ports(made) == [("x", "int", True, 1, -1)]
    assert "class Accumulate" in code_of(made)


def test_overrides_replace_fields_and_wrong_ones_are_named() -> None:
    assert operation_from_function(typed, title="Other").title == "Other"
    with pytest.raises(OperationInvalidError, match=r"no 'titel'; it has .*title"):
        operation_from_function(typed, titel="x")


def test_all_problems_are_told_at_once() -> None:
    @operation
    @input("ghost", int)
    @param("n", int, default="many")
    @input("a.b")
    @input("a-b")
    async def broken(a_b, n, untyped, /, plain, wrong: Nowhere, table: dict = {}) -> dict:  # noqa: F821, B006
        return {}

    with pytest.raises(OperationInvalidError) as caught:
        operation_from_function(broken)
    message = str(caught.value)
    for part in (
        "coroutines",
        "'ghost' is declared, but the function has no such argument",
        "default of parameter 'n'",
        "'a.b' and 'a-b' are both spelled a_b",
        "'untyped' is positional only",
        "'plain' has no type",
        "'wrong', 'Nowhere', names no file type",
        "'table' has a default",
        "name its keys with @output",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (lambda x: x, "a lambda has no name"),
        (len, "neither a function nor a class"),
        (Size, "no __call__"),
        (3, "neither a function"),
    ],
)
def test_what_is_no_function_is_refused(target: Any, message: str) -> None:
    with pytest.raises(OperationInvalidError, match=message):
        operation_from_function(target)


def test_a_class_that_needs_arguments_is_refused() -> None:
    class Needy:
        def __init__(self, what: int) -> None: ...

        def __call__(self) -> None: ...

    with pytest.raises(OperationInvalidError, match="asks for what"):
        operation_from_function(Needy)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "made_for_test").mkdir()
    (tmp_path / "made_for_test" / "__init__.py").touch()
    (tmp_path / "made_for_test" / "steps.py").write_text("def step(x: int) -> int:\n    return x + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("made_for_test.steps")
    for name in ("made_for_test", "made_for_test.steps"):
        del sys.modules[name]


def test_code_in_an_importable_module_is_referred_to(package: ModuleType) -> None:
    made = operation_from_function(package.step)
    assert made.code_function_location == "made_for_test.steps:step"
    assert made.parameters[0].name != "_cmd"


def test_code_that_left_the_path_is_captured(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [p for p in sys.path if not Path(p, "made_for_test").exists()])
    made = operation_from_function(package.step)
    assert made.code_function_location is None
    assert "return x + 1" in code_of(made)


NOTEBOOK_CELLS = [
    """
    from __future__ import annotations
    import json
    import os.path
    import numpy as np
    import xml.dom.minidom
    from functools import lru_cache
    from math import pi as PI, sin
    from typing import Optional
    from plynx_jupyter import operation, output, param
    RATE = 0.5
    NAMES = {"a": [1, None, (2,)]}
    BIG = float("inf")
    """,
    """
    class Shape:
        side = RATE
    class Square(Shape):
        def area(self):
            return self.side ** 2
    @lru_cache(maxsize=None)
    def helper(n):
        return n if n < 2 else helper(n - 1) + other(n - 2)
    def other(n):
        return helper(n) if n > 0 else 0
    alias = helper
    """,
    """
    @operation(title="Work")
    @output("res", float)
    @param("n", int, default=5)
    def work(x: int, n):
        doc = xml.dom.minidom.Document()
        def inner():
            return RATE * alias(n)
        values = [np.float64(x) for _ in range(2)]
        return {"res": inner() + Square().area() + len(NAMES) + sin(0) * PI + sum(values) + (BIG > 1)}
    """,
]


@pytest.fixture
def interactive() -> Iterator[dict[str, Any]]:
    """A ``__main__`` whose code is known to ``linecache`` alone, as IPython has it."""
    main = sys.modules["__main__"]
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    names = [f"/tmp/ipykernel_0/{number}.py" for number in range(9)]

    def run(cells: list[str]) -> dict[str, Any]:
        for name, cell in zip(names, cells, strict=False):
            text = textwrap.dedent(cell)
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
            exec(compile(text, name, "exec", dont_inherit=True), vars(module))
        return vars(module)

    yield run  # type: ignore[misc]
    sys.modules["__main__"] = main
    for name in names:
        linecache.cache.pop(name, None)


def test_code_from_a_notebook_is_captured_with_all_it_needs(interactive: Any, tmp_path: Path) -> None:
    scope = interactive(NOTEBOOK_CELLS)
    made = operation_from_function(scope["work"])
    assert made.code_function_location is None
    text = code_of(made)
    for line in (
        "import numpy as np",
        "import xml.dom.minidom",
        "from math import sin",
        "from plynx_jupyter.operations.decorators import operation",
    ):
        assert line in text.splitlines()
    assert "json" not in text
    (tmp_path / "captured.py").write_text(text)
    program = "import captured; print(captured.operation(x=3, n=5)['res'])"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert float(ran.stdout) == scope["work"](3, 5)["res"]


def test_captured_text_is_the_same_every_time(interactive: Any) -> None:
    scope = interactive(NOTEBOOK_CELLS)
    texts = {code_of(operation_from_function(scope["work"])) for _ in range(3)}
    assert len(texts) == 1


def test_globals_that_cannot_be_written_out_are_named(interactive: Any) -> None:
    scope = interactive(
        [
            "lock = __import__('threading').Lock()\nmodel = object()",
            "def f(x: int) -> int:\n    return lock, model, nix",
        ]
    )
    with pytest.raises(OperationInvalidError) as caught:
        operation_from_function(scope["f"])
    message = str(caught.value)
    assert "'lock', a lock that can't be written out: pass it as an input" in message
    assert "'model'" in message
    assert "'nix', which isn't defined" in message


def test_variables_of_an_enclosing_function_are_captured() -> None:
    factor = 3

    def scale(x: int) -> float:
        return x * factor * math.pi

    text = code_of(operation_from_function(scale))
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["operation"](2) == scale(2)


def test_a_function_typed_at_a_real_ipython_prompt_is_captured() -> None:
    program = """
from IPython.core.interactiveshell import InteractiveShell
import sys
shell = InteractiveShell.instance(user_module=sys.modules['__main__'])
shell.history_manager.enabled = False
shell.run_cell('K = 4\\nclass Box:\\n    def get(self):\\n        return K', store_history=True)
shell.run_cell('def f(x: int) -> int:\\n    return x * Box().get()', store_history=True)
from plynx_jupyter.operations.function import operation_from_function
import json
print(json.dumps(operation_from_function(shell.user_ns['f']).parameters[0].value.value))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    space: dict[str, Any] = {}
    exec(json.loads(ran.stdout.splitlines()[-1]), space)
    assert space["operation"](2) == 8
