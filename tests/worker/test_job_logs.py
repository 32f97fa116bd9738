"""What jobs print: live, bounded, and kept."""

from __future__ import annotations

import time

import pytest

from plynx_jupyter.model.job import JobLog
from plynx_jupyter.worker.logs import LiveLog, StreamLog


@pytest.mark.parametrize("kind", ["python", "function", "bash_jinja2"])
def test_lines_are_seen_within_200_ms(workshop, kind):
    codes = {
        "python": "import time\nfor i in range(6):\n    print(time.time())\n    time.sleep(0.1)",
        "function": "import time\ndef f():\n    for i in range(6):\n        print(time.time()); time.sleep(0.1)",
        "bash_jinja2": "for i in 1 2 3 4 5 6; do date +%s.%N; sleep .1; done",
    }
    delays = []

    def on_report(report):
        if isinstance(report, JobLog) and report.stream == "stdout":
            delays.extend(time.time() - float(line) for line in report.text.split())

    assert workshop.run(workshop.job(kind, codes[kind]), reports=on_report).error is None
    assert len(delays) == 6
    assert sorted(delays)[3] < 0.2


@pytest.mark.parametrize("kind", ["python", "function"])
def test_printing_without_end_floods_nobody(workshop, kind):
    body = "import sys\nfor i in range(200_000):\n    sys.stdout.write('x' * 99 + '\\n')\nprint('the end')\n"
    code = body if kind == "python" else "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    result = workshop.run(workshop.job(kind, code), log_bytes=1_000_000)
    assert result.error is None
    kept = workshop.log(result)
    assert len(kept) < 1_001_000
    assert "bytes were left out here" in kept
    assert kept.endswith("the end\n")
    assert len(workshop.live()) < 3_000_000
    assert "not shown live" in workshop.live()


def test_what_was_printed_before_a_crash_is_kept(workshop):
    code = "import ctypes\nprint('before')\nctypes.string_at(0)"
    result = workshop.run(workshop.job("python", code))
    assert result.error is not None
    assert result.error.signal == "SIGSEGV"
    assert "segmentation fault" in result.error.message
    assert workshop.log(result) == "before\n"


def test_bytes_that_are_no_text_do_no_harm(workshop):
    result = workshop.run(workshop.job("bash_jinja2", r"printf '\xff\xfe\x00ok\n'"))
    assert result.error is None
    assert workshop.read(result.logs["stdout"][0]) == b"\xff\xfe\x00ok\n"
    assert workshop.live().endswith("ok\n")


def test_a_stream_keeps_its_beginning_and_its_end():
    log = StreamLog(limit_bytes=20)
    for number in range(100):
        log.write(b"%03d," % number)
    content = log.content()
    assert content.startswith(b"000,001,00")
    assert content.endswith(b",098,099,")
    assert b"380 of 400 bytes" in content
    assert log.total_bytes == 400


def test_a_stream_within_its_limit_is_kept_whole():
    log = StreamLog(limit_bytes=20)
    log.write(b"0123456789abcdefghij")
    assert log.content() == b"0123456789abcdefghij"


def test_characters_cut_between_two_batches_arrive_whole():
    seen = []
    live = LiveLog(lambda stream, text: seen.append(text))
    for byte in "ž🐎".encode():
        live.write("stdout", bytes([byte]))
        live.flush()
    live.flush(final=True)
    assert "".join(seen) == "ž🐎"
