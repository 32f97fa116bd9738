"""Inputs of an attempt put into its work folder, outputs taken out of it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plynx_jupyter.errors import JobFailedError, OutputMissingError, PlynxError, StorageError
from plynx_jupyter.executors.base import PathOrPaths
from plynx_jupyter.model.ids import Digest
from plynx_jupyter.model.job import Job, JobInput, JobOutput
from plynx_jupyter.model.resource import INLINE_LIMIT_BYTES, Resource
from plynx_jupyter.resources.base import BaseResource, NodeResources
from plynx_jupyter.resources.registry import get_resource
from plynx_jupyter.storage.base import ArtifactStore

from .function_call import CallInput, CallItem, CallOutput
from .work_folder import WorkFolder, file_names, with_extension

_ANY = "any"
_MOST_LISTED = 20
_LARGEST_VALUE_BYTES = 64 * 1024 * 1024


class StagedInputs:
    """The inputs of a job as files and values, fetched when first asked for."""

    def __init__(self, job: Job, store: ArtifactStore, folder: WorkFolder) -> None:
        self._job = job
        self._store = store
        self._folder = folder
        self._files: dict[str, list[dict[str, str]]] | None = None

    def paths(self, key: str = NodeResources.INPUT) -> dict[str, PathOrPaths]:
        """Return paths by input name, for scripts; raw values become files with their text."""
        if self._files is None:
            names = file_names([port.name for port in self._job.inputs])
            self._files = {p.name: self._staged(p, names[p.name], self._for_script) for p in self._job.inputs}
        found: dict[str, PathOrPaths] = {}
        for port in self._job.inputs:
            paths = [made[key] for made in self._files[port.name] if key in made]
            if port.is_array:
                found[port.name] = paths
            elif paths or key == NodeResources.INPUT:
                found[port.name] = paths[0] if paths else ""
        return (
            found if key == NodeResources.INPUT else {name: value for name, value in found.items() if value}
        )

    def for_call(self) -> tuple[CallInput, ...]:
        """Return the inputs of a function: small raw values as they are, everything else as files."""
        if all(resource.inline for port in self._job.inputs for resource in port.resources):
            return tuple(_inline_input(port) for port in self._job.inputs)
        names = file_names([port.name for port in self._job.inputs])
        made: list[CallInput] = []
        for port in self._job.inputs:
            ready = self._staged(port, names[port.name], self._for_function)
            items = [
                CallItem(_type_of(port, r), None, r.value)
                if r.inline
                else CallItem(_type_of(port, r), one[NodeResources.INPUT])
                for r, one in zip(port.resources, ready, strict=True)
            ]
            made.append(CallInput(port.name, port.is_array, tuple(items)))
        return tuple(made)

    def _staged(
        self, port: JobInput, name: str, put: Callable[[type[BaseResource], Resource, Path], dict[str, str]]
    ) -> list[dict[str, str]]:
        made = []
        self._folder.inputs.mkdir(exist_ok=True)
        for number, resource in enumerate(port.resources):
            kind = get_resource(_type_of(port, resource))
            path = self._folder.inputs / with_extension(name, kind)
            if port.is_array:
                folder = self._folder.inputs / name
                folder.mkdir(exist_ok=True)
                path = folder / with_extension(f"{number:06d}", kind)
            try:
                made.append(put(kind, resource, path))
            except PlynxError as error:
                raise _about_input(port, error) from error
        return made

    def _for_script(self, kind: type[BaseResource], resource: Resource, path: Path) -> dict[str, str]:
        if not kind.is_raw:
            return self._fetched(kind, resource, path)
        data = kind.from_inline(resource.value) if resource.inline else self._read(resource)
        path.write_bytes(raw_text(kind, data))
        return {NodeResources.INPUT: str(path)}

    def _for_function(self, kind: type[BaseResource], resource: Resource, path: Path) -> dict[str, str]:
        return {} if resource.inline else self._fetched(kind, resource, path)

    def _fetched(self, kind: type[BaseResource], resource: Resource, path: Path) -> dict[str, str]:
        if resource.inline:  # a raw value at a port of files
            path.write_bytes(get_resource(resource.file_type).from_inline(resource.value))
        else:
            self._store.fetch(resource.digest, path)
        ready = kind.prepare_input(str(path))
        if path.is_file():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
        return ready

    def _read(self, resource: Resource) -> bytes:
        with self._store.open(resource.digest) as stream:
            return stream.read()


class StagedOutputs:
    """The outputs of a job: the places for them, and what was found there."""

    def __init__(self, job: Job, store: ArtifactStore, folder: WorkFolder) -> None:
        self._job = job
        self._store = store
        self._folder = folder
        self._ready: dict[str, dict[str, str]] | None = None

    def paths(self, key: str = NodeResources.OUTPUT) -> dict[str, str]:
        """Return paths by output name; an array's is a folder."""
        if self._ready is None:
            names = file_names([port.name for port in self._job.outputs])
            if not all(get_resource(port.file_type).is_raw for port in self._job.outputs):
                self._folder.outputs.mkdir(exist_ok=True)
            self._ready = {port.name: self._prepared(port, names[port.name]) for port in self._job.outputs}
        return {name: ready[key] for name, ready in self._ready.items() if key in ready}

    def for_call(self) -> tuple[CallOutput, ...]:
        """Return the outputs of a function."""
        paths = self.paths()
        return tuple(
            CallOutput(p.name, p.file_type, p.is_array, p.min_count, paths[p.name]) for p in self._job.outputs
        )

    def collect(self) -> dict[str, tuple[Resource, ...]]:
        """Store what a script left; raises ``OutputMissingError`` that names all outputs that aren't there."""
        paths = self.paths()
        found = {port.name: self._found(port, Path(paths[port.name])) for port in self._job.outputs}
        problems = [problem for _, problem in found.values() if problem]
        if problems:
            raise OutputMissingError(
                f"{' '.join(problems)} The folder for outputs holds {self._listing()}.", ports=list(found)
            )
        return {
            port.name: tuple(self._stored(port, path) for path in found[port.name][0])
            for port in self._job.outputs
        }

    def take(self, results: Mapping[str, tuple[bytes | str, ...]]) -> dict[str, tuple[Resource, ...]]:
        """Store what a function returned."""
        return {
            port.name: tuple(self._taken(port, one) for one in results.get(port.name, ()))
            for port in self._job.outputs
        }

    def _prepared(self, port: JobOutput, name: str) -> dict[str, str]:
        kind = get_resource(port.file_type)
        if port.is_array:
            folder = self._folder.outputs / name
            folder.mkdir(parents=True)
            return {NodeResources.OUTPUT: str(folder)}
        return kind.prepare_output(str(self._folder.outputs / with_extension(name, kind)))

    def _found(self, port: JobOutput, path: Path) -> tuple[list[Path], str]:
        """Return the files of an output, and what is wrong with them."""
        if not port.is_array:
            return (
                ([path], "") if path.exists() else ([], f"The output {port.name!r} was not made at {path}.")
            )
        items = sorted(p for p in path.iterdir() if not p.name.startswith(".")) if path.is_dir() else []
        if len(items) >= port.min_count:
            return items, ""
        wanted = f"at least {port.min_count} files in the folder {path}"
        return [], f"The output {port.name!r} has to be {wanted}, but there are {len(items)}."

    def _stored(self, port: JobOutput, path: Path) -> Resource:
        kind = get_resource(port.file_type)
        try:
            if kind.is_raw:
                text = _text_of(path)
                return self.keep_raw(port.file_type, kind.encode(kind.parse_text(text)))
            return self.keep_file(port.file_type, _regular(Path(kind.postprocess_output(str(path)))))
        except StorageError:
            raise
        except PlynxError as error:
            raise JobFailedError(f"The output {port.name!r} can't be kept: {error.message}") from error

    def _taken(self, port: JobOutput, result: bytes | str) -> Resource:
        if isinstance(result, bytes):
            return self.keep_raw(port.file_type, result)
        if get_resource(port.file_type).is_raw:
            return self.keep_file(port.file_type, Path(result))
        return self._stored(port, Path(result))

    def keep_file(self, file_type: str, path: Path) -> Resource:
        """Put a file into the storage."""
        artifact = self._store.put_file(path)
        return Resource(file_type, artifact.digest, artifact.size_bytes)

    def keep_raw(self, file_type: str, data: bytes) -> Resource:
        """Keep the bytes of a raw value: in the record when they are few, else in the storage."""
        if len(data) > INLINE_LIMIT_BYTES:
            artifact = self._store.put_bytes(data)
            return Resource(file_type, artifact.digest, artifact.size_bytes)
        value = get_resource(file_type).to_inline(data)
        return Resource(
            file_type, Digest(hashlib.sha256(data).hexdigest()), len(data), inline=True, value=value
        )

    def _listing(self) -> str:
        names = sorted(
            str(path.relative_to(self._folder.outputs)) for path in self._folder.outputs.rglob("*")
        )
        if not names:
            return "nothing"
        more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
        return ", ".join(names[:_MOST_LISTED]) + more


def raw_text(kind: type[BaseResource], data: bytes) -> bytes:
    """Return how a script finds a raw value in its file: text as it is, numbers and words plain, the rest as JSON."""
    value: Any = kind.decode(data)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, float):
        return repr(value).encode()
    return data


def _inline_input(port: JobInput) -> CallInput:
    items = tuple(CallItem(_type_of(port, resource), None, resource.value) for resource in port.resources)
    return CallInput(port.name, port.is_array, items)


def _type_of(port: JobInput, resource: Resource) -> str:
    """Return as what a resource is read: what the port says, unless one of the two is ``any``."""
    return resource.file_type if _ANY in (port.file_type, resource.file_type) else port.file_type


def _text_of(path: Path) -> str:
    size = _regular(path).stat().st_size
    if size > _LARGEST_VALUE_BYTES:
        raise JobFailedError(f"{path} has {size:,} bytes, too many for a value; make it a port of type file.")
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _regular(path: Path) -> Path:
    if not path.is_file():
        what = "a folder" if path.is_dir() else "not a regular file"
        raise JobFailedError(f"{path} is {what}.")
    return path


def _about_input(port: JobInput, error: PlynxError) -> PlynxError:
    message = f"The input {port.name!r} can't be made present: {error.message}"
    kind = type(error) if isinstance(error, StorageError) else JobFailedError
    return kind(message, **error.data)
