"""Large graphs: all of it cached, validated and stored, and the memory it takes to schedule them."""

from __future__ import annotations

import json
import subprocess
import sys

from plynx_jupyter.client import Client, Graph, Input, Operation, Output, Param
from plynx_jupyter.graph.document import dumps

from .cluster import fresh_home
from .harness import Row, in_turn, median, seconds_of, shown

_CODE = "def operation(x, n):\n    return {'y': n}\n"


def layered(count: int, width: int = 100) -> Graph:
    """Return a graph of ``count`` functions in layers, each node fed by two of the layer before."""
    op = Operation(
        title="Step",
        kind="function",
        code=_CODE,
        params=[Param("n", default=0)],
        outputs=[Output("y", "int")],
        inputs=[Input("x", "int", is_array=True, min_count=0)],
    )
    nodes = []
    for number in range(count):
        above = nodes[number - number % width - width :][:width] if number >= width else []
        sources = [above[number % width], above[(number + 1) % width]] if above else []
        nodes.append(op(x=sources, n=number))
    return Graph(title=f"{count} nodes", nodes=nodes)


def measure(sizes: tuple[int, ...] = (1000, 10_000), times: int = 5) -> list[Row]:
    rows = []
    for size in sizes:
        graph = layered(size)
        with fresh_home() as home, Client(home=home, backend="inline") as client:

            def request(client: Client = client, graph: Graph = graph) -> None:
                client.wait(client.start_run(graph.model).id)

            first = seconds_of(request)
            (taken,) = in_turn(times, request)
        goal = {1000: 0.4, 10_000: None}.get(size)
        row = Row(
            f"{size:,}-node graph, everything cached: request to SUCCESS",
            shown(taken),
            f"first run: {first:.1f} s",
            "",
            f"{goal} s now, 0.15 s later" if goal else "1.5 s later",
            None if goal is None else median(taken) <= goal,
        )
        rows.append(row)
    rows.append(_stored(sizes[-1], times))
    rows.append(_memory(sizes[-1]))
    return rows


def _stored(size: int, times: int) -> Row:
    graph = layered(size)
    text = dumps(graph.model)
    with fresh_home() as home, Client(home=home, backend="inline") as client:

        def validate_and_store() -> None:
            assert graph.validate() == []
            client.save_graph(graph.model)

        ours, reference = in_turn(times, validate_and_store, lambda: json.loads(text))
    return Row(
        f"validate and store a {size:,}-node graph",
        shown(ours),
        f"`json.loads` of it ({len(text) / 1e6:.1f} MB): {shown(reference)}",
        f"{median(ours) / median(reference):.1f} x",
        "5 s now, 15 x later",
        median(ours) <= 5,
    )


def _memory(size: int) -> Row:
    """Run a graph in a program of its own, whose largest resident size counts (its workers apart)."""
    program = f"""
import resource
from benchmarks.cluster import fresh_home
from benchmarks.graphs import layered
from plynx_jupyter.client import Client
if __name__ == "__main__":
    with fresh_home() as home, Client(home=home) as client:
        graph = layered({size})
        record = client.wait(client.start_run(graph.model).id)
        assert record.status.value == "SUCCESS", record.status
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, record.duration_seconds)
"""
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    peak, seconds = map(float, out.split())
    return Row(
        f"largest memory of the process that schedules a {size:,}-node run",
        f"{peak / 1e6:.0f} MB",
        f"the run, nothing cached, on our own cluster: {seconds:.0f} s",
        "",
        "400 MB",
        peak < 400e6,
    )
