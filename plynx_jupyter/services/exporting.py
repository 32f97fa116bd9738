"""How an artifact becomes a file, or a value, outside the store."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from plynx_jupyter.model.resource import Resource
from plynx_jupyter.resources.registry import get_resource
from plynx_jupyter.storage.base import ArtifactReader


def read_bytes(resource: Resource, store: ArtifactReader) -> bytes:
    """Return the whole content of a resource; meant for small ones, such as logs."""
    if resource.inline:
        return get_resource(resource.file_type).from_inline(resource.value)
    with store.open(resource.digest) as stream:
        return stream.read()


def export(resource: Resource, store: ArtifactReader, destination: Path) -> Path:
    """Write a resource to ``destination`` and return where it is: a folder for directories, else a file.

    What is there already is replaced. The extension of the file type is added when the name has none.
    """
    kind = get_resource(resource.file_type)
    if not destination.suffix and kind.extensions:
        destination = destination.with_name(destination.name + kind.extensions[0])
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".plynx-") as folder:
        fetched = Path(folder) / destination.name
        if resource.inline:
            fetched.write_bytes(kind.from_inline(resource.value))
        else:
            store.fetch(resource.digest, fetched)
        ready = Path(kind.prepare_input(str(fetched))["inputs"])
        if ready.is_dir():
            destination = destination.with_suffix("") if destination.suffix == ".zip" else destination
            shutil.rmtree(destination, ignore_errors=True)
        shutil.move(ready, destination)
    return destination


def load_value(resource: Resource, store: ArtifactReader, folder: Path) -> object:
    """Return the Python value of a resource, as functions get it; files are exported into ``folder`` first."""
    kind = get_resource(resource.file_type)
    if resource.inline or kind.is_raw:
        return kind.decode(read_bytes(resource, store))
    return kind.load(export(resource, store, folder / f"{resource.digest}"))
