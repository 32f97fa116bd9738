"""``jupyter plynx run``: run a graph, show how it goes, say how it ended."""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click

from plynx_jupyter.client import Client, Graph
from plynx_jupyter.errors import PlynxError
from plynx_jupyter.model.event import RecordedEvent, RunFinished
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.run import Run
from plynx_jupyter.model.status import RunStatus
from plynx_jupyter.services.event_bus import BusMessage

from .connecting import connect, server_options
from .display import Display, make_display
from .loading import apply_parameters, load_graph
from .main import CANCELED, FAILED, Context
from .report import node_report, print_summary

_EXIT = {RunStatus.SUCCESS: 0, RunStatus.CANCELED: CANCELED}
_TICK_SECONDS = 0.1


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-p", "--param", "params", multiple=True, metavar="NODE.PARAM=VALUE", help="Set a parameter.")
@click.option(
    "--cluster", metavar="ADDRESS", help="Dask scheduler to use (tcp://…); default: one of our own."
)
@click.option(
    "--backend",
    type=click.Choice(["dask", "inline"]),
    default="dask",
    show_default=True,
    help="inline: on threads of this program, without Dask.",
)
@click.option("--no-cache", is_flag=True, help="Run everything, whatever results are stored.")
@click.option("--until", multiple=True, metavar="NODE", help="Run only this node and what it needs.")
@click.option("--on-failure", type=click.Choice(["continue", "stop"]), default="continue", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end, and nothing else.")
@click.option("--output-dir", type=click.Path(path_type=Path, file_okay=False), help="Put the outputs there.")
@server_options
@click.pass_obj
def run(
    context: Context,
    file: Path,
    params: tuple[str, ...],
    cluster: str | None,
    backend: str,
    no_cache: bool,
    until: tuple[str, ...],
    on_failure: str,
    as_json: bool,
    output_dir: Path | None,
    server: str | None,
    token: str | None,
) -> int:
    """Run the graph in FILE: a .plynx document, or a Python program that builds one.

    NODE is a node's id or its title. Ctrl-C cancels; nothing is left running. With --server the run is the
    server's: should this program be killed, it goes on there.
    """
    with connect(context, server, token, cluster=cluster, backend=backend) as client:
        graph = load_graph(file, client)
        apply_parameters(graph, params)
        display = make_display(quiet=as_json)
        record = _run(graph, client, display, use_cache=not no_cache, until=until, on_failure=on_failure)
        results = client.node_runs(record.id)
        nodes = _flat_nodes(record)
        paths = _export(client, nodes, results, output_dir) if output_dir is not None else {}
        if as_json:
            click.echo(json.dumps(_report(client, record, nodes, results, paths), indent=1))
        else:
            print_summary(client, record, nodes, results, output_dir)
        return _EXIT.get(record.status, FAILED)


def _run(graph: Graph, client: Client, display: Display, **options: Any) -> Run:
    """Run a graph to its end and return its record; Ctrl-C cancels it, a second one leaves at once."""
    started = graph.run(**options)
    messages: queue.SimpleQueue[BusMessage] = queue.SimpleQueue()
    unsubscribe = client.subscribe(messages.put, started.id)
    try:
        ended = _waiting(client, started.id)
        interrupted = False
        with display.showing(started.record):
            while True:
                try:
                    if _drain(messages, display) or ended.done():
                        return ended.result()
                except KeyboardInterrupt:
                    if interrupted:
                        raise
                    interrupted = True
                    display.note(
                        "Canceling: waiting until nothing is left running (Ctrl-C again to leave at once)"
                    )
                    started.cancel()
    finally:
        unsubscribe()


def _waiting(client: Client, run_id: RunId) -> Future[Run]:
    """Return what becomes the run's record at its end, or the error that keeps us from learning of it."""
    ended: Future[Run] = Future()

    def wait() -> None:
        try:
            ended.set_result(client.wait(run_id))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            ended.set_exception(error)

    # A daemon, so that nobody who leaves at once waits for it.
    threading.Thread(target=wait, name="plynx-wait", daemon=True).start()
    return ended


def _drain(messages: queue.SimpleQueue[BusMessage], display: Display) -> bool:
    """Show what has come within a tick; return whether the run is over."""
    end = time.monotonic() + _TICK_SECONDS
    while (left := end - time.monotonic()) > 0:
        try:
            message = messages.get(timeout=left)
        except queue.Empty:
            break
        display.show(message)
        if isinstance(message, RecordedEvent) and isinstance(message.event, RunFinished):
            return True
    display.refresh()
    return False


def _flat_nodes(record: Run) -> dict[NodeId, Node]:
    from plynx_jupyter.graph.nesting import flatten

    return {node.id: node for node in flatten(record.graph)}


def _export(
    client: Client, nodes: dict[NodeId, Node], results: Any, folder: Path
) -> dict[tuple[NodeId, str, int], Path]:
    """Write every output below ``folder`` as ``<node>/<output>``, and return where each is."""
    paths: dict[tuple[NodeId, str, int], Path] = {}
    taken: set[str] = set()
    for node_id, result in results.items():
        if node_id not in nodes or nodes[node_id].kind == "file":
            continue
        name = _folder_name(nodes[node_id].title, node_id, taken)
        for output, resources in result.outputs.items():
            for position, resource in enumerate(resources):
                stem = output if len(resources) == 1 else f"{output}_{position}"
                try:
                    paths[node_id, output, position] = client.export(resource, folder / name / stem)
                except (PlynxError, OSError) as error:
                    click.echo(f"{name}/{stem} couldn't be written to {folder}: {error}", err=True)
    return paths


def _folder_name(title: str, node_id: NodeId, taken: set[str]) -> str:
    name = re.sub(r"[^\w.-]+", "_", title).strip("._") or "node"
    if name in taken:
        name = f"{name}_{re.sub(r'[^A-Za-z0-9_-]+', '_', node_id)}"
    taken.add(name)
    return name


def _report(
    client: Client,
    record: Run,
    nodes: dict[NodeId, Node],
    results: Any,
    paths: dict[tuple[NodeId, str, int], Path],
) -> dict[str, Any]:
    return {
        "run_id": record.id,
        "status": record.status.value,
        "duration_seconds": record.duration_seconds,
        "nodes": [node_report(client, nodes[node_id], result, paths) for node_id, result in results.items()],
    }
