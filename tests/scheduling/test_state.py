"""The run's state machine: tables of events, and every invariant under orders that Hypothesis makes up."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.model.event import (
    CancelRequested,
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RunFinished,
    RunStarted,
)
from plynx_jupyter.model.ids import CacheKey, NodeId, RunId
from plynx_jupyter.model.job import AttemptId, JobError, JobResult
from plynx_jupyter.model.run import OnFailure
from plynx_jupyter.model.status import RunStatus
from plynx_jupyter.scheduling.instruction import Finish, Resolve, Skip, Stop, Submit
from plynx_jupyter.scheduling.plan import PlannedNode, plan_of
from plynx_jupyter.scheduling.state import MAX_LOSSES, Phase, RunState

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def result(node: str, attempt: int, code: str | None = None) -> JobResult:
    error = None if code is None else JobError(code=code, message=code)
    return JobResult(
        id=AttemptId(RunId("r"), NodeId(node), attempt), error=error, started_at=NOW, finished_at=NOW
    )


def ended(node: str, attempt: int = 1, code: str | None = None) -> NodeEnded:
    return NodeEnded(NodeId(node), attempt, result(node, attempt, code))


def state(
    *edges: str, on_failure: OnFailure = OnFailure.CONTINUE, retries: int = 0, static: str = ""
) -> RunState:
    """Make a state from strings such as ``"a b > c"`` (c needs a and b) or ``"a"``."""
    needs: dict[str, list[str]] = {}
    for edge in edges:
        before, _, after = edge.rpartition(">")
        for name in before.split():
            needs.setdefault(name, [])
        needs.setdefault(after.strip(), []).extend(before.split())
    return RunState(
        plan_of(
            (
                PlannedNode(
                    id=NodeId(name),
                    dependencies=tuple(map(NodeId, before)),
                    retries=retries,
                    is_static=name in static.split(),
                )
                for name, before in needs.items()
            ),
            on_failure,
        )
    )


def miss(run: RunState, node: str) -> list:
    return run.handle(NodeMissed(NodeId(node), None))


def test_the_first_frontier_is_resolved_in_one_go():
    run = state("a > c", "b > c")
    assert run.handle(RunStarted()) == [Resolve(("a", "b"))]


def test_static_nodes_are_done_from_the_start_and_an_all_static_run_succeeds():
    run = state("f > a", static="f")
    assert run.handle(RunStarted()) == [Resolve(("a",))]
    alone = state("f", static="f")
    assert alone.handle(RunStarted()) == [Finish(RunStatus.SUCCESS)]


def test_a_node_is_resolved_only_when_all_its_inputs_are_known():
    run = state("a b > c")
    run.handle(RunStarted())
    assert miss(run, "a") == [Submit("a", 1)]
    assert miss(run, "b") == [Submit("b", 1)]
    assert run.handle(ended("a")) == []
    assert run.handle(ended("b")) == [Resolve(("c",))]


def test_a_stored_result_stands_for_the_node():
    run = state("a > b")
    run.handle(RunStarted())
    assert run.handle(NodeRestored(NodeId("a"), CacheKey("k"), {})) == [Resolve(("b",))]
    assert run.handle(NodeRestored(NodeId("b"), CacheKey("k"), {})) == [Finish(RunStatus.SUCCESS)]
    assert run.handle(RunFinished(RunStatus.SUCCESS)) == []
    assert run.status is RunStatus.SUCCESS


def test_what_follows_a_failure_is_skipped_and_independent_branches_go_on():
    run = state("f > d", "d > e", "s")
    run.handle(RunStarted())
    miss(run, "f"), miss(run, "s")
    assert run.handle(ended("f", code="job.failed")) == [Skip(("d", "e"), "upstream_failed")]
    assert run.status is RunStatus.FAILED_WAITING
    for node in "de":
        run.handle(NodeSkipped(NodeId(node), "upstream_failed"))
    assert run.handle(ended("s")) == [Finish(RunStatus.FAILED)]


def test_on_failure_stop_stops_what_runs_and_skips_the_rest():
    run = state("f > d", "s > t", on_failure=OnFailure.STOP)
    run.handle(RunStarted())
    miss(run, "f"), miss(run, "s")
    assert run.handle(ended("f", code="job.failed")) == [
        Skip(("d",), "upstream_failed"),
        Skip(("t",), "stopped"),
        Stop("s", 1),
    ]


def test_a_failed_attempt_is_tried_again_as_often_as_asked():
    run = state("a", retries=2)
    run.handle(RunStarted())
    miss(run, "a")
    assert run.handle(ended("a", 1, "job.failed")) == [Submit("a", 2)]
    assert run.handle(ended("a", 2, "job.failed")) == [Submit("a", 3)]
    assert run.handle(ended("a", 3, "job.failed")) == [Finish(RunStatus.FAILED)]


def test_lost_attempts_have_a_budget_of_their_own():
    run = state("a", retries=0)
    run.handle(RunStarted())
    miss(run, "a")
    for attempt in range(1, MAX_LOSSES):
        run.handle(NodeStarted(NodeId("a"), attempt))
        assert run.handle(NodeLost(NodeId("a"), attempt, "died")) == [Submit("a", attempt + 1)]
    run.handle(NodeStarted(NodeId("a"), MAX_LOSSES))
    assert run.handle(NodeLost(NodeId("a"), MAX_LOSSES, "died")) == [Finish(RunStatus.FAILED)]


def test_attempts_lost_before_they_began_hardly_count():
    run = state("a")
    run.handle(RunStarted())
    miss(run, "a")
    for attempt in range(1, MAX_LOSSES + 3):
        assert run.handle(NodeLost(NodeId("a"), attempt, "died")) == [Submit("a", attempt + 1)]


def test_an_event_of_an_attempt_that_is_over_changes_nothing():
    run = state("a > b")
    run.handle(RunStarted())
    miss(run, "a")
    run.handle(NodeStarted(NodeId("a"), 1))
    run.handle(NodeLost(NodeId("a"), 1, "died"))
    late = ended("a", 1)
    assert not run.accepts(late)
    assert run.handle(late) == []
    assert run.phases[NodeId("a")] is Phase.SUBMITTED


def test_cancel_skips_what_waits_and_stops_what_runs():
    run = state("a > b", "c")
    run.handle(RunStarted())
    miss(run, "a")
    assert run.handle(CancelRequested()) == [Skip(("b", "c"), "canceled"), Stop("a", 1)]
    for node in "bc":
        run.handle(NodeSkipped(NodeId(node), "canceled"))
    assert run.handle(ended("a", 1, "job.canceled")) == [Finish(RunStatus.CANCELED)]


def test_canceling_one_node_leaves_independent_ones_alone():
    run = state("a > b", "c")
    run.handle(RunStarted())
    miss(run, "a"), miss(run, "c")
    assert run.handle(CancelRequested((NodeId("a"),))) == [Stop("a", 1)]
    assert run.handle(ended("a", 1, "job.canceled")) == [Skip(("b",), "upstream_canceled")]
    run.handle(NodeSkipped(NodeId("b"), "upstream_canceled"))
    assert run.handle(ended("c")) == [Finish(RunStatus.CANCELED)]


def test_a_node_that_cannot_be_tried_fails():
    run = state("a")
    run.handle(RunStarted())
    assert run.handle(NodeRefused(NodeId("a"), "x", "why")) == [Finish(RunStatus.FAILED)]


@pytest.mark.parametrize("event", [RunFinished(RunStatus.SUCCESS), ended("a")])
def test_nothing_is_accepted_before_the_run_has_started(event):
    assert not state("a").accepts(event)


def test_an_automatic_run_leaves_manual_nodes_and_what_follows_alone():
    run = RunState(
        plan_of(
            [
                PlannedNode(id=NodeId("a")),
                PlannedNode(id=NodeId("m"), dependencies=(NodeId("a"),), is_manual=True),
                PlannedNode(id=NodeId("after"), dependencies=(NodeId("m"),)),
            ]
        )
    )
    run.handle(RunStarted())
    miss(run, "a")
    assert run.handle(ended("a")) == [Resolve(("m",))]
    assert miss(run, "m") == [Skip(("m",), "manual"), Skip(("after",), "manual")]
    run.handle(NodeSkipped(NodeId("m"), "manual"))
    assert run.handle(NodeSkipped(NodeId("after"), "manual")) == [Finish(RunStatus.SUCCESS)]


# -- any order of events ---------------------------------------------------------------------------------


@st.composite
def plans(draw):
    count = draw(st.integers(1, 8))
    return plan_of(
        (
            PlannedNode(
                id=NodeId(f"n{i}"),
                dependencies=tuple(
                    NodeId(f"n{j}")
                    for j in sorted(draw(st.sets(st.integers(0, i - 1), max_size=3) if i else st.just(set())))
                ),
                is_static=i < draw(st.integers(0, 2)) and i == 0,
                retries=draw(st.integers(0, 2)),
                is_manual=draw(st.integers(0, 5)) == 0,
            )
            for i in range(count)
        ),
        draw(st.sampled_from(OnFailure)),
    )


class World:
    """Carries out instructions the way a backend and a cache could, in any order and with any outcome."""

    def __init__(self, plan, draw):
        self.plan, self.draw = plan, draw
        self.run = RunState(plan)
        self.log = []
        self.pending = []  # events that may happen next
        self.running = set()
        self.finished = None

    def feed(self, event):
        accepted = self.run.accepts(event)
        instructions = self.run.handle(event)
        if accepted:
            self.log.append(event)
        else:
            assert instructions == []
        for instruction in instructions:
            self.carry_out(instruction)

    def carry_out(self, instruction):
        if isinstance(instruction, Resolve):
            for node in instruction.node_ids:
                for dependency in self.plan.nodes[node].dependencies:
                    assert self.run.phases[dependency] is Phase.DONE, "a node began before its inputs"
                outcome = self.draw(st.sampled_from(["miss", "miss", "hit", "refuse"]))
                self.pending.append(
                    {
                        "miss": NodeMissed(node, None),
                        "hit": NodeRestored(node, CacheKey("k"), {}),
                        "refuse": NodeRefused(node, "x", "y"),
                    }[outcome]
                )
        elif isinstance(instruction, Submit):
            assert instruction.node_id not in self.running, "two attempts of a node at once"
            self.running.add(instruction.node_id)
            self.pending.append(("started", instruction))
        elif isinstance(instruction, Stop):
            assert instruction.node_id in self.running
        elif isinstance(instruction, Skip):
            self.pending.extend(NodeSkipped(node, instruction.reason) for node in instruction.node_ids)
        elif isinstance(instruction, Finish):
            assert self.finished is None, "a run ended twice"
            self.finished = instruction.status
            self.pending.append(RunFinished(instruction.status))

    def step(self):
        choice = self.pending.pop(self.draw(st.integers(0, len(self.pending) - 1)))
        if not isinstance(choice, tuple):
            self.feed(choice)
            return
        what, submit = choice
        if what == "started" and self.draw(st.booleans()):
            self.feed(NodeStarted(submit.node_id, submit.attempt))
            self.pending.append(("end", submit))
            return
        outcome = self.draw(st.sampled_from([None, None, "job.failed", "job.canceled", "lost"]))
        self.running.discard(submit.node_id)
        event = (
            NodeLost(submit.node_id, submit.attempt, "died")
            if outcome == "lost"
            else ended(submit.node_id, submit.attempt, outcome)
        )
        self.feed(event)
        if self.draw(st.booleans()):
            self.feed(event)  # delivered twice


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_order_of_events_ends_the_run_with_every_node_settled(data):
    world = World(data.draw(plans()), data.draw)
    world.feed(RunStarted())
    cancel_after = data.draw(st.integers(0, 40))
    for count in range(2000):
        if not world.pending:
            break
        if count == cancel_after:
            some = data.draw(st.sets(st.sampled_from(sorted(world.plan.nodes)), max_size=2))
            world.feed(CancelRequested(tuple(sorted(some))))
            if not world.pending:
                break
        world.step()
    assert world.run.status.is_final
    assert world.run.status is world.finished
    phases = world.run.phases
    assert set(phases.values()) <= {Phase.DONE, Phase.FAILED, Phase.CANCELED}
    for node in world.plan.nodes.values():
        if phases[node.id] is Phase.DONE:
            assert all(phases[d] is Phase.DONE for d in node.dependencies)
    done = [e.node_id for e in world.log if isinstance(e, NodeEnded) and e.result.error is None]
    assert len(done) == len(set(done)), "a node ran to success twice"
    if world.finished is RunStatus.SUCCESS:
        left_alone = {e.node_id for e in world.log if isinstance(e, NodeSkipped) and e.reason == "manual"}
        assert {n for n, phase in phases.items() if phase is not Phase.DONE} == left_alone
    assert not any(world.plan.nodes[node].is_manual for node in done)

    replayed = RunState(world.plan)
    for event in world.log:
        assert replayed.accepts(event)
        replayed.handle(event)
    assert dict(replayed.phases) == dict(phases)
    assert replayed.status is world.run.status


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_run_resumed_from_any_point_of_its_log_ends(data):
    world = World(data.draw(plans()), data.draw)
    world.feed(RunStarted())
    for _ in range(data.draw(st.integers(0, 25))):
        if not world.pending:
            break
        world.step()
    resumed = World(world.plan, data.draw)
    for event in world.log:
        resumed.run.handle(event)
    for instruction in resumed.run.resume():
        resumed.carry_out(instruction)
    for node, attempt in resumed.run.under_way():
        resumed.feed(NodeLost(node, attempt, "the server was restarted"))
    for _ in range(2000):
        if not resumed.pending:
            break
        resumed.step()
    assert resumed.run.status.is_final
