"""How a node whose inputs have arrived becomes a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plynx_jupyter.graph.parameter_values import plain_value
from plynx_jupyter.graph.system_parameters import resource_request, timeout_seconds
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.model.job import AttemptId, Job, JobInput, JobOutput, StorageLocation
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.resource import Resource


def build_job(
    attempt: AttemptId,
    node: Node,
    inputs: Mapping[str, Sequence[Resource]],
    *,
    storage: StorageLocation,
    import_paths: tuple[str, ...],
    key: CacheKey | None,
) -> Job:
    """Return the job of one attempt; ``inputs`` maps input names to resources in order."""
    code = node.value(CMD)
    return Job(
        id=attempt,
        title=node.title,
        kind=node.kind,
        inputs=tuple(
            JobInput(
                name=port.name,
                file_type=port.file_type,
                is_array=port.is_array,
                resources=tuple(inputs.get(port.name, ())),
            )
            for port in node.inputs
        ),
        outputs=tuple(
            JobOutput(
                name=port.name, file_type=port.file_type, is_array=port.is_array, min_count=port.min_count
            )
            for port in node.outputs
        ),
        parameters={p.name: plain_value(p) for p in node.parameters if not p.is_system},
        code=code if isinstance(code, Code) else None,
        code_function_location=node.code_function_location,
        timeout_seconds=timeout_seconds(node),
        request=resource_request(node),
        storage=storage,
        import_paths=import_paths,
        key=key,
    )
