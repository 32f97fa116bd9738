"""Where a class is, as text: ``package.module:Class``, or with a dot as in older platform files."""

from __future__ import annotations

import importlib
import re
from difflib import get_close_matches
from typing import Final

_LOCATION: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(:[A-Za-z_]\w*|\.[A-Za-z_]\w*)")

OLD_CLASSES: Final = {
    "plynx.base.executor.Dummy": "plynx_jupyter.executors.file:FileExecutor",
    "plynx.plugins.executors.dag.DAG": "plynx_jupyter.executors.graph:CompositeExecutor",
    "plynx.plugins.executors.local.BashJinja2": "plynx_jupyter.executors.bash_jinja2:BashJinja2Executor",
    "plynx.plugins.executors.local.File": "plynx_jupyter.executors.file:FileExecutor",
    "plynx.plugins.executors.local.PythonNode": "plynx_jupyter.executors.python:PythonExecutor",
    "plynx.plugins.executors.python.dag.DAG": "plynx_jupyter.executors.graph:CompositeExecutor",
    "plynx.plugins.executors.python.dag.DAGParallel": "plynx_jupyter.executors.graph:CompositeExecutor",
    "plynx.plugins.executors.python.dag.ExecutorWithWebWorkerServer": "plynx_jupyter.executors.graph:CompositeExecutor",
    "plynx.plugins.executors.python.local.PythonNode": "plynx_jupyter.executors.function:FunctionExecutor",
    "plynx.plugins.hubs.collection.CollectionHub": "plynx_jupyter.hubs.database:DatabaseHub",
    "plynx.plugins.hubs.static_list.StaticListHub": "plynx_jupyter.hubs.static_list:StaticListHub",
    "plynx.plugins.resources.cloud_resources.CloudStorage": "plynx_jupyter.resources.cloud_storage:CloudStorage",
    "plynx.plugins.resources.common.CSV": "plynx_jupyter.resources.table:Csv",
    "plynx.plugins.resources.common.Directory": "plynx_jupyter.resources.directory:Directory",
    "plynx.plugins.resources.common.Executable": "plynx_jupyter.resources.executable:Executable",
    "plynx.plugins.resources.common.File": "plynx_jupyter.resources.file:File",
    "plynx.plugins.resources.common.Image": "plynx_jupyter.resources.image:Image",
    "plynx.plugins.resources.common.Json": "plynx_jupyter.resources.json_file:Json",
    "plynx.plugins.resources.common.PDF": "plynx_jupyter.resources.pdf:Pdf",
    "plynx.plugins.resources.common.Raw": "plynx_jupyter.resources.anything:AnyValue",
    "plynx.plugins.resources.common.RawFloat": "plynx_jupyter.resources.values:Float",
    "plynx.plugins.resources.common.RawInt": "plynx_jupyter.resources.values:Integer",
    "plynx.plugins.resources.common.TSV": "plynx_jupyter.resources.table:Tsv",
    "plynx.plugins.resources.python.common.Json": "plynx_jupyter.resources.json_file:Json",
}
"""Classes that PLynx's platform files name, and what does the same here."""


def location_of(written: str) -> str | None:
    """Return ``module:Class`` for what a platform file says, None if it can't be a class.

    >>> location_of("team.hubs.TeamHub"), location_of("team.hubs:TeamHub"), location_of("TeamHub")
    ('team.hubs:TeamHub', 'team.hubs:TeamHub', None)
    """
    if written in OLD_CLASSES:
        return OLD_CLASSES[written]
    if not _LOCATION.fullmatch(written):
        return None
    module, _, name = written.partition(":") if ":" in written else written.rpartition(".")
    return f"{module}:{name}"


def missing(location: str) -> str | None:
    """Return what isn't there of a class's place, None if it is there (or its module can't be imported).

    Imports the module. One that is there and fails is not the platform file's mistake: who uses it tells.
    """
    module, _, name = location.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
            return f"there is no module {error.name!r}"
        return None
    except Exception:  # noqa: BLE001 - whatever it raises
        return None
    if hasattr(found, name):
        return None
    near = get_close_matches(name, vars(found), n=1)
    return f"the module {module!r} has no {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
