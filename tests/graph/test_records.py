"""JSON forms of what runs leave behind."""

import json
import math
import time
from datetime import datetime, timedelta, timezone

import pytest

from plynx_jupyter.errors import DocumentError
from plynx_jupyter.graph import records
from plynx_jupyter.model import event as events
from plynx_jupyter.model.job import AttemptId, JobError, JobResult
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, OnFailure, RunOptions
from plynx_jupyter.model.status import NodeRunStatus, RunStatus

AT = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=timezone.utc)
STORED = Resource("csv", "a" * 64, 10)
INLINE = Resource("dict", "b" * 64, 2, inline=True, value={"a": [None, 1, 1.0, True, "é\n", math.inf]})
NONE = Resource("any", "c" * 64, 4, inline=True, value=None)
ERROR = JobError(
    code="job.failed", message="It broke.", traceback="line\nline", cell=3, exit_code=-9, signal="SIGKILL"
)
RESULT = JobResult(
    id=AttemptId("r", "outer/inner", 2),
    outputs={"o": (STORED, INLINE), "none": ()},
    logs={"stdout": (NONE,)},
    error=ERROR,
    started_at=AT,
    finished_at=AT + timedelta(microseconds=1),
    worker="w",
    peak_memory_bytes=2**40,
)
NODE_RUN = NodeRun(
    node_id="outer/inner",
    status=NodeRunStatus.RESTORED,
    status_reason="why",
    attempt=2,
    key="k",
    outputs={"o": (STORED, INLINE)},
    logs={"stderr": (NONE,)},
    error=ERROR,
    started_at=AT,
    finished_at=AT,
    worker="w",
    restored_from="r0",
    computed_seconds=1.5,
)
EVENTS = [
    events.RunStarted(),
    events.NodeRestored("n", "k", {"o": (STORED,)}, {"stdout": (INLINE,)}, "r0", 0.25),
    events.NodeRestored("n", "k", {}),
    events.NodeMissed("n", None),
    events.NodeStarted("n", 1, "w"),
    events.NodeEnded("n", 1, RESULT),
    events.NodeLost("n", 1, "worker died"),
    events.NodeRefused("n", "cache.not_canonical", "message"),
    events.CancelRequested(("a", "b")),
    events.CancelRequested(),
    events.NodeSkipped("n", "upstream_failed"),
    events.RunFinished(RunStatus.FAILED),
]


def through_text(data):
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("resource", resource) for resource in (STORED, INLINE, NONE)],
        ("job_error", ERROR),
        ("job_error", JobError(code="c", message="m")),
        ("job_result", RESULT),
        ("job_result", JobResult(id=AttemptId("r", "n", 1), started_at=AT, finished_at=AT)),
        ("node_run", NODE_RUN),
        ("node_run", NodeRun(node_id="n")),
        ("run_options", RunOptions()),
        ("run_options", RunOptions(use_cache=False, on_failure=OnFailure.STOP, until=("a",), from_nodes=("b",),
                                   import_paths=("/x",))),
        *[("event", event) for event in EVENTS],
        *[("recorded_event", events.RecordedEvent("r", 7, AT, event)) for event in EVENTS],
    ],
)  # fmt: skip
def test_a_record_survives_the_way_through_json(name, value):
    data = getattr(records, f"{name}_to_dict")(value)
    assert getattr(records, f"{name}_from_dict")(through_text(data)) == value


def test_every_kind_of_event_has_a_type_of_its_own():
    kinds = {type(event): records.event_to_dict(event)["type"] for event in EVENTS}
    assert set(kinds) == set(events.RunEvent.__args__)
    assert len(set(kinds.values())) == len(kinds)


def test_times_are_utc_with_microseconds():
    elsewhere = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert records.time_to_text(elsewhere) == "2024-01-01T00:00:00.000000+00:00"
    assert records.time_from_text("2024-01-01T00:00:00Z") == elsewhere
    assert records.time_from_text("2024-01-01 00:00:00.000") == elsewhere
    with pytest.raises(ValueError, match="no time zone"):
        records.time_to_text(datetime(2024, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("read", "data", "said"),
    [
        (records.node_run_from_dict, {"status": "SUCCESS"}, "'node_id' is missing"),
        (records.node_run_from_dict, {"node_id": "n", "status": "?"}, "NodeRunStatus"),
        (records.event_from_dict, {"type": "exploded"}, "'exploded' is none of run_started"),
        (records.job_result_from_dict, {"run_id": 1}, "missing"),
        (records.resource_from_dict, [], "a resource"),
    ],
)
def test_a_damaged_record_says_what_is_wrong(read, data, said):
    with pytest.raises(DocumentError, match=said):
        read(data)


def test_thousands_of_node_runs_take_well_under_a_second():
    before = time.process_time()
    data = [records.node_run_to_dict(NODE_RUN) for _ in range(5000)]
    assert all(records.node_run_from_dict(one) == NODE_RUN for one in data)
    assert time.process_time() - before < 2
