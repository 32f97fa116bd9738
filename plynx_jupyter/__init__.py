"""PLynx for Jupyter: graphs of notebooks, functions and scripts, run on Dask, cached and previewed.

The names below are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Client": "plynx_jupyter.client",
    "File": "plynx_jupyter.client",
    "Graph": "plynx_jupyter.client",
    "Operation": "plynx_jupyter.client",
    "Group": "plynx_jupyter.operations.decorators",
    "input": "plynx_jupyter.operations.decorators",
    "operation": "plynx_jupyter.operations.decorators",
    "output": "plynx_jupyter.operations.decorators",
    "param": "plynx_jupyter.operations.decorators",
}

__all__ = [
    "Client",
    "File",
    "Graph",
    "Group",
    "Operation",
    "__version__",
    "input",
    "operation",
    "output",
    "param",
]

if TYPE_CHECKING:
    from plynx_jupyter.client import Client, File, Graph, Operation
    from plynx_jupyter.operations.decorators import Group, input, operation, output, param  # noqa: A004


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab's tools where the built extension is."""
    return [{"src": "labextension", "dest": "plynx-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server where its extension is."""
    from importlib import import_module

    module = "plynx_jupyter.server.extension"
    return [{"module": module, "app": import_module(module).PlynxApp}]


def __dir__() -> list[str]:
    return sorted(__all__)
