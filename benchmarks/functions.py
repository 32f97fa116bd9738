"""Trivial functions, many at once and in a chain, against the same calls with plain Dask."""

from __future__ import annotations

import itertools

from plynx_jupyter.client import Client, Graph, Input, Operation, Output, Param

from .cluster import fresh_home, shared_cluster
from .harness import Row, in_turn, median, shown

_CODE = "def operation(x, salt=0):\n    return {'y': x + 1}\n"
_salt = itertools.count(1)


def add_one(x: int, salt: int = 0) -> int:
    return x + 1


def _operation() -> Operation:
    return Operation(
        title="Add one",
        kind="function",
        code=_CODE,
        inputs=[Input("x", "int")],
        params=[Param("salt", default=0)],
        outputs=[Output("y", "int")],
    )


def measure(count: int = 1000, length: int = 200, times: int = 5) -> list[Row]:
    """Durable and cached here, neither in the reference; every repetition computes anew."""
    import distributed

    add = _operation()
    with (
        shared_cluster() as address,
        fresh_home() as home,
        distributed.Client(address, set_as_default=False) as raw,
        Client(home=home, cluster=address) as client,
    ):

        def ours() -> None:
            salt = next(_salt)
            run = Graph(client, title="many", nodes=[add(x=n, salt=salt) for n in range(count)]).run().wait()
            assert run.record.status.value == "SUCCESS"

        def reference() -> None:
            salt = next(_salt)
            results = raw.gather(raw.map(add_one, range(count), salt=salt, pure=False))
            assert results == list(range(1, count + 1))

        def our_chain() -> None:
            salt = next(_salt)
            node = add(x=0, salt=salt)
            for _ in range(length - 1):
                node = add(x=node, salt=salt)
            Graph(client, title="chain", targets=[node]).run().wait()

        def reference_chain() -> None:
            salt = next(_salt)
            future = raw.submit(add_one, 0, salt=salt, pure=False)
            for _ in range(length - 1):
                future = raw.submit(add_one, future, salt=salt, pure=False)
            assert future.result() == length

        ours(), reference()  # both warm
        many = in_turn(times, ours, reference)
        chain = in_turn(times, our_chain, reference_chain)
    throughput = median(many[1]) / median(many[0])
    slower = median(chain[0]) / median(chain[1])
    return [
        Row(
            f"{count:,} independent functions, durable and cached",
            shown(many[0]),
            f"`Client.map` on the same cluster: {shown(many[1])}",
            f"{throughput:.2f} x its throughput",
            "0.5 x now, 1.0 x later",
            throughput >= 0.5,
        ),
        Row(
            f"chain of {length} functions",
            shown(chain[0]),
            f"`Client.submit` futures: {shown(chain[1])}",
            f"{slower:.1f} x its time",
            "1.5 x later",
            None,
        ),
    ]
