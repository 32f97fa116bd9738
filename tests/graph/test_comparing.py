"""What differs between runs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from plynx_jupyter.graph.comparing import ComparedRun, compare, differing_options
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import Digest, GraphId, NodeId, RunId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import CMD, Code, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.resource import Resource
from plynx_jupyter.model.run import NodeRun, OnFailure, Run, RunOptions
from plynx_jupyter.model.status import NodeRunStatus

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def node(name, code="print(1)", rate=0.5, title=None, source=None):
    references = () if source is None else (OutputReference(NodeId(source), "o"),)
    return Node(
        id=NodeId(name), title=title or name, kind="python",
        inputs=(Input(name="i", min_count=0, references=references),), outputs=(Output(name="o"),),
        parameters=(Parameter(name="rate", value=rate), Parameter(name=CMD, value=Code(code, "python"))),
    )  # fmt: skip


def compared(*nodes, outputs=None, seconds=1.0, status=NodeRunStatus.SUCCESS, options=None):
    run = Run(
        id=RunId("r"),
        graph=Graph(id=GraphId("g"), title="G", nodes=nodes),
        graph_id=GraphId("g"),
        options=options or RunOptions(),
        created_at=START,
    )
    records = {
        n.id: NodeRun(
            node_id=n.id, status=status,
            started_at=START, finished_at=START + timedelta(seconds=seconds),
            outputs={"o": (Resource("file", Digest((outputs or {}).get(n.id, "0") * 64), 1),)},
        )
        for n in nodes
    }  # fmt: skip
    return ComparedRun(run, records)


def test_the_same_run_twice_does_not_differ():
    run = compared(node("a"), node("b", source="a"))
    assert [found.differs for found in compare([run, run])] == [False, False]


def test_parameters_code_and_results_that_changed_are_named():
    first = compared(node("a"), node("b"))
    second = compared(
        node("a", rate=0.9, code="print(1)\nprint(2)"), node("b"), outputs={"a": "1"}, seconds=2
    )
    changed, same = compare([first, second])
    assert changed.parameters == {"rate": [0.5, 0.9]}
    assert changed.code == [["--- ", "+++ ", "@@ -1 +1,2 @@", " print(1)", "+print(2)"]]
    assert [value[0]["digest"][0] for value in changed.outputs["o"]] == ["0", "1"]
    assert changed.seconds == [1.0, 2.0]
    assert not same.differs


def test_nodes_that_only_some_have_are_there_once():
    rows = compare([compared(node("a")), compared(node("a"), node("new"))])
    assert [(row.title, row.node_ids, row.is_everywhere) for row in rows] == [
        ("a", ["a", "a"], True), ("new", [None, "new"], False),
    ]  # fmt: skip
    assert rows[1].statuses == [None, "SUCCESS"]


def test_nodes_with_other_ids_belong_together_by_title_and_kind():
    (row,) = compare([compared(node("x1", title="Train")), compared(node("x2", title="Train", rate=1.0))])
    assert (row.node_ids, row.parameters) == (["x1", "x2"], {"rate": [0.5, 1.0]})


def test_two_nodes_of_one_title_are_kept_apart():
    many = compared(node("a", title="T"), node("b", title="T", rate=0.7))
    rows = compare([many, many])
    assert [row.node_ids for row in rows] == [["a", "a"], ["b", "b"]]


def test_links_that_changed_are_named():
    rows = compare([compared(node("a"), node("b", source="a")), compared(node("a"), node("b"))])
    assert rows[1].links == {"i": [["a.o"], []]}


def test_three_runs_are_compared_each_with_the_next():
    runs = [compared(node("a", code=text)) for text in ("one", "one", "two")]
    (row,) = compare(runs)
    assert [bool(diff) for diff in row.code] == [False, True]


def test_other_contents_that_arrived_are_told_where_they_arrived():
    nodes = (node("a"), node("b", source="a"))
    _, row = compare([compared(*nodes), compared(*nodes, outputs={"a": "1"})])
    assert [arrived[0]["digest"][0] for arrived in row.inputs["i"]] == ["0", "1"]
    assert (row.parameters, row.links, row.differs) == ({}, {}, True)


def test_another_end_is_a_difference_but_a_restored_result_is_none():
    done, again, failed = (
        compared(node("a"), status=status)
        for status in (NodeRunStatus.SUCCESS, NodeRunStatus.RESTORED, NodeRunStatus.FAILED)
    )
    assert [row.differs for row in compare([done, again])] == [False]
    assert [row.differs for row in compare([done, failed])] == [True]


def test_numbers_of_other_types_are_other_values():
    (row,) = compare(
        [compared(node("a", rate=1)), compared(node("a", rate=1.0)), compared(node("a", rate=True))]
    )
    assert [type(value) for value in row.parameters["rate"]] == [int, float, bool]


def test_long_differences_are_cut_and_say_so():
    many = "\n".join(map(str, range(1000)))
    (row,) = compare([compared(node("a", code=text)) for text in ("0", many)])
    assert len(row.code[0]) == 401
    assert row.code[0][-1] == "… 603 more lines"
    (row,) = compare([compared(node("a", code=text)) for text in ("0", "x\n" * 30_000)])
    assert row.code == [["… 1 lines became 30000, too many to be compared"]]


def test_options_that_are_not_the_same_are_named():
    plain = compared(node("a"))
    assert differing_options([plain, plain]) == {}
    other = compared(node("a"), options=RunOptions(use_cache=False, on_failure=OnFailure.STOP))
    assert differing_options([plain, other]) == {
        "use_cache": [True, False],
        "on_failure": ["continue", "stop"],
    }
