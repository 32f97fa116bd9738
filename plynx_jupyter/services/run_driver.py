"""Carries out what the state machine of each run asks for, and writes down what happened: the one writer of runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.errors import ConflictError, PlynxError
from plynx_jupyter.execution.base import Backend
from plynx_jupyter.graph.system_parameters import resource_request, retries
from plynx_jupyter.metadata.base import MetadataStore
from plynx_jupyter.model.event import (
    CancelRequested,
    NodeEnded,
    NodeLost,
    NodeMissed,
    NodeRefused,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RecordedEvent,
    RunEvent,
    RunFinished,
    RunStarted,
)
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import (
    AttemptId,
    Job,
    JobEnded,
    JobError,
    JobLog,
    JobLost,
    JobProgress,
    JobReport,
    JobResult,
    JobStarted,
)
from plynx_jupyter.model.kind import FILE
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, Run
from plynx_jupyter.model.status import NodeRunStatus, RunStatus
from plynx_jupyter.scheduling.instruction import Finish, Instruction, Resolve, Skip, Stop, Submit
from plynx_jupyter.scheduling.plan import make_plan, named_nodes
from plynx_jupyter.scheduling.projection import node_of, project
from plynx_jupyter.scheduling.state import Phase, RunState
from plynx_jupyter.storage.base import ArtifactStore

from .event_bus import EventBus
from .input_values import collect_inputs
from .job_building import build_job
from .recorder import Recorder
from .resolver import LEASE_SECONDS, Identity, Question, Resolver, identify
from .workload import NodeUnderWay

_YIELD_EVERY = 250
"""Nodes handled in a row before the loop gets a turn; at most some tens of milliseconds."""
_HEAR_SECONDS = 1.0
"""How often a driver with runs in hand looks whether another process asks for one to be stopped."""
_UNDER_WAY = frozenset({Phase.RESOLVING, Phase.SUBMITTED, Phase.RUNNING})

_log = logging.getLogger(__name__)


class RunDriver:
    """Drives any number of runs on one event loop.

    ``import_paths`` are put in front of each run's own. Call ``open`` first and ``close`` last; all methods
    are called on the loop.
    """

    def __init__(
        self,
        *,
        metadata: MetadataStore,
        store: ArtifactStore,
        backend: Backend,
        bus: EventBus,
        owner: str,
        import_paths: tuple[str, ...] = (),
    ) -> None:
        self.metadata = metadata
        self.store = store
        self.backend = backend
        self.bus = bus
        self.owner = owner
        self.import_paths = import_paths
        self.resolver = Resolver(metadata, store, owner)
        self.recorder = Recorder(metadata, bus, self._give_up)
        self._active: dict[RunId, ActiveRun] = {}
        self._heartbeat: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Make ready to take runs; cheap."""
        await self.backend.start(self._reported)

    async def start(self, run: Run, nodes: Sequence[Node], node_runs: Mapping[NodeId, NodeRun]) -> None:
        """Take up a stored run. ``nodes`` are its flattened nodes, ``node_runs`` their stored records.

        Raises ``ConflictError`` when another process has it.
        """
        if not await asyncio.to_thread(self.metadata.own_run, run.id, self.owner, _lease_expiry()):
            raise ConflictError(f"Run {run.id} is already driven by another process.", run_id=run.id)
        active = self._take_up(ActiveRun(self, run, nodes, node_runs))
        active.feed([RunStarted()])

    async def resume(self, run: Run, nodes: Sequence[Node]) -> bool:
        """Go on with a run whose driver is gone; False when somebody has it in hand.

        What has finished stays finished. Attempts that were under way are lost, and tried again.
        """
        if run.id in self._active or not await asyncio.to_thread(
            self.metadata.own_run, run.id, self.owner, _lease_expiry()
        ):
            return False
        node_runs = await asyncio.to_thread(self.metadata.load_node_runs, run.id)
        events = await asyncio.to_thread(self.metadata.load_events, run.id)
        active = self._take_up(ActiveRun(self, run, nodes, node_runs))
        active.replay(events)
        return True

    def _take_up(self, active: ActiveRun) -> ActiveRun:
        self._active[active.run_id] = active
        if self._heartbeat is None:
            self._heartbeat = asyncio.get_running_loop().create_task(self._beat(), name="plynx-heartbeat")
        return active

    def is_active(self, run_id: RunId) -> bool:
        """Tell whether this driver has the run in hand."""
        return run_id in self._active

    def active_runs(self) -> list[RunId]:
        """Return the runs that are in hand."""
        return list(self._active)

    def under_way(self) -> list[NodeUnderWay]:
        """Return the nodes whose inputs are there and that haven't come to an end, in the order of their runs."""
        return [node for active in self._active.values() for node in active.under_way()]

    def position(self, run_id: RunId, node_id: NodeId) -> tuple[Phase, int] | None:
        """Return where a node is and its latest attempt; None when the run isn't in hand (any more)."""
        active = self._active.get(run_id)
        return active.position(node_id) if active is not None else None

    def cancel(self, run_id: RunId, node_ids: tuple[NodeId, ...] = ()) -> bool:
        """Ask for a run, or some of its nodes, to be stopped; False when the run isn't in hand here."""
        active = self._active.get(run_id)
        if active is None:
            return False
        active.cancel(node_ids)
        return True

    async def wait(self, run_id: RunId) -> None:
        """Wait until the run has ended and all of it is durable; returns at once if it isn't in hand."""
        active = self._active.get(run_id)
        if active is not None:
            await asyncio.shield(active.ended)

    async def close(self) -> None:
        """Cancel all runs in hand, wait for their end, and let go of the backend."""
        for active in tuple(self._active.values()):
            active.cancel(())
        if self._active:
            await asyncio.wait([active.ended for active in self._active.values()], timeout=60)
        await self.leave()

    async def leave(self) -> None:
        """Let go of the runs in hand, as they are, and of the backend; another driver can go on with them."""
        left = tuple(self._active)
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
            self._heartbeat = None
        for active in tuple(self._active.values()):
            await active.stop_tasks()
            active.abandon()
        await self.recorder.flush()
        for run_id in left:
            await asyncio.to_thread(self.metadata.release_run, run_id, self.owner)
        await self.resolver.close()
        await self.backend.close()

    def _reported(self, reports: Sequence[JobReport]) -> None:
        by_run: dict[RunId, list[JobReport]] = {}
        for report in reports:
            by_run.setdefault(report.id.run_id, []).append(report)
        for run_id, of_run in by_run.items():
            active = self._active.get(run_id)
            if active is not None:
                active.reported(of_run)

    def _give_up(self, run_id: RunId) -> None:
        active = self._active.get(run_id)
        if active is not None:
            active.abandon()

    def forget(self, run_id: RunId) -> None:
        """Let go of a run that has ended."""
        self._active.pop(run_id, None)

    async def _beat(self) -> None:
        """Hear of what others ask to be stopped, and renew the leases on runs and keys, while there are any."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            await asyncio.sleep(_HEAR_SECONDS)
            try:
                if self._active:
                    cancels = await asyncio.to_thread(self.metadata.take_cancels, tuple(self._active))
                    for run_id, node_ids in cancels.items():
                        self.cancel(run_id, node_ids)
                if loop.time() - renewed_at >= LEASE_SECONDS / 3:
                    await self._renew()
                    renewed_at = loop.time()
            except PlynxError as error:
                _log.warning("Leases couldn't be renewed: %s", error)

    async def _renew(self) -> None:
        for run_id in tuple(self._active):
            if not await asyncio.to_thread(self.metadata.own_run, run_id, self.owner, _lease_expiry()):
                self._give_up(run_id)
        await self.resolver.renew()


class ActiveRun:
    """One run in hand: its state machine, the outputs known so far, and the tasks that work for it."""

    def __init__(
        self, driver: RunDriver, run: Run, nodes: Sequence[Node], node_runs: Mapping[NodeId, NodeRun]
    ) -> None:
        self._driver = driver
        self._run = run
        plan = make_plan(nodes, run.options, retries)
        self._nodes = {node.id: node for node in nodes if node.id in plan.nodes}
        self._forced = named_nodes(nodes, run.options.from_nodes)
        self._state = RunState(plan)
        self._records = dict(node_runs)
        self._outputs: dict[NodeId, Mapping[str, tuple[Resource, ...]]] = {
            node.id: {port.name: port.values for port in node.outputs}
            for node in self._nodes.values()
            if node.kind == FILE
        }
        self._identities: dict[NodeId, Identity] = {}
        self._inputs: dict[NodeId, Mapping[str, tuple[Resource, ...]]] = {}
        self._computing: set[NodeId] = set()
        self._import_paths = (*run.options.import_paths, *driver.import_paths)
        self._sequence = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # -- from outside ------------------------------------------------------------------------------------

    @property
    def run_id(self) -> RunId:
        """The run's id."""
        return self._run.id

    def under_way(self) -> Iterator[NodeUnderWay]:
        """Yield the nodes whose inputs are there and that haven't come to an end."""
        for node_id, phase in self._state.phases.items():
            if phase not in _UNDER_WAY:
                continue
            node, record = self._nodes[node_id], self._records[node_id]
            yield NodeUnderWay(
                id=AttemptId(self._run.id, node_id, self._state.attempt(node_id)),
                title=node.title,
                author=self._run.author,
                phase=phase,
                request=resource_request(node),
                worker=record.worker if phase is Phase.RUNNING else "",
                started_at=record.started_at if phase is Phase.RUNNING else None,
            )

    def position(self, node_id: NodeId) -> tuple[Phase, int] | None:
        """Return where a node is and its latest attempt."""
        phase = self._state.phases.get(node_id)
        return None if phase is None else (phase, self._state.attempt(node_id))

    def replay(self, events: Sequence[RecordedEvent]) -> None:
        """Rebuild the state from the log, and go on from there."""
        for recorded in events:
            self._state.handle(recorded.event)
            self._sequence = recorded.sequence
        for node_id, phase in self._state.phases.items():
            if phase is Phase.DONE:
                self._outputs[node_id] = self._records[node_id].outputs
        if not events:
            self.feed([RunStarted()])
            return
        lost = [
            NodeLost(node_id, attempt, "the program that drove the run ended")
            for node_id, attempt in self._state.under_way()
        ]
        self._carry_out(self._state.resume(), lost)

    def cancel(self, node_ids: tuple[NodeId, ...]) -> None:
        """Ask for the run, or these nodes (composites: all inside), to be stopped."""
        named = named_nodes(tuple(self._nodes.values()), node_ids) if node_ids else set()
        self.feed([CancelRequested(tuple(sorted(named)))])

    def reported(self, reports: Sequence[JobReport]) -> None:
        """Take in what the backend says."""
        events: list[RunEvent] = []
        for report in reports:
            node_id, attempt = report.id.node_id, report.id.attempt
            if isinstance(report, JobStarted):
                events.append(NodeStarted(node_id, attempt, report.worker))
            elif isinstance(report, JobEnded):
                events.append(NodeEnded(node_id, attempt, report.result))
            elif isinstance(report, JobLost):
                events.append(NodeLost(node_id, attempt, report.reason))
            elif isinstance(report, JobProgress | JobLog):
                self._driver.bus.publish(report)
        self.feed(events)

    def feed(self, events: Sequence[RunEvent]) -> None:
        """Take events in, record those that count, and set about what they call for."""
        self._carry_out((), events)

    def _carry_out(self, outstanding: Sequence[Instruction], events: Sequence[RunEvent]) -> None:
        queue = list(events)
        resolve: list[NodeId] = []
        submit: list[Submit] = []
        stop: list[Stop] = []
        self._sort(outstanding, queue, resolve, submit, stop)
        position = 0
        while position < len(queue):
            event = queue[position]
            position += 1
            if not self._state.accepts(event):
                self._refused(event)
                continue
            before = self._state.status
            instructions = self._state.handle(event)
            self._note(event, before)
            self._sort(instructions, queue, resolve, submit, stop)
        if resolve:
            self._spawn(self._resolve(tuple(resolve)))
        if submit:
            self._submit(submit)
        if stop:
            self._spawn(self._stop(stop))

    def abandon(self) -> None:
        """Let go of the run at once: somebody else writes it."""
        for node_id in self._computing:
            key = self._identities[node_id].key
            if key is not None:
                self._driver.resolver.landed(key, None)
        for task in tuple(self._tasks):
            task.cancel()
        self._end()

    async def stop_tasks(self) -> None:
        """Cancel what still works for this run."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- events ------------------------------------------------------------------------------------------

    @staticmethod
    def _sort(
        instructions: Sequence[Instruction],
        queue: list[RunEvent],
        resolve: list[NodeId],
        submit: list[Submit],
        stop: list[Stop],
    ) -> None:
        for instruction in instructions:
            if isinstance(instruction, Resolve):
                resolve.extend(instruction.node_ids)
            elif isinstance(instruction, Submit):
                submit.append(instruction)
            elif isinstance(instruction, Stop):
                stop.append(instruction)
            elif isinstance(instruction, Skip):
                queue.extend(NodeSkipped(node_id, instruction.reason) for node_id in instruction.node_ids)
            elif isinstance(instruction, Finish):
                queue.append(RunFinished(instruction.status))

    def _refused(self, event: RunEvent) -> None:
        """Undo what an answer that came too late has set up."""
        if isinstance(event, NodeMissed) and event.key is not None:
            self._driver.resolver.landed(event.key, None)

    def _note(self, event: RunEvent, before: RunStatus) -> None:
        """Write an accepted event down, with the records that follow from it."""
        now = datetime.now(timezone.utc)
        self._sequence += 1
        recorded = RecordedEvent(self._run.id, self._sequence, now, event)
        node_run = entry = None
        node_id = node_of(event)
        if node_id is not None:
            phase = self._state.phases[node_id]
            node_run = project(self._records[node_id], event, phase, self._state.attempt(node_id), now)
            self._records[node_id] = node_run
            if phase is Phase.DONE:
                self._outputs[node_id] = node_run.outputs
            if isinstance(event, NodeMissed):
                self._computing.add(node_id)
            elif isinstance(event, NodeRestored):
                self._driver.recorder.note_use(event.key)
            if phase in (Phase.DONE, Phase.FAILED, Phase.CANCELED):
                entry = self._landed(node_id, event.result if isinstance(event, NodeEnded) else None, phase)
        elif isinstance(event, RunStarted):
            self._run = replace(self._run, started_at=now)
        run = None
        if self._state.status is not before or isinstance(event, RunStarted):
            finished = now if self._state.status.is_final else None
            run = self._run = replace(self._run, status=self._state.status, finished_at=finished)
        self._driver.recorder.add(recorded, node_run, run, entry)
        if isinstance(event, RunFinished):
            self._spawn(self._finish())

    def _landed(self, node_id: NodeId, result: JobResult | None, phase: Phase) -> CacheEntry | None:
        """Forget what was kept for a node that has ended, and return what is to be cached of its result."""
        self._inputs.pop(node_id, None)
        identity = self._identities.pop(node_id, None)
        if identity is None or identity.key is None or node_id not in self._computing:
            return None
        self._computing.discard(node_id)
        entry = None
        if result is not None and phase is Phase.DONE:
            entry = CacheEntry(
                key=identity.key,
                operation_digest=identity.operation_digest,
                title=self._nodes[node_id].title,
                components=identity.components,
                outputs=result.outputs,
                logs=result.logs,
                run_id=self._run.id,
                node_id=node_id,
                created_at=result.finished_at,
                seconds=(result.finished_at - result.started_at).total_seconds(),
            )
        self._driver.resolver.landed(identity.key, entry)
        return entry

    # -- instructions ------------------------------------------------------------------------------------

    async def _resolve(self, node_ids: tuple[NodeId, ...]) -> None:
        batch = _Batch()
        questions: list[Question] = []
        for count, node_id in enumerate(node_ids):
            if count % _YIELD_EVERY == _YIELD_EVERY - 1:
                await asyncio.sleep(0)
            try:
                identity = self._identify(node_id)
            except PlynxError as error:
                self.feed([NodeRefused(node_id, error.code, str(error))])
                continue
            questions.append(
                Question(
                    node_id,
                    identity,
                    self._run.options.use_cache and node_id not in self._forced,
                    self._answer(node_id, batch),
                )
            )
        await self._driver.resolver.resolve(questions)
        self.feed(batch.close())

    def _identify(self, node_id: NodeId) -> Identity:
        """Gather a node's inputs and find out what the cache knows it by."""
        node = self._nodes[node_id]
        inputs = collect_inputs(node, self._outputs)
        identity = identify(node, inputs, self._import_paths)
        self._inputs[node_id] = inputs
        self._identities[node_id] = identity
        return identity

    def _answer(self, node_id: NodeId, batch: _Batch) -> Callable[[CacheEntry | None], None]:
        def answer(entry: CacheEntry | None) -> None:
            event: RunEvent
            if entry is None:
                identity = self._identities.get(node_id)
                event = NodeMissed(node_id, identity.key if identity else None)
            else:
                event = NodeRestored(
                    node_id, entry.key, entry.outputs, entry.logs, entry.run_id, entry.seconds
                )
            if not batch.take(event):
                self.feed([event])

        return answer

    def _submit(self, submissions: Sequence[Submit]) -> None:
        jobs: list[Job] = []
        for submission in submissions:
            node_id = submission.node_id
            if node_id in self._inputs:
                identity = self._identities.get(node_id)
            else:  # the attempt before was another program's
                identity = self._identify(node_id)
                self._computing.add(node_id)
            jobs.append(
                build_job(
                    AttemptId(self._run.id, node_id, submission.attempt),
                    self._nodes[node_id],
                    self._inputs[node_id],
                    storage=self._driver.store.location,
                    import_paths=self._import_paths,
                    key=identity.key if identity else None,
                )
            )
        self._spawn(self._hand_over(jobs))

    async def _hand_over(self, jobs: Sequence[Job]) -> None:
        try:
            await self._driver.backend.submit(jobs)
        except PlynxError as error:
            for job in jobs:
                _log.error(
                    "Run %s, node %s couldn't be submitted: %s",
                    self._run.id,
                    job.id.node_id,
                    error,
                    extra={"run_id": self._run.id, "node_id": job.id.node_id},
                )
            now = datetime.now(timezone.utc)
            reason = JobError(code=error.code, message=str(error))
            self.feed(
                [
                    NodeEnded(
                        job.id.node_id,
                        job.id.attempt,
                        JobResult(id=job.id, error=reason, started_at=now, finished_at=now),
                    )
                    for job in jobs
                ]
            )

    async def _stop(self, stops: Sequence[Stop]) -> None:
        attempts = [AttemptId(self._run.id, stop.node_id, stop.attempt) for stop in stops]
        await self._driver.backend.cancel(attempts)

    async def _finish(self) -> None:
        await self._driver.recorder.flush()
        try:
            await asyncio.to_thread(self._driver.metadata.release_run, self._run.id, self._driver.owner)
        except PlynxError as error:
            _log.warning(
                "The lease on run %s couldn't be given back: %s",
                self._run.id,
                error,
                extra={"run_id": self._run.id},
            )
        self._end()

    def _end(self) -> None:
        self._driver.forget(self._run.id)
        if not self.ended.done():
            self.ended.set_result(None)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guard(work), name=f"plynx-run-{self._run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, work: Coroutine[None, None, None]) -> None:
        """Let no fault of our own leave a run hanging: it is logged, and the run is canceled."""
        try:
            await work
        except Exception:  # noqa: BLE001 - the last line of defence
            _log.exception(
                "Run %s can't go on because of an internal error",
                self._run.id,
                extra={"run_id": self._run.id},
            )
            self.feed([CancelRequested()])
            # What is still open was waiting for the work that failed.
            self.feed(
                [NodeLost(node_id, attempt, "internal error") for node_id, attempt in self._state.under_way()]
            )


class _Batch:
    """The answers that come while a frontier is being resolved, to be handled together."""

    def __init__(self) -> None:
        self._events: list[RunEvent] | None = []

    def take(self, event: RunEvent) -> bool:
        """Keep an answer; False when the batch is closed and the answer has to be handled by itself."""
        if self._events is None:
            return False
        self._events.append(event)
        return True

    def close(self) -> list[RunEvent]:
        """Return what was kept, and keep no more."""
        events, self._events = self._events or [], None
        return events


def initial_record(node: Node, selected: bool) -> NodeRun:
    """Return the record a node starts a run with."""
    if node.kind == FILE:
        values = {port.name: port.values for port in node.outputs}
        return NodeRun(node_id=node.id, status=NodeRunStatus.STATIC, outputs=values)
    return NodeRun(node_id=node.id, status_reason=None if selected else "not_selected")


def _lease_expiry() -> datetime:
    return datetime.now(timezone.utc) + timedelta(seconds=LEASE_SECONDS)
