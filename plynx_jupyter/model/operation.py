"""An operation: one version of something that can be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .ids import OperationId
from .json_value import JsonObject
from .parameter import Parameter
from .port import Input, Output
from .status import OperationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One version of an operation; immutable once READY.

    ``code_function_location`` is ``module:qualname`` for functions that live in an importable module;
    everything else carries its code in the parameter ``_cmd``. Times are aware UTC, None before storing.
    """

    id: OperationId
    title: str
    kind: str
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    code_function_location: str | None = None
    node_status: OperationStatus = OperationStatus.CREATED
    parent_node_id: OperationId | None = None
    successor_node_id: OperationId | None = None
    auto_run_enabled: bool = True
    author: str = ""
    insertion_date: datetime | None = None
    update_date: datetime | None = None
    extra: JsonObject = field(default_factory=dict)
