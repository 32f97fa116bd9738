"""What the state machine asks to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.status import RunStatus


@dataclass(frozen=True, slots=True)
class Resolve:
    """Find out for these nodes, whose inputs are all known, whether a stored result stands for them.

    Answered for each by ``NodeRestored``, ``NodeMissed`` or ``NodeRefused``.
    """

    node_ids: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True)
class Submit:
    """Have this attempt of a node run. Answered by ``NodeStarted`` and then ``NodeEnded`` or ``NodeLost``."""

    node_id: NodeId
    attempt: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Have a submitted attempt stopped. Answered by ``NodeEnded`` (or ``NodeLost``) when nothing of it is left."""

    node_id: NodeId
    attempt: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Record that these nodes won't run. Answered by one ``NodeSkipped`` each."""

    node_ids: tuple[NodeId, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Record that the run is over. Answered by ``RunFinished``."""

    status: RunStatus


Instruction: TypeAlias = Resolve | Submit | Stop | Skip | Finish
