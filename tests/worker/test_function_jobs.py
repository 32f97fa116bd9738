"""Functions and classes in reusable children: what is kept between calls, and what breaks a child."""

from __future__ import annotations

import threading

import pytest

PID = "import os\ndef f():\n    return os.getpid()"


def pid_of(workshop, code=PID, **more):
    return workshop.output_of(workshop.run(workshop.job("function", code, outputs={"out": "int"}, **more)))


def test_a_child_serves_many_jobs(workshop):
    assert len({pid_of(workshop) for _ in range(5)}) == 1


def test_jobs_with_other_wishes_get_other_children(workshop, tmp_path):
    pids = {
        pid_of(workshop),
        pid_of(workshop, request={"cpu": 2}),
        pid_of(workshop, import_paths=(str(tmp_path),)),
        pid_of(workshop, environment={"A": "1"}),
    }
    assert len(pids) == 4


def test_a_class_is_made_once_and_keeps_its_state(workshop):
    code = (
        "from plynx_jupyter import operation, input, output\n"
        "import sys\n"
        "@output('x', var_type=int)\n"
        "@input('x', var_type=int, is_array=True, min_count=0)\n"
        "@operation(title='Stateful sum')\n"
        "class Sum:\n"
        "    def __init__(self):\n"
        "        self.total = 0\n"
        "        print('made')\n"
        "    def __call__(self, x):\n"
        "        self.total += sum(x) + 1\n"
        "        print('out'); print('err', file=sys.stderr)\n"
        "        return {'x': self.total}\n"
    )
    seen = []
    for _ in range(3):
        job = workshop.job("function", code, inputs={"x": ("int[]", [1, 2])}, outputs={"x": "int"})
        result = workshop.run(job)
        seen.append((workshop.output_of(result, "x"), workshop.log(result), workshop.log(result, "stderr")))
    assert seen == [(4, "made\nout\n", "err\n"), (8, "out\n", "err\n"), (12, "out\n", "err\n")]


def test_the_decorated_function_is_chosen_among_several(workshop):
    code = "from plynx_jupyter import operation\ndef other(): pass\n@operation\ndef chosen():\n    return 'c'"
    result = workshop.run(workshop.job("function", code, outputs={"out": "str"}))
    assert workshop.output_of(result) == "c"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1", "defines no function"),
        ("def a(): pass\ndef b(): pass", "a, b"),
        ("def f(unknown): pass", "unknown"),
        ("def f(:\n", "SyntaxError"),
        ("raise RuntimeError('at import')", "RuntimeError: at import"),
        ("def f():\n    raise ValueError('bad')", "ValueError: bad"),
        ("import sys\ndef f():\n    sys.exit(3)", "sys.exit(3)"),
        ("def f():\n    return object()", "'out'"),
        ("import no_such_module_here\ndef f(): pass", "no_such_module_here"),
        ("class E(Exception):\n    def __str__(self): return 1/0\ndef f():\n    raise E", "E"),
        ("def f():\n    return f()", "RecursionError"),
    ],
)
def test_what_the_code_does_wrong_is_said_and_the_child_lives(workshop, code, words):
    pid = pid_of(workshop)
    result = workshop.run(workshop.job("function", code, outputs={"out": "int"}))
    assert result.error is not None
    assert words in result.error.message
    assert words in workshop.log(result, "stderr") + workshop.log(result, "worker")
    assert pid_of(workshop) == pid


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os\ndef f():\n    os._exit(3)", "exit code 3"),
        ("import os\ndef f():\n    os._exit(0)", "did not return"),
        ("import ctypes\ndef f():\n    print('before')\n    ctypes.string_at(0)", "segmentation fault"),
        ("import os\ndef f():\n    os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import os\ndef f():\n    os.abort()", "SIGABRT"),
        ("import os\ndef f():\n    os.closerange(3, 1000)\n    return 1", ""),
    ],
)
def test_code_that_ends_its_process_fails_only_its_own_node(workshop, code, words):
    result = workshop.run(workshop.job("function", code, outputs={"out": "int"}))
    assert result.error is not None
    assert words in result.error.message
    assert pid_of(workshop) > 0
    if "before" in code:
        assert workshop.log(result) == "before\n"


def test_noise_on_the_channel_fails_the_node_and_not_the_worker(workshop):
    code = (
        "import os\ndef f():\n    for n in range(3, 30):\n        try: os.write(n, b'x' * 100)\n"
        "        except OSError: pass\n    return 1"
    )
    result = workshop.run(workshop.job("function", code, outputs={"out": "int"}))
    assert result.error is not None
    assert pid_of(workshop) > 0


@pytest.mark.parametrize(
    "code",
    [
        "import threading, time\ndef f():\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    return 1",
        "import subprocess\ndef f():\n    f.p = subprocess.Popen(['sleep', '60'])\n    return 1",
        "import os\ndef f():\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n"
        "            import time; time.sleep(60)\n        os._exit(0)\n    os.wait()\n    return 1",
    ],
)
def test_a_child_with_threads_or_processes_left_is_not_used_again(workshop, code):
    pid = pid_of(workshop)
    result = workshop.run(workshop.job("function", code, outputs={"out": "int"}))
    assert workshop.output_of(result) == 1
    assert workshop.processes() == []
    assert pid_of(workshop) != pid


def test_folder_environment_path_and_streams_are_put_back(workshop):
    spoil = (
        "import io, os, sys\ndef f():\n    os.chdir('/usr'); os.environ['SPOILED'] = '1'; sys.path.insert(0, '/x')\n"
        "    sys.stdout = io.StringIO()"
    )
    look = "import os, sys\ndef f():\n    print(os.getcwd(), 'SPOILED' in os.environ, '/x' in sys.path, os.getpid())"
    pid = pid_of(workshop)
    assert workshop.run(workshop.job("function", spoil)).error is None
    folder, *rest = workshop.log(workshop.run(workshop.job("function", look))).split()
    assert folder.startswith(str(workshop.scratch))
    assert rest == ["False", "False", str(pid)]


def test_output_of_subprocesses_and_c_code_belongs_to_the_job(workshop):
    code = (
        "import ctypes, os, subprocess\ndef f():\n    libc = ctypes.CDLL(None)\n    libc.puts(b'from C')\n"
        "    os.write(1, b'raw\\n'); subprocess.run(['echo', 'sub'])"
    )
    first = workshop.run(workshop.job("function", code))
    assert sorted(workshop.log(first).split("\n")) == ["", "from C", "raw", "sub"]
    assert workshop.log(workshop.run(workshop.job("function", "def f(): pass"))) == ""


def test_an_async_function_is_awaited(workshop):
    code = "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1"
    job = workshop.job("function", code, inputs={"x": ("int", 1)}, outputs={"out": "int"})
    assert workshop.output_of(workshop.run(job)) == 2


def test_names_with_dots_become_identifiers_both_ways(workshop):
    code = (
        "def f(sample_py, hidden_layer_sizes):\n    return {'plot_png': f'{sample_py}{hidden_layer_sizes}'}"
    )
    job = workshop.job(
        "function",
        code,
        inputs={"sample.py": ("str", "s")},
        outputs={"plot.png": "str"},
        params={"hidden-layer-sizes": 3},
    )
    assert workshop.output_of(workshop.run(job), "plot.png") == "s3"


def test_a_bare_dict_is_the_value_of_a_single_dict_output(workshop):
    job = workshop.job("function", "def f():\n    return {'foo': 'woo'}", outputs={"d": "dict"})
    assert workshop.output_of(workshop.run(job), "d") == {"foo": "woo"}


def test_files_come_as_paths_or_what_their_type_loads(workshop):
    code = "def f(a, j):\n    return {'j2': {**j, 'a': a.read_text()}}"
    job = workshop.job(
        "function",
        code,
        inputs={"a": ("file", "text"), "j": ("json", '{"k": [1]}')},
        outputs={"j2": "json"},
    )
    import json

    assert json.loads(workshop.output_of(workshop.run(job), "j2")) == {"k": [1], "a": "text"}


def test_any_value_can_be_handed_to_the_next_function(workshop):
    made = workshop.run(workshop.job("function", "def f():\n    return {'v': {1, 2}}", outputs={"v": "any"}))
    assert made.error is None
    job = workshop.job(
        "function",
        "def f(v):\n    return len(v)",
        inputs={"v": ("any", made.outputs["v"][0])},
        outputs={"n": "int"},
    )
    assert workshop.output_of(workshop.run(job), "n") == 2


def test_parallel_jobs_get_children_of_their_own(workshop):
    barrier = "import os, time\ndef f():\n    time.sleep(0.3)\n    return os.getpid()"
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(pid_of(workshop, barrier))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        "import sys\ndef f():\n    sys.stdout.close()",
        "import os\ndef f():\n    os.close(1); os.close(2)",
        "import os\ndef f():\n    null = os.open(os.devnull, os.O_RDWR); os.dup2(null, 1); os.dup2(null, 2)",
    ],
)
def test_closed_or_turned_streams_do_no_harm_to_the_next_job(workshop, spoil):
    workshop.run(workshop.job("function", spoil))
    result = workshop.run(workshop.job("function", "def f():\n    print('heard')"))
    assert result.error is None
    assert workshop.log(result) == "heard\n"


def test_a_huge_value_goes_through_the_storage_and_not_through_the_channel(workshop):
    code = "def f():\n    return {'text': 'x' * 50_000_000, 'any': {b'y' * 1_000_000}}"
    result = workshop.run(workshop.job("function", code, outputs={"text": "str", "any": "any"}))
    assert result.error is None
    assert result.outputs["text"][0].size_bytes == 50_000_002
    assert not result.outputs["text"][0].inline


def test_output_without_end_can_be_stopped(workshop):
    code = "def f():\n    while True:\n        print('x' * 1000)"
    result = workshop.run(workshop.job("function", code, timeout_seconds=0.5), log_bytes=100_000)
    assert result.error is not None
    assert result.error.code == "job.timeout"
    assert result.logs["stdout"][0].size_bytes < 101_000
