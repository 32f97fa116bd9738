from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from plynx_jupyter.errors import (
    JobCanceledError,
    JobFailedError,
    JobTimeoutError,
    OperationInvalidError,
    StorageError,
)
from plynx_jupyter.worker import kernel_client
from plynx_jupyter.worker.engine import execute_notebook
from plynx_jupyter.worker.kernel_parameters import parameters_source


def notebook(*sources: str, kernel: str | None = "python3", tags: dict[int, str] | None = None) -> str:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for index, tag in (tags or {}).items():
        cells[index].metadata["tags"] = [tag]
    metadata = (
        {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}} if kernel else {}
    )
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))


class Execution:
    """Runs a notebook and keeps everything it told."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.output_path = directory / "executed.ipynb"
        self.progress: list[tuple[int, int, str]] = []
        self.text: list[tuple[str, str]] = []
        self.pids: list[int] = []
        self.reason: str | None = None
        self.on_text: Callable[[str, str], None] = lambda stream, text: None

    def run(self, source: str, **options: Any) -> None:
        def on_text(stream: str, text: str) -> None:
            self.text.append((stream, text))
            self.on_text(stream, text)

        execute_notebook(
            source,
            **{
                "parameters": {},
                "cwd": self.directory,
                "output_path": self.output_path,
                "kernel_name": None,
                "environment": {},
                "on_progress": lambda *progress: self.progress.append(progress),
                "on_text": on_text,
                "on_kernel": self.pids.append,
                "should_stop": lambda: self.reason,
                **options,
            },
        )

    def printed(self, stream: str = "stdout") -> str:
        return "".join(text for name, text in self.text if name == stream)

    @property
    def executed(self) -> Any:
        return nbformat.read(self.output_path, as_version=4)


@pytest.fixture
def execution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    temporary = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    threads = threading.active_count()
    execution = Execution(tmp_path)
    yield execution
    assert not [pid for pid in execution.pids if psutil.pid_exists(pid)]
    assert list(temporary.iterdir()) == []
    assert threading.active_count() == threads
    temporary.rmdir()


def test_cells_run_in_order_with_progress_text_and_outputs(execution: Execution) -> None:
    execution.run(
        notebook(
            "# load\nx = 20",
            "import sys\nprint('hello')\nprint('oops', file=sys.stderr)",
            "x + 1",
        )
    )
    assert execution.progress == [(0, 3, "# load"), (1, 3, "import sys"), (2, 3, "x + 1"), (3, 3, "")]
    assert "hello\n" in execution.printed()
    assert "21\n" in execution.printed()
    assert execution.printed("stderr") == "oops\n"
    executed = execution.executed
    assert executed.cells[2].outputs[0].data["text/plain"] == "21"
    assert executed.cells[2].execution_count == 3
    assert [cell.metadata.papermill.status for cell in executed.cells] == ["completed"] * 3
    assert len(execution.pids) == 1


def test_a_failure_names_cell_and_error_and_keeps_the_notebook(execution: Execution) -> None:
    with pytest.raises(JobFailedError) as caught:
        execution.run(notebook("1", "print('before')", "raise ValueError('too big')", "print('after')"))
    assert str(caught.value) == "ValueError: too big in cell 3"
    assert caught.value.data["cell"] == 3
    assert "raise ValueError('too big')" in caught.value.data["traceback"]
    assert "\x1b" not in caught.value.data["traceback"]
    assert "ValueError: too big" in execution.printed("stderr")
    statuses = [cell.metadata.papermill.status for cell in execution.executed.cells]
    assert statuses == ["completed", "completed", "failed", "pending"]
    assert execution.executed.cells[2].outputs[0].ename == "ValueError"


def test_text_arrives_before_the_end_and_the_notebook_can_be_read_meanwhile(execution: Execution) -> None:
    seen: list[str] = []
    go = execution.directory / "go"

    def on_text(stream: str, text: str) -> None:
        if "first" in text:
            seen.append(execution.executed.cells[0].metadata.papermill.status)
            go.touch()

    execution.on_text = on_text
    execution.run(
        notebook(
            "import time, pathlib\n"
            "print('first', flush=True)\n"
            "end = time.monotonic() + 20\n"
            "while not pathlib.Path('go').exists() and time.monotonic() < end: time.sleep(0.01)\n"
            "print('seen' if time.monotonic() < end else 'too late')"
        )
    )
    assert seen
    assert "seen" in execution.printed()


def test_a_sleeping_cell_is_canceled_quickly(execution: Execution) -> None:
    started: list[float] = []

    def on_text(stream: str, text: str) -> None:
        if "ready" in text:
            started.append(time.monotonic())
            execution.reason = "canceled by Ada"

    execution.on_text = on_text
    with pytest.raises(JobCanceledError, match=r"in cell 2 \(canceled by Ada\)") as caught:
        execution.run(notebook("import time", "print('ready', flush=True); time.sleep(60)", "3"))
    assert time.monotonic() - started[0] < 3
    assert caught.value.data["cell"] == 2
    statuses = [cell.metadata.papermill.status for cell in execution.executed.cells]
    assert statuses == ["completed", "failed", "pending"]
    assert execution.executed.cells[1].outputs[0].text == "ready\n"


def test_a_cell_that_ignores_interrupts_is_killed_with_its_children(execution: Execution) -> None:
    started: list[float] = []

    def on_text(stream: str, text: str) -> None:
        if "child" in text:
            started.append(time.monotonic())
            execution.reason = "canceled"

    execution.on_text = on_text
    with pytest.raises(JobCanceledError):
        execution.run(
            notebook(
                "import signal, subprocess, time\n"
                "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
                "child = subprocess.Popen(['sleep', '60'])\n"
                "print('child', child.pid, flush=True)\n"
                "while True:\n"
                "    try: time.sleep(60)\n"
                "    except KeyboardInterrupt: pass"
            )
        )
    assert time.monotonic() - started[0] < 3
    child = int(execution.printed().split()[1])
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_stop_while_the_kernel_starts_is_obeyed(execution: Execution) -> None:
    execution.reason = "canceled"
    with pytest.raises(JobCanceledError, match="while the kernel started"):
        execution.run(notebook("1"))
    assert execution.executed.cells[0].metadata.papermill.status == "pending"


def test_a_timeout_is_told_apart_from_a_cancel(execution: Execution) -> None:
    execution.on_text = lambda stream, text: setattr(execution, "reason", "timeout")
    with pytest.raises(JobTimeoutError, match="in cell 1"):
        execution.run(notebook("import time; print(1, flush=True); time.sleep(60)"))


def test_an_own_deadline_stops_the_notebook(execution: Execution) -> None:
    with pytest.raises(JobTimeoutError):
        execution.run(notebook("import time; time.sleep(60)"), timeout_seconds=0.2)


@pytest.mark.parametrize(
    ("code", "message", "data"),
    [
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL.*out of memory.*in cell 2", {"signal": "SIGKILL"}),
        ("import os; os._exit(7)", "exited with status 7 in cell 2", {"exit_code": 7}),
    ],
)
def test_a_kernel_that_dies_is_reported_with_cell_and_cause(
    execution: Execution, code: str, message: str, data: dict[str, Any]
) -> None:
    with pytest.raises(JobFailedError, match=message) as caught:
        execution.run(notebook("print('alive', flush=True)", code, "3"))
    assert caught.value.data["cell"] == 2
    assert data.items() <= caught.value.data.items()
    assert execution.executed.cells[0].outputs[0].text == "alive\n"
    assert execution.executed.cells[1].metadata.papermill.status == "failed"


def test_two_notebooks_run_at_once_in_their_own_directories_and_environments(
    execution: Execution, tmp_path: Path
) -> None:
    before = Path.cwd()
    executions, errors = [], []

    def run(execution: Execution, name: str) -> None:
        try:
            execution.run(
                notebook("import os; print(os.getcwd(), os.environ['WHO'])"), environment={"WHO": name}
            )
        except Exception as error:
            errors.append(error)

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        executions.append(Execution(tmp_path / name))
    threads = [threading.Thread(target=run, args=(e, e.directory.name)) for e in executions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert [e.printed().strip() for e in executions] == [f"{tmp_path}/{n} {n}" for n in ("a", "b")]
    assert Path.cwd() == before


HARD_VALUES: dict[str, Any] = {
    "nan": float("nan"),
    "inf": float("inf"),
    "minus_inf": float("-inf"),
    "minus_zero": -0.0,
    "tiny": 5e-324,
    "third": 1 / 3,
    "huge": 10**400,
    "gigantic": 7**9000,
    "negative": -(10**5000),
    "yes": True,
    "none": None,
    "unicode": "Größe 北京 😀 \u202e \ud800",
    "lines": "a\nb\r\nc\td\x00e\x1b[0m\u2028\x85",
    "quotes": "'\"'''\"\"\"`$HOME` {x} %s #",
    "backslashes": "\\ \\n \\\\ \\\" \\' \\",
    "code": '"; import os; os._exit(1) #',
    "empty": "",
    "empties": [[], {}, ""],
    "nested": {"a b": [1, 2.5, None, {"ü\n'\"": [True, float("inf")]}], "": {"x": -1}},
    "_private": 1,
}


def test_hard_parameter_values_arrive_equal(execution: Execution) -> None:
    expected = execution.directory / "expected.pickle"
    import pickle

    expected.write_bytes(pickle.dumps(HARD_VALUES))
    execution.run(
        notebook(
            "unicode = 'default'",
            "import pickle, pathlib\n"
            "expected = pickle.loads(pathlib.Path('expected.pickle').read_bytes())\n"
            "def same(a, b):\n"
            "    if type(a) is not type(b): return False\n"
            "    if isinstance(a, float): return a.hex() == b.hex()\n"
            "    if isinstance(a, list): return len(a) == len(b) and all(map(same, a, b))\n"
            "    if isinstance(a, dict): return list(a) == list(b) and all(same(a[k], b[k]) for k in a)\n"
            "    return a == b\n"
            "wrong = [n for n, v in expected.items() if not same(globals()[n], v)]\n"
            "assert not wrong, wrong",
            tags={0: "parameters"},
        ),
        parameters=HARD_VALUES,
    )
    assert execution.progress[-1] == (2, 2, "")
    assert execution.executed.cells[1].metadata.tags == ["injected-parameters"]


def test_without_a_parameters_cell_they_come_first(execution: Execution) -> None:
    execution.run(notebook("print(rate)"), parameters={"rate": 0.25})
    assert execution.printed() == "0.25\n"
    assert execution.executed.cells[0].metadata.tags == ["injected-parameters"]


def test_parameter_names_that_are_no_identifiers_are_refused_all_at_once(execution: Execution) -> None:
    with pytest.raises(JobFailedError) as caught:
        execution.run(notebook("1"), parameters={"ok": 1, "a b": 1, "x=1;y": 1, "class": 1, "é": 1})
    assert all(repr(name) in str(caught.value) for name in ("a b", "x=1;y", "class", "é"))
    assert "'ok'" not in str(caught.value)


def test_bash_gets_parameters_as_they_are() -> None:
    values = {"plain": "a b", "hard": "'\"$HOME`ls`\\\n;é", "number": -1.5, "many": ["x y", "$z"]}
    source = parameters_source(values, language="bash")
    script = source + '\nprintf \'%s|\' "$plain" "$hard" "$number" "${many[@]}"'
    printed = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()
    assert printed == "|".join(["a b", values["hard"], "-1.5", "x y", "$z", ""])


@pytest.mark.parametrize(
    ("language", "value", "expected"),
    [
        ("R", float("nan"), "x <- NaN"),
        ("R", {"a": [1, None, "é\n"]}, 'x <- list("a" = list(1L, NULL, "é\\n"))'),
        ("julia", "costs $5", 'x = "costs \\$5"'),
        ("julia", [float("-inf"), True], "x = Any[-Inf, true]"),
        ("scala", [1, "a"], 'val x = Seq(1, "a")'),
    ],
)
def test_other_languages_get_literals_of_their_own(language: str, value: Any, expected: str) -> None:
    assert parameters_source({"x": value}, language=language).splitlines()[1] == expected


def test_values_without_a_literal_in_a_language_are_refused() -> None:
    with pytest.raises(JobFailedError, match="'x' can't be passed to a scala notebook: nan"):
        parameters_source({"x": [float("nan")]}, language="scala")
    with pytest.raises(JobFailedError, match="no translation is known"):
        parameters_source({"x": 1}, language="brainfuck")


def test_without_kernel_information_this_interpreter_runs_it(execution: Execution) -> None:
    execution.run(notebook("import sys; print(sys.executable)", kernel=None))
    assert execution.printed().strip() == sys.executable


def test_an_unknown_kernel_is_refused_with_the_installed_ones(execution: Execution) -> None:
    with pytest.raises(JobFailedError, match=r"'cobol'.*Installed: .*python3"):
        execution.run(notebook("1", kernel="cobol"))


def test_a_given_kernel_name_overrides_the_notebooks_own(execution: Execution) -> None:
    execution.run(notebook("print('ran')", kernel="cobol"), kernel_name="python3")
    assert execution.printed() == "ran\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{not json", "not JSON"),
        ("[]", "no nbformat number"),
        ('{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}', "too new"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "x"}]}',
            "not a valid",
        ),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "not a valid"),
        ('{"nbformat": 4, "nbformat_minor": 5}', "not a valid"),
    ],
)
def test_what_is_no_notebook_is_refused(execution: Execution, text: str, message: str) -> None:
    with pytest.raises(OperationInvalidError, match=message):
        execution.run(text)
    assert execution.pids == []


def test_a_notebook_of_format_3_is_upgraded(execution: Execution) -> None:
    cell = {"cell_type": "code", "input": ["print(6*7)"], "language": "python", "metadata": {}, "outputs": []}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]}
    execution.run(json.dumps(old))
    assert execution.printed() == "42\n"


def test_a_cell_may_be_allowed_to_fail(execution: Execution) -> None:
    execution.run(notebook("1/0", "print('on')", tags={0: "raises-exception"}))
    assert "on\n" in execution.printed()


def test_no_cells_is_success(execution: Execution) -> None:
    execution.run(notebook())
    assert execution.progress == [(0, 0, "")]


def test_stored_text_of_a_cell_is_bounded(execution: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_client, "MOST_STREAM_BYTES", 1000)
    execution.run(notebook("for i in range(100):\n    print('x' * 99, flush=True)\n1"))
    stream, result = execution.executed.cells[0].outputs
    assert 1000 < len(stream.text) < 1100
    assert stream.text.endswith("was cut here after 1000 bytes]\n")
    assert result.output_type == "execute_result"
    assert execution.printed().count("x") == 9900


def test_cleared_outputs_are_gone(execution: Execution) -> None:
    execution.run(
        notebook(
            "from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b', flush=True)",
            "print('c', flush=True)\nclear_output(wait=True)\nprint('d', flush=True)\nprint('e', flush=True)",
        )
    )
    texts = ["".join(out.text for out in cell.outputs) for cell in execution.executed.cells]
    assert texts == ["b\n", "d\ne\n"]


def test_an_output_path_that_cannot_be_written_is_reported(execution: Execution) -> None:
    with pytest.raises(StorageError, match="can't be written"):
        execution.run(notebook("1"), output_path=execution.directory / "missing" / "out.ipynb")


def test_no_file_descriptor_or_process_is_left_behind(execution: Execution) -> None:
    execution.run(notebook("1"))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(2):
        execution.run(notebook("print(1)"))
    assert len(os.listdir("/proc/self/fd")) == before
    assert [child for child in psutil.Process().children() if child.pid in execution.pids] == []


def test_a_long_temporary_directory_still_works(
    execution: Execution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("n" * 120)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    execution.run(notebook("print('ok')"))
    assert execution.printed() == "ok\n"
    assert list(long.iterdir()) == []


@pytest.fixture
def kernelspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], str]:
    def install(argv: list[str]) -> str:
        directory = tmp_path / "jupyter" / "kernels" / "odd"
        directory.mkdir(parents=True)
        spec = {"argv": argv, "display_name": "Odd", "language": "odd"}
        (directory / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        return "odd"

    return install


def test_a_kernel_that_ends_while_starting_tells_what_it_wrote(
    execution: Execution, kernelspec: Callable[[list[str]], str]
) -> None:
    name = kernelspec([sys.executable, "-c", "raise SystemExit('no licence')"])
    with pytest.raises(
        JobFailedError, match="exited with status 1 while the kernel started: no licence"
    ) as caught:
        execution.run(notebook("1"), kernel_name=name)
    assert caught.value.data["exit_code"] == 1
    assert execution.printed("stderr") == "no licence\n"


def test_a_kernel_whose_program_is_missing_is_reported(
    execution: Execution, kernelspec: Callable[[list[str]], str]
) -> None:
    with pytest.raises(JobFailedError, match=r"'odd' can't be started: .*no-such-program"):
        execution.run(notebook("1"), kernel_name=kernelspec(["/no-such-program"]))


def test_a_kernel_that_never_answers_is_given_up(
    execution: Execution, kernelspec: Callable[[list[str]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plynx_jupyter.worker.engine._START_SECONDS", 0.3)
    with pytest.raises(JobFailedError, match="didn't answer within"):
        execution.run(notebook("1"), kernel_name=kernelspec(["sleep", "60"]))


def test_a_missing_working_directory_is_reported(execution: Execution) -> None:
    with pytest.raises(JobFailedError, match="can't be started"):
        execution.run(notebook("1"), cwd=execution.directory / "gone")
