"""The state machine of a run: events in, instructions out; no clock, no I/O, no knowledge of what a node does.

The same events in the same order always give the same state, so a run is resumed by replaying its log.
Events that come twice, late, or for an attempt that is over are not accepted and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from plynx_jupyter.errors import JobCanceledError
from plynx_jupyter.model.event import (
    CancelRequested,
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RunEvent,
    RunFinished,
    RunStarted,
)
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.run import OnFailure
from plynx_jupyter.model.status import NodeRunStatus, RunStatus

from .instruction import Finish, Instruction, Resolve, Skip, Stop, Submit
from .plan import Plan

MAX_LOSSES = 3
"""After so many attempts that vanished while they ran, a node fails instead of being tried again."""
MAX_UNSTARTED_LOSSES = 20
"""The same for attempts that vanished before they began, which says little about the node itself."""


UPSTREAM_FAILED = "upstream_failed"
UPSTREAM_CANCELED = "upstream_canceled"
MANUAL = "manual"
"""Why a node is left alone that an automatic run may not compute, and why what follows from it is."""


class Phase(Enum):
    """Where a node is on its way."""

    WAITING = "waiting"
    RESOLVING = "resolving"
    SUBMITTED = "submitted"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


_ENDED = frozenset({Phase.DONE, Phase.FAILED, Phase.CANCELED})
_ACTIVE = frozenset({Phase.SUBMITTED, Phase.RUNNING})


class RunState:
    """The state of one run.

    Feed every event to ``handle`` and carry out what it returns; each instruction names the events that
    answer it.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._phase: dict[NodeId, Phase] = dict.fromkeys(plan.nodes, Phase.WAITING)
        self._missing = {node.id: len(node.dependencies) for node in plan.nodes.values()}
        self._attempt: dict[NodeId, int] = {}
        self._failures: dict[NodeId, int] = {}
        self._losses: dict[NodeId, int] = {}
        self._unstarted_losses: dict[NodeId, int] = {}
        self._stopping: set[NodeId] = set()
        self._left_alone: set[NodeId] = set()
        self._open = len(plan.nodes)
        self._started = False
        self._canceled = False
        self._failed = False
        self._any_canceled = False
        self._finishing = False
        self._status = RunStatus.READY

    @property
    def status(self) -> RunStatus:
        """Status of the run."""
        return self._status

    @property
    def phases(self) -> Mapping[NodeId, Phase]:
        """Where each node is; a live view."""
        return self._phase

    def attempt(self, node_id: NodeId) -> int:
        """Return the number of the node's latest attempt, from 1; 0 before the first."""
        return self._attempt.get(node_id, 0)

    def accepts(self, event: RunEvent) -> bool:
        """Tell whether ``event`` can still change something; if not, it shouldn't be recorded."""
        if self._status.is_final:
            return False
        if isinstance(event, RunStarted):
            return not self._started
        if isinstance(event, RunFinished):
            return self._started and self._open == 0
        if isinstance(event, CancelRequested):
            return not self._canceled
        phase = self._phase.get(event.node_id)
        if isinstance(event, NodeRestored | NodeMissed | NodeRefused):
            return phase is Phase.RESOLVING
        if isinstance(event, NodeSkipped):
            return phase is Phase.WAITING or phase is Phase.RESOLVING
        if event.attempt != self._attempt.get(event.node_id):
            return False
        return phase is Phase.SUBMITTED if isinstance(event, NodeStarted) else phase in _ACTIVE

    def handle(self, event: RunEvent) -> list[Instruction]:
        """Take in an event and return what is to be done now; an event that isn't accepted gives nothing."""
        if not self.accepts(event):
            return []
        instructions: list[Instruction] = []
        if isinstance(event, RunStarted):
            self._start(instructions)
        elif isinstance(event, NodeRestored):
            self._done((event.node_id,), instructions)
        elif isinstance(event, NodeMissed):
            if self._halted:
                self._skip((event.node_id,), self._halt_reason, instructions)
            elif self._plan.nodes[event.node_id].is_manual:
                self._skip((event.node_id,), MANUAL, instructions)
                self._skip_followers(event.node_id, MANUAL, instructions)
            else:
                self._submit(event.node_id, instructions)
        elif isinstance(event, NodeStarted):
            self._phase[event.node_id] = Phase.RUNNING
        elif isinstance(event, NodeEnded):
            self._ended(event, instructions)
        elif isinstance(event, NodeLost):
            self._lost(event.node_id, instructions)
        elif isinstance(event, NodeRefused):
            self._fail(event.node_id, instructions)
        elif isinstance(event, CancelRequested):
            self._cancel(event.node_ids, instructions)
        elif isinstance(event, NodeSkipped):
            self._phase[event.node_id] = Phase.CANCELED
            if event.reason == MANUAL:
                self._left_alone.add(event.node_id)
            else:
                self._any_canceled = True
            self._open -= 1
        elif isinstance(event, RunFinished):
            self._status = event.status
            return []
        self._settle(instructions)
        return instructions

    def resume(self) -> list[Instruction]:
        """Return all that is outstanding, for a driver that has replayed the log and takes the run up again.

        Attempts that were under way are not among them: the driver reports each as lost, or adopts it.
        """
        if not self._started or self._status.is_final:
            return []
        instructions: list[Instruction] = []
        if self._halted:
            self._skip(self._idle(), self._halt_reason, instructions)
        else:
            resolving = tuple(n for n, phase in self._phase.items() if phase is Phase.RESOLVING)
            if resolving:
                instructions.append(Resolve(resolving))
            for node_id, phase in self._phase.items():
                if phase is Phase.FAILED or phase is Phase.CANCELED:
                    self._skip_followers(node_id, self._follow_reason(node_id), instructions)
        self._finishing = False
        self._settle(instructions)
        return instructions

    def under_way(self) -> list[tuple[NodeId, int]]:
        """Return the (node, attempt) pairs that were submitted and have not ended."""
        return [(n, self._attempt[n]) for n, phase in self._phase.items() if phase in _ACTIVE]

    # -- transitions -------------------------------------------------------------------------------------

    def _start(self, instructions: list[Instruction]) -> None:
        self._started = True
        self._status = RunStatus.RUNNING
        ready = [n for n, missing in self._missing.items() if not missing]
        static = [n for n in ready if self._plan.nodes[n].is_static]
        frontier = [n for n in ready if not self._plan.nodes[n].is_static]
        self._done(static, instructions, frontier)

    def _done(
        self,
        node_ids: Iterable[NodeId],
        instructions: list[Instruction],
        frontier: list[NodeId] | None = None,
    ) -> None:
        """Mark nodes as done, and resolve in one go all that now has its inputs."""
        frontier = [] if frontier is None else frontier
        for node_id in node_ids:
            self._phase[node_id] = Phase.DONE
            self._stopping.discard(node_id)
            self._open -= 1
            for consumer in self._plan.consumers[node_id]:
                self._missing[consumer] -= 1
                if not self._missing[consumer] and self._phase[consumer] is Phase.WAITING:
                    frontier.append(consumer)
        if frontier and not self._halted:
            for node_id in frontier:
                self._phase[node_id] = Phase.RESOLVING
            instructions.append(Resolve(tuple(frontier)))

    @property
    def _halted(self) -> bool:
        """Whether no new node may begin."""
        return self._canceled or (self._failed and self._plan.on_failure is OnFailure.STOP)

    @property
    def _halt_reason(self) -> str:
        return "canceled" if self._canceled else "stopped"

    def _submit(self, node_id: NodeId, instructions: list[Instruction]) -> None:
        attempt = self._attempt.get(node_id, 0) + 1
        self._attempt[node_id] = attempt
        self._phase[node_id] = Phase.SUBMITTED
        instructions.append(Submit(node_id, attempt))

    def _ended(self, event: NodeEnded, instructions: list[Instruction]) -> None:
        node_id, error = event.node_id, event.result.error
        if error is None:
            self._done((node_id,), instructions)
        elif node_id in self._stopping or error.code == JobCanceledError.code:
            self._cancel_node(node_id, instructions)
        else:
            self._failures[node_id] = self._failures.get(node_id, 0) + 1
            if self._failures[node_id] <= self._plan.nodes[node_id].retries and not self._halted:
                self._submit(node_id, instructions)
            else:
                self._fail(node_id, instructions)

    def _lost(self, node_id: NodeId, instructions: list[Instruction]) -> None:
        if node_id in self._stopping:
            self._cancel_node(node_id, instructions)
            return
        counts, limit = (
            (self._losses, MAX_LOSSES)
            if self._phase[node_id] is Phase.RUNNING
            else (self._unstarted_losses, MAX_UNSTARTED_LOSSES)
        )
        counts[node_id] = counts.get(node_id, 0) + 1
        if counts[node_id] < limit and not self._halted:
            self._submit(node_id, instructions)
        else:
            self._fail(node_id, instructions)

    def _fail(self, node_id: NodeId, instructions: list[Instruction]) -> None:
        self._phase[node_id] = Phase.FAILED
        self._open -= 1
        self._failed = True
        if self._plan.on_failure is OnFailure.STOP:
            self._skip_followers(node_id, UPSTREAM_FAILED, instructions)
            skipped = {n for i in instructions if isinstance(i, Skip) for n in i.node_ids}
            self._skip([n for n in self._idle() if n not in skipped], "stopped", instructions)
            self._stop([n for n, phase in self._phase.items() if phase in _ACTIVE], instructions)
        else:
            self._skip_followers(node_id, UPSTREAM_FAILED, instructions)

    def _cancel_node(self, node_id: NodeId, instructions: list[Instruction]) -> None:
        self._phase[node_id] = Phase.CANCELED
        self._any_canceled = True
        self._stopping.discard(node_id)
        self._open -= 1
        self._skip_followers(node_id, UPSTREAM_CANCELED, instructions)

    def _cancel(self, node_ids: tuple[NodeId, ...], instructions: list[Instruction]) -> None:
        if not node_ids:
            self._canceled = True
            self._skip(self._idle(), "canceled", instructions)
            self._stop([n for n, phase in self._phase.items() if phase in _ACTIVE], instructions)
            return
        named = [n for n in node_ids if n in self._phase]
        idle = [n for n in named if self._phase[n] in (Phase.WAITING, Phase.RESOLVING)]
        self._skip(idle, "canceled", instructions)
        for node_id in idle:
            self._skip_followers(node_id, UPSTREAM_CANCELED, instructions, also=idle)
        self._stop([n for n in named if self._phase[n] in _ACTIVE], instructions)

    # -- what follows ------------------------------------------------------------------------------------

    def _idle(self) -> list[NodeId]:
        return [n for n, phase in self._phase.items() if phase in (Phase.WAITING, Phase.RESOLVING)]

    def _skip(self, node_ids: Iterable[NodeId], reason: str, instructions: list[Instruction]) -> None:
        node_ids = tuple(node_ids)
        if node_ids:
            instructions.append(Skip(node_ids, reason))

    def _skip_followers(
        self, node_id: NodeId, reason: str, instructions: list[Instruction], also: Iterable[NodeId] = ()
    ) -> None:
        """Skip everything downstream of a node that will have no outputs."""
        seen = set(also)
        found: list[NodeId] = []
        stack = [node_id]
        while stack:
            for consumer in self._plan.consumers[stack.pop()]:
                if consumer not in seen:
                    seen.add(consumer)
                    stack.append(consumer)
                    if self._phase[consumer] is Phase.WAITING:
                        found.append(consumer)
        self._skip(found, reason, instructions)

    def _follow_reason(self, node_id: NodeId) -> str:
        """Return why what follows from a node that has ended without outputs is skipped."""
        if self._phase[node_id] is Phase.FAILED:
            return UPSTREAM_FAILED
        return MANUAL if node_id in self._left_alone else UPSTREAM_CANCELED

    def _stop(self, node_ids: Iterable[NodeId], instructions: list[Instruction]) -> None:
        for node_id in node_ids:
            if node_id not in self._stopping:
                self._stopping.add(node_id)
                instructions.append(Stop(node_id, self._attempt[node_id]))

    def _settle(self, instructions: list[Instruction]) -> None:
        """Bring the run's status up to date, and end the run once nothing is open."""
        if self._open == 0 and self._started:
            if not self._finishing:
                self._finishing = True
                instructions.append(Finish(self._final_status()))
        elif self._failed and not self._canceled:
            self._status = RunStatus.FAILED_WAITING

    def _final_status(self) -> RunStatus:
        if self._canceled:
            return RunStatus.CANCELED
        if self._failed:
            return RunStatus.FAILED
        return RunStatus.CANCELED if self._any_canceled else RunStatus.SUCCESS


NODE_STATUS = {
    Phase.WAITING: NodeRunStatus.CREATED,
    Phase.RESOLVING: NodeRunStatus.CREATED,
    Phase.SUBMITTED: NodeRunStatus.IN_QUEUE,
    Phase.RUNNING: NodeRunStatus.RUNNING,
    Phase.DONE: NodeRunStatus.SUCCESS,
    Phase.FAILED: NodeRunStatus.FAILED,
    Phase.CANCELED: NodeRunStatus.CANCELED,
}
"""The status word that a phase is shown as (STATIC and RESTORED are told apart by the node's record)."""
