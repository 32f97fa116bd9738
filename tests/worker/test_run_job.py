"""One job from beginning to end, of every kind that needs a process."""

from __future__ import annotations

import math
import threading
from typing import Any

import pytest

from plynx_jupyter.model.job import JobStarted
from plynx_jupyter.worker.cancel import CancelToken

AWKWARD = {
    "nan": math.nan,
    "infinite": -math.inf,
    "huge": 10**400,
    "tiny": 5e-324,
    "unicode": "žluťoučký 🐎 \u202e",
    "lines": "one\ntwo\r\n\tthree\n",
    "quotes": "'\"`$HOME\\n{{ x }} !! %s",
    "empty": "",
    "nothing": None,
    "yes": True,
    "list": ["a b", "it's", 1, None, [math.inf]],
    "a-b.c": "dashed",
}


def same(a: Any, b: Any) -> bool:
    return repr(a) == repr(b)


def test_a_bash_script_runs_with_its_files_and_values(workshop):
    job = workshop.job(
        "bash_jinja2",
        "wc -l < {{ inputs.data_csv }} > {{ outputs.out }}\necho {{ params.word | sh }}; echo oops >&2\n",
        inputs={"data.csv": ("csv", "a\nb\n")},
        outputs={"out": "int"},
        params={"word": "it's"},
    )
    result = workshop.run(job)
    assert workshop.output_of(result) == 2
    assert workshop.log(result) == workshop.live() == "it's\n"
    assert workshop.log(result, "stderr") == workshop.live("stderr") == "oops\n"
    assert isinstance(workshop.reports[0], JobStarted)
    assert result.started_at <= result.finished_at
    assert result.outputs["out"][0].inline


def test_values_reach_a_python_script_unchanged(workshop):
    code = "import pickle\npickle.dump((params, param is params), open(outputs['out'], 'wb'))\n"
    result = workshop.run(workshop.job("python", code, outputs={"out": "file"}, params=AWKWARD))
    import pickle

    values, aliased = pickle.loads(workshop.output_of(result))
    assert same(values, AWKWARD)
    assert aliased


def test_values_reach_a_function_unchanged(workshop):
    code = "def f(**values):\n    return {'out': repr(values)}\n"
    result = workshop.run(workshop.job("function", code, outputs={"out": "str"}, params=AWKWARD))
    assert workshop.output_of(result) == repr(
        {k.replace("-", "_").replace(".", "_"): v for k, v in AWKWARD.items()}
    )


@pytest.mark.parametrize("name", ["unicode", "lines", "quotes", "empty", "huge"])
def test_values_reach_a_bash_script_unchanged(workshop, name):
    value = AWKWARD[name]
    code = "printf %s {{ params.v | sh }} > {{ outputs.out }}"
    result = workshop.run(workshop.job("bash_jinja2", code, outputs={"out": "file"}, params={"v": value}))
    assert workshop.output_of(result).decode() == str(value)


def test_plain_values_are_spelled_as_the_shell_likes_them(workshop):
    code = (
        "if {{ params.yes }}; then a=({{ params.items }})\n"
        "echo {% raw %}${#a[@]}{% endraw %} {{ params.rate }} {{ params.nan }}; fi"
    )
    params = {"yes": True, "items": ["a b", "c"], "rate": 0.1, "nan": math.nan}
    result = workshop.run(workshop.job("bash_jinja2", code, params=params))
    assert workshop.log(result) == "2 0.1 nan\n"


@pytest.mark.parametrize("name", ["unicode", "lines", "quotes", "empty"])
def test_values_reach_a_command_unchanged(workshop, name):
    code = '#!/bin/sh\nprintf %s "$PARAM_MY_VALUE" > "$OUTPUT_OUT"\n'
    params = {"my-value": AWKWARD[name]}
    result = workshop.run(workshop.job("command", code, outputs={"out": "file"}, params=params))
    assert workshop.output_of(result).decode() == AWKWARD[name]


def test_a_command_finds_its_lists_one_item_to_a_line(workshop):
    code = 'cat $INPUT_DATA > "$out"; echo "$PARAM_NAMES"; echo "$names"'
    job = workshop.job(
        "command",
        code,
        inputs={"data": ("file[]", ["1\n", "2\n"])},
        outputs={"out": "file"},
        params={"names": ["x y", "z"]},
    )
    result = workshop.run(job)
    assert workshop.output_of(result) == b"1\n2\n"
    assert workshop.log(result) == "x y\nz\n" * 2


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_input_is_a_list_of_values_for_a_function(workshop, count):
    code = "def f(x):\n    return {'x': sum(x) + 1}"
    job = workshop.job("function", code, inputs={"x": ("int[]", [5] * count)}, outputs={"x": "int"})
    assert workshop.output_of(workshop.run(job), "x") == 5 * count + 1


def test_list_inputs_keep_their_order_in_scripts(workshop):
    code = "cat {{ inputs.i | join(' ') }} > {{ outputs.out }}"
    items = [f"{n}\n" for n in range(12)]
    job = workshop.job("bash_jinja2", code, inputs={"i": ("file[]", items)}, outputs={"out": "file"})
    assert workshop.output_of(workshop.run(job)).decode() == "".join(items)


def test_a_folder_travels_as_a_folder(workshop):
    make = "mkdir -p {{outputs.d}}/sub && echo hi > {{outputs.d}}/sub/f.txt"
    made = workshop.run(workshop.job("bash_jinja2", make, outputs={"d": "directory"}))
    assert made.error is None
    code = "cd {{inputs.d}} && find . -type f > {{outputs.out}} && cat sub/f.txt"
    use = workshop.job(
        "bash_jinja2", code, inputs={"d": ("directory", made.outputs["d"][0])}, outputs={"out": "file"}
    )
    result = workshop.run(use)
    assert workshop.output_of(result) == b"./sub/f.txt\n"
    assert workshop.log(result) == "hi\n"


def test_an_executable_can_be_run_by_the_next_script(workshop):
    make = "printf '#!/bin/sh\\necho from-exe\\n' > {{outputs.e}}"
    made = workshop.run(workshop.job("bash_jinja2", make, outputs={"e": "executable"}))
    use = workshop.job(
        "bash_jinja2",
        "{{inputs.e}} > {{outputs.out}}",
        inputs={"e": ("executable", made.outputs["e"][0])},
        outputs={"out": "file"},
    )
    assert workshop.output_of(workshop.run(use)) == b"from-exe\n"


def test_a_place_in_the_cloud_is_the_same_on_both_sides(workshop, monkeypatch):
    monkeypatch.setenv("PLYNX_CLOUD_PREFIX", "s3://bucket/prefix")
    made = workshop.run(
        workshop.job("bash_jinja2", "echo {{cloud_outputs.c}}", outputs={"c": "cloud_storage"})
    )
    assert made.error is None
    use = workshop.job(
        "python", "print(cloud_inputs['c'])", inputs={"c": ("cloud_storage", made.outputs["c"][0])}
    )
    assert workshop.log(workshop.run(use)) == workshop.log(made)
    assert workshop.log(made).startswith("s3://bucket/prefix/")


def test_a_function_returns_all_types_of_values(workshop):
    values = {
        "int": 42,
        "str": "Hello world",
        "dict": {"foo": "woo"},
        "float": math.pi,
        "bool": True,
        "color": "#FF0000",
        "list": [1, "2"],
    }
    job = workshop.job(
        "function", f"def f():\n    return {values!r}", outputs={name: name for name in values}
    )
    result = workshop.run(job)
    assert {name: workshop.output_of(result, name) for name in values} == values


def test_a_script_writes_all_types_of_values(workshop):
    code = "\n".join(
        [
            "echo 42 > {{outputs.i}}",
            "echo Hello world > {{outputs.s}}",
            """echo '{"foo": "woo"}' > {{outputs.d}}""",
            "echo True > {{outputs.b}}",
        ]
    )
    outputs = {"i": "int", "s": "str", "d": "dict", "b": "bool"}
    result = workshop.run(workshop.job("bash_jinja2", code, outputs=outputs))
    assert [workshop.output_of(result, name) for name in outputs] == [42, "Hello world", {"foo": "woo"}, True]


def test_raw_values_are_files_with_their_text_for_scripts(workshop):
    inputs = {"i": ("int", 7), "s": ("str", "a\nb"), "f": ("float", math.nan), "b": ("bool", False)}
    code = "for name in 'isfb':\n    print(repr(open(inputs[name]).read()))"
    result = workshop.run(workshop.job("python", code, inputs=inputs))
    assert workshop.log(result) == "'7'\n'a\\nb'\n'nan'\n'false'\n"


def test_a_large_raw_value_goes_through_the_storage_both_ways(workshop):
    text = "x" * 100_000
    made = workshop.run(
        workshop.job(
            "function", "def f(s):\n    return s + 'y'", inputs={"s": ("str", text)}, outputs={"out": "str"}
        )
    )
    assert not made.outputs["out"][0].inline
    assert workshop.output_of(made) == text + "y"


def test_a_list_output_is_a_sorted_folder_for_scripts_and_a_list_for_functions(workshop):
    script = workshop.job(
        "python",
        "import os\nfor n in (2, 0, 1):\n    open(os.path.join(outputs['out'], f'{n}.txt'), 'w').write(str(n))",
        outputs={"out": "file[]"},
    )
    function = workshop.job(
        "function", "def f():\n    return {'out': ['0', '1', '2']}", outputs={"out": "file[]"}
    )
    for job in (script, function):
        result = workshop.run(job)
        assert result.error is None
        assert [workshop.read(one) for one in result.outputs["out"]] == [b"0", b"1", b"2"]


def test_an_output_that_was_not_made_is_named_with_what_there_is_instead(workshop):
    code = "rm -f {{outputs.out}}; echo x > {{outputs.out}}.bak"
    result = workshop.run(workshop.job("bash_jinja2", code, outputs={"out": "csv", "other": "file"}))
    assert result.error is not None
    assert result.error.code == "job.output_missing"
    assert "'out'" in result.error.message
    assert "'other'" in result.error.message
    assert "out.csv.bak" in result.error.message
    assert result.outputs == {}
    assert set(result.logs) >= {"stdout", "stderr", "worker"}


def test_a_function_that_leaves_an_output_out_is_told_which(workshop):
    code = "def f():\n    return {'one': 1}"
    result = workshop.run(workshop.job("function", code, outputs={"one": "int", "two": "int"}))
    assert result.error is not None
    assert result.error.code == "job.output_missing"
    assert "'two'" in result.error.message


def test_an_output_of_the_wrong_type_is_refused(workshop):
    result = workshop.run(workshop.job("bash_jinja2", "echo abc > {{outputs.out}}", outputs={"out": "int"}))
    assert result.error is not None
    assert "'out'" in result.error.message
    assert "abc" in result.error.message


def test_a_fifo_in_the_place_of_an_output_is_refused_and_not_waited_for(workshop):
    result = workshop.run(workshop.job("bash_jinja2", "mkfifo {{outputs.out}}", outputs={"out": "file"}))
    assert result.error is not None
    assert "not a regular file" in result.error.message


def test_a_failing_script_says_its_exit_code_and_last_words(workshop):
    result = workshop.run(workshop.job("bash_jinja2", "echo begin; echo 'no such thing' >&2; exit 3"))
    assert result.error is not None
    assert result.error.exit_code == 3
    assert "exit code 3" in result.error.message
    assert "no such thing" in result.error.message
    assert workshop.log(result) == "begin\n"


def test_an_exception_in_a_python_script_shows_its_own_lines(workshop):
    code = "def inner():\n    raise ValueError('Expected exception')\n\ninner()\n"
    result = workshop.run(workshop.job("python", code))
    assert result.error is not None
    assert result.error.message == "ValueError: Expected exception"
    assert 'exec.py", line 2, in inner' in result.error.traceback
    assert "python_runner" not in result.error.traceback
    assert "line 4" in workshop.log(result, "stderr")


def test_an_exception_in_a_function_shows_its_own_lines(workshop):
    code = "def f():\n    try:\n        {}['k']\n    except KeyError as e:\n        raise RuntimeError('o') from e\n"
    result = workshop.run(workshop.job("function", code, title="Raise <it>"))
    assert result.error is not None
    assert result.error.message == "RuntimeError: o"
    assert "    {}['k']" in result.error.traceback
    assert "plynx_jupyter" not in result.error.traceback


def test_a_template_that_names_something_unknown_says_line_and_names(workshop):
    code = "echo ok\necho {{ params.tmplate }}\n"
    result = workshop.run(workshop.job("bash_jinja2", code, params={"template": 1}))
    assert result.error is not None
    assert result.error.code == "job.template"
    assert "line 2" in result.error.message
    assert "params.tmplate" in result.error.message
    assert "template" in result.error.message
    assert workshop.processes() == []


def test_inputs_cannot_damage_the_store(workshop):
    code = "import os\nos.chmod(inputs['a'], 0o600)\nopen(inputs['a'], 'w').write('changed')"
    resource = workshop.resource("file", "original")
    assert workshop.run(workshop.job("python", code, inputs={"a": ("file", resource)})).error is None
    assert workshop.read(resource) == b"original"


def test_inputs_are_read_only(workshop):
    code = "import os\nprint(oct(os.stat(inputs['a']).st_mode & 0o777))"
    result = workshop.run(workshop.job("python", code, inputs={"a": ("file", "x")}))
    assert int(workshop.log(result), 8) & 0o222 == 0


def test_the_work_folder_is_private_and_named_safely(workshop):
    code = "import os\nprint(oct(os.stat('..').st_mode & 0o777))\nprint(inputs['../../etc/passwd'])"
    result = workshop.run(workshop.job("python", code, inputs={"../../etc/passwd": ("csv", "x")}))
    mode, path = workshop.log(result).split()
    assert mode == "0o700"
    assert path.startswith(str(workshop.scratch))
    assert ".." not in path
    assert path.endswith(".csv")


def test_modules_of_import_paths_are_found_and_edits_are_seen(workshop, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    module = library / "my_own_module.py"
    for value in ("first", "second one"):
        module.write_text(f"def get():\n    return {value!r}\n")
        code = "import my_own_module\ndef f():\n    return my_own_module.get()"
        job = workshop.job("function", code, outputs={"out": "str"}, import_paths=(str(library),))
        assert workshop.output_of(workshop.run(job)) == value
        script = workshop.job(
            "python", "import my_own_module\nprint(my_own_module.get())", import_paths=(str(library),)
        )
        assert workshop.log(workshop.run(script)) == f"{value}\n"
    located = workshop.job(
        "function",
        None,
        code_function_location="my_own_module:get",
        outputs={"out": "str"},
        import_paths=(str(library),),
    )
    assert workshop.output_of(workshop.run(located)) == "second one"


def test_thread_variables_follow_the_cores_asked_for(workshop, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    code = "import os\ndef f():\n    return os.environ['OMP_NUM_THREADS'] + os.environ['MKL_NUM_THREADS']"
    for cpu, expected in ((0.5, "11"), (3.7, "33")):
        job = workshop.job("function", code, outputs={"out": "str"}, request={"cpu": cpu})
        assert workshop.output_of(workshop.run(job)) == expected


def test_an_unknown_kind_fails_with_the_known_ones(workshop):
    result = workshop.run(workshop.job("pyhton", "pass"))
    assert result.error is not None
    assert "python" in result.error.message
    assert set(result.logs) == {"stdout", "stderr", "worker"}


def test_an_input_gone_from_the_storage_fails_with_its_name(workshop):
    resource = workshop.resource("file", "soon gone")
    workshop.store.delete([resource.digest])
    result = workshop.run(workshop.job("python", "pass", inputs={"data": ("file", resource)}))
    assert result.error is not None
    assert "'data'" in result.error.message


def test_a_job_canceled_before_it_begins_never_starts(workshop):
    token = CancelToken()
    token.cancel()
    result = workshop.run(workshop.job("bash_jinja2", "echo never"), token)
    assert result.error is not None
    assert result.error.code == "job.canceled"
    assert workshop.log(result) == ""


def test_logs_of_parallel_jobs_never_mix(workshop):
    def work(number: int, kind: str) -> None:
        if kind == "function":
            code = f"def f():\n    for i in range(50):\n        print('job{number}', i)"
        else:
            code = f"for i in range(50):\n    print('job{number}', i)"
        results[number] = workshop.run(workshop.job(kind, code), reports=lambda _: None)

    results: dict[int, Any] = {}
    kinds = ["function", "python"] * 3
    threads = [threading.Thread(target=work, args=(n, kind)) for n, kind in enumerate(kinds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, result in results.items():
        assert workshop.log(result) == "".join(f"job{number} {i}\n" for i in range(50))


def test_a_folder_that_code_has_locked_is_removed_all_the_same(workshop):
    code = "mkdir -p a/b && touch a/b/c && chmod 000 a/b a && chmod 500 ."
    assert workshop.run(workshop.job("bash_jinja2", code)).error is None
    assert list(workshop.scratch.glob("*")) == []


def test_a_full_storage_fails_the_job_with_that_reason(workshop, monkeypatch):
    from plynx_jupyter.errors import StorageError

    def full(*_):
        raise StorageError("The artifact storage is full.")

    monkeypatch.setattr(type(workshop.store), "put_file", full)
    result = workshop.run(workshop.job("bash_jinja2", "echo x > {{ outputs.out }}", outputs={"out": "file"}))
    assert result.error is not None
    assert result.error.code == "storage.failed"
    assert result.outputs == {}
    assert workshop.log(result, "worker") == "The artifact storage is full.\n"


def test_a_hundred_megabytes_of_text_are_bounded(workshop):
    code = "import sys\nfor i in range(1_000_000):\n    sys.stdout.write('x' * 99 + '\\n')"
    result = workshop.run(workshop.job("python", code), reports=lambda _: None)
    assert result.error is None
    assert result.logs["stdout"][0].size_bytes < 17 * 1024**2
