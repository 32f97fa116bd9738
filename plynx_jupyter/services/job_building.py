"""How a node whose inputs have arrived becomes a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plynx_jupyter.executors import registry as executors
from plynx_jupyter.graph.parameter_values import plain_value
from plynx_jupyter.graph.system_parameters import resource_request, timeout_seconds
from plynx_jupyter.model.ids import CacheKey
from plynx_jupyter.model.job import AttemptId, Job, JobInput, JobOutput, StorageLocation
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources import registry as file_types


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
        executor=executors.location_of(node.kind),
        resources=_declared_resources(node, inputs),
        key=key,
    )


def _declared_resources(node: Node, inputs: Mapping[str, Sequence[Resource]]) -> dict[str, str]:
    """Return where the classes are that the platform file names for the file types of this node."""
    names = {port.file_type for port in node.inputs} | {port.file_type for port in node.outputs}
    names |= {resource.file_type for resources in inputs.values() for resource in resources}
    located = {name: file_types.location_of(name) for name in sorted(names)}
    return {name: location for name, location in located.items() if location}
