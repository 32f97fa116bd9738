"""What a notebook that is an operation may import: types of its ports, its values, ways to save and to show.

Importing this loads nothing but the standard library. All of it works inside a run, and as well when the notebook
is opened by hand: then values are the notebook's own variables, and outputs are files beside it.
"""

from __future__ import annotations

from .port_types import Input, Output
from .saving import save
from .showing import show
from .values import inputs, outputs, params

__all__ = ["Input", "Output", "inputs", "outputs", "params", "save", "show"]
