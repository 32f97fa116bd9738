"""What is said of a run when it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from plynx_jupyter.client import Client
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.job import JobError
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import NodeRunStatus, RunStatus

_LOG_LINES = 12
Paths = Mapping[tuple[NodeId, str, int], Path]


def node_report(client: Client, node: Node, result: NodeRun, paths: Paths) -> dict[str, Any]:
    """Return what ``--json`` says of a node; an output with several artifacts is a list."""
    outputs: dict[str, Any] = {}
    for name, resources in result.outputs.items():
        described = [
            _artifact(client, resource, paths.get((node.id, name, position)))
            for position, resource in enumerate(resources)
        ]
        outputs[name] = described[0] if len(described) == 1 else described
    return {
        "id": node.id,
        "title": node.title,
        "kind": node.kind,
        "status": result.status.value,
        "status_reason": result.status_reason,
        "duration_seconds": result.duration_seconds,
        "error": _error(result.error),
        "outputs": outputs,
    }


def _artifact(client: Client, resource: Resource, exported: Path | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "file_type": resource.file_type,
        "digest": resource.digest,
        "size_bytes": resource.size_bytes,
        "path": str(exported or client.stored_path(resource) or "") or None,
    }
    if resource.inline:
        described["value"] = resource.value
    return described


def _error(error: JobError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    described = {"code": error.code, "message": error.message, "traceback": error.traceback}
    for name in ("cell", "exit_code", "signal"):
        value = getattr(error, name)
        if value is not None:
            described[name] = value
    return described


def print_summary(
    client: Client,
    run: Run,
    nodes: Mapping[NodeId, Node],
    results: Mapping[NodeId, NodeRun],
    folder: Path | None,
) -> None:
    """Print how a run ended: what failed and why, counts, and where the outputs are."""
    for node_id, result in results.items():
        if result.status is NodeRunStatus.FAILED:
            _print_failure(client, run, nodes[node_id], result)
    counts = Counter(result.status for result in results.values() if result.status_reason != "not_selected")
    words = {
        NodeRunStatus.SUCCESS: "ran",
        NodeRunStatus.RESTORED: "restored",
        NodeRunStatus.FAILED: "failed",
        NodeRunStatus.CANCELED: "not run",
    }
    counted = ", ".join(f"{counts[status]} {word}" for status, word in words.items() if counts[status])
    colour = {RunStatus.SUCCESS: "green", RunStatus.FAILED: "red"}.get(run.status, "yellow")
    took = "" if run.duration_seconds is None else f" in {run.duration_seconds:.1f} s"
    click.secho(f"{run.status.value}{took}", fg=colour, bold=True, nl=False)
    click.echo(f": {counted or 'nothing to run'}. Run {run.id}.")
    if folder is not None:
        click.echo(f"Outputs are in {folder}.")


def _print_failure(client: Client, run: Run, node: Node, result: NodeRun) -> None:
    error = result.error
    click.echo()
    click.secho(f"{node.title} ({node.id}) failed", fg="red", bold=True, nl=False)
    took = result.duration_seconds
    click.echo("." if took is None else f" after {took:.1f} s.")
    if error is not None:
        click.echo(_indented(error.message))
        if error.traceback:
            click.echo(_indented(error.traceback))
    if error is None or not error.traceback:
        for resource in result.logs.get("stderr", ()):
            tail = client.read(resource).decode("utf-8", "replace").rstrip().splitlines()[-_LOG_LINES:]
            if tail:
                click.echo(_indented("\n".join(["…", *tail] if len(tail) == _LOG_LINES else tail)))
    click.echo(f"  Its logs: jupyter plynx logs {run.id} {node.id}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())
