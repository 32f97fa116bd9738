"""Parameters: named, typed values that shape what a node does, and the system ones every node may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from .json_value import JsonObject, JsonValue

if TYPE_CHECKING:
    from .node import Node

CMD: Final = "_cmd"
"""The code of a script or notebook operation; older documents spell it ``cmd``."""
CACHEABLE: Final = "_cacheable"
"""Whether a stored result may be used again (bool)."""
TIMEOUT: Final = "_timeout"
"""The longest a node may run, in minutes; fractions allowed, 0 or less means no limit (float or int)."""
RETRIES: Final = "_retries"
"""How often a node that failed is tried again (int)."""
ENVIRONMENT: Final = "_environment"
"""What of the software environment is part of the cache key (enum none, python, declared, full)."""
CPU: Final = "_cpu"
"""Cores asked for (float, default 1)."""
MEMORY: Final = "_memory"
"""Memory asked for, and the limit of the job's process tree (str such as ``"2 GiB"``, or bytes as int)."""
GPU: Final = "_gpu"
"""GPUs asked for (int, default 0)."""
NODES: Final = "_nodes"
"""The sub-graph of a composite operation (list_node)."""
PACKAGES: Final = "_packages"
"""Names of the packages whose versions the ``declared`` environment policy counts (list_str)."""

SYSTEM_PREFIX: Final = "_"
OLD_NAMES: Final = {"cmd": CMD, "cacheable": CACHEABLE, "timeout": TIMEOUT}


class ParameterType(str, Enum):
    """The parameter types a document may name."""

    STR = "str"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TEXT = "text"
    ENUM = "enum"
    LIST_STR = "list_str"
    LIST_INT = "list_int"
    LIST_NODE = "list_node"
    CODE = "code"
    COLOR = "color"


@dataclass(frozen=True, slots=True)
class Code:
    """Source text and its language (``python``, ``bash``, ``ipynb``, …)."""

    value: str
    mode: str = "python"


@dataclass(frozen=True, slots=True)
class EnumChoice:
    """One of a fixed list of strings, by position."""

    values: tuple[str, ...]
    index: int = 0

    @property
    def chosen(self) -> str:
        """The chosen string; raises IndexError when ``index`` is out of range."""
        if self.index < 0:
            raise IndexError(self.index)
        return self.values[self.index]


ParameterValue: TypeAlias = Union[JsonValue, Code, EnumChoice, "tuple[Node, ...]"]
"""What a parameter holds. A value of the wrong shape is kept as it was read, for validation to report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a node or operation, or (on a graph) one that others link to by ``reference``.

    ``parameter_type`` is a ``ParameterType`` value, or a string no plug-in here knows (kept as it is).
    ``widget`` is the label shown in forms; None hides the parameter. ``reference`` names the
    graph-level parameter whose value is used instead of ``value`` when the graph runs.
    """

    name: str
    parameter_type: str = ParameterType.STR.value
    value: ParameterValue = None
    widget: str | None = ""
    mutable_type: bool = True
    removable: bool = True
    publicable: bool = True
    reference: str | None = None
    description: str = ""
    extra: JsonObject = field(default_factory=dict)

    @property
    def is_system(self) -> bool:
        """Whether this is one of the parameters whose names begin with an underscore."""
        return self.name.startswith(SYSTEM_PREFIX)
