"""Why a node that could run waits."""

from __future__ import annotations

import pytest

from plynx_jupyter.execution.base import WorkerState
from plynx_jupyter.model.ids import NodeId, RunId
from plynx_jupyter.model.job import AttemptId, ResourceRequest
from plynx_jupyter.scheduling.state import Phase
from plynx_jupyter.services.workload import NodeUnderWay, workload

GIB = 1024**3
WORKER = WorkerState(name="w", address="tcp://w", slots=2, memory_bytes=4 * GIB)


def node(name, phase, **request):
    attempt = AttemptId(RunId("r"), NodeId(name), 1)
    return NodeUnderWay(id=attempt, title=name, author="", phase=phase, request=ResourceRequest(**request))


@pytest.mark.parametrize(
    ("phase", "request_", "workers", "running", "reason"),
    [
        (Phase.RESOLVING, {}, [WORKER], 0, "looked_up"),
        (Phase.SUBMITTED, {}, [], 0, "no_worker"),
        (Phase.SUBMITTED, {"cpu": 3}, [WORKER], 0, "too_large"),
        (Phase.SUBMITTED, {"memory_bytes": 5 * GIB}, [WORKER], 0, "too_large"),
        (Phase.SUBMITTED, {"memory_bytes": 3 * GIB}, [WORKER], 2, "no_free_slot"),
        (Phase.SUBMITTED, {}, [WORKER], 1, "handed_over"),
        (Phase.SUBMITTED, {}, [WORKER, WORKER], 2, "handed_over"),
    ],
)
def test_the_reason_is_the_first_thing_that_is_in_the_way(phase, request_, workers, running, reason):
    others = [node(f"running{number}", Phase.RUNNING) for number in range(running)]
    waiting = node("waiting", phase, **request_)
    found = workload(workers, [*others, waiting])
    assert found.waiting == [(waiting, reason)]
    assert found.running == others
