"""How long one job and one line of log take."""

from __future__ import annotations

import threading
import time

from plynx_jupyter.client import Client, Graph, Operation, Output, Param
from plynx_jupyter.model.job import JobLog

from .cluster import fresh_home
from .harness import Row, in_turn, median, shown


def measure(times: int = 100, lines: int = 200) -> list[Row]:
    with fresh_home() as home, Client(home=home) as client:
        op = Operation(
            title="One",
            kind="function",
            code="def operation(n):\n    return {'y': n}\n",
            params=[Param("n", default=0)],
            outputs=[Output("y", "int")],
        )
        numbers = iter(range(10_000))

        def one() -> None:
            Graph(client, nodes=[op(n=next(numbers))]).run().wait()

        one()
        (taken,) = in_turn(times, one)
        delays = _line_delays(client, lines)
    delays.sort()
    late = delays[int(len(delays) * 0.99) - 1]
    return [
        Row(
            "a graph of one function, from `run()` to the end of `wait()`",
            shown(taken, "ms", 1000, 1),
            "",
            "",
            "",
            None,
        ),
        Row(
            "a line of log from a worker to a listener",
            f"median {median(delays) * 1000:.0f} ms, p99 {late * 1000:.0f} ms",
            "",
            "",
            "median 50 ms, p99 250 ms",
            median(delays) <= 0.05 and late <= 0.25,
        ),
    ]


def _line_delays(client: Client, lines: int) -> list[float]:
    code = (
        "import time\n"
        "def operation():\n"
        f"    for _ in range({lines}):\n"
        "        print(time.time(), flush=True)\n"
        "        time.sleep(0.02)\n"
        "    return {'y': 1}\n"
    )
    talk = Operation(title="Talk", kind="function", code=code, outputs=[Output("y", "int")])
    delays: list[float] = []
    lock = threading.Lock()

    def listen(message: object) -> None:
        if isinstance(message, JobLog) and message.stream == "stdout":
            now = time.time()
            with lock:
                delays.extend(now - float(line) for line in message.text.split())

    unsubscribe = client.subscribe(listen)
    Graph(client, nodes=[talk()]).run(use_cache=False).wait()
    unsubscribe()
    return delays
