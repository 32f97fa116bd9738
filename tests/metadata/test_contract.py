"""What every metadata store does, whatever it is on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from plynx_jupyter.errors import ConflictError, NotFoundError
from plynx_jupyter.metadata.base import MetadataStore, Query
from plynx_jupyter.model.event import NodeEnded, NodeStarted
from plynx_jupyter.model.ids import CacheKey, GraphId, NodeId, OperationId, RunId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input, Output
from plynx_jupyter.model.run import OnFailure, RunOptions
from plynx_jupyter.model.status import NodeRunStatus, OperationStatus, RunStatus

from .conftest import (
    START,
    digest,
    ended,
    failed_node,
    file_node,
    inline,
    key,
    make_entry,
    make_graph,
    make_nodes,
    make_operation,
    make_run,
    recorded,
    stored,
)

SOON = timedelta(minutes=5)


def now() -> datetime:
    return datetime.now(timezone.utc)


# Graphs


def test_a_graph_comes_back_as_it_was_with_its_dates(store: MetadataStore) -> None:
    graph = make_graph(
        "g1", "Überschrift \ud800", file_node("a", "data"), author="ann", extra={"colour": "red"}
    )
    before = now()
    saved = store.save_graph(graph)
    assert saved.insertion_date == saved.update_date
    assert saved.insertion_date is not None
    assert before <= saved.insertion_date <= now()
    assert store.load_graph(graph.id) == saved
    assert replace(saved, insertion_date=None, update_date=None) == graph


def test_a_graph_saved_again_keeps_its_first_date_and_gets_a_later_one(store: MetadataStore) -> None:
    first = store.save_graph(make_graph(title="one"))
    second = store.save_graph(make_graph(title="two"))
    assert second.insertion_date == first.insertion_date
    assert second.update_date is not None
    assert first.update_date is not None
    assert second.update_date > first.update_date
    assert store.load_graph(first.id).title == "two"
    assert store.list_graphs(Query())[1] == 1


def test_a_date_that_a_graph_brings_along_is_kept(store: MetadataStore) -> None:
    assert store.save_graph(make_graph(insertion_date=START)).insertion_date == START


def test_a_graph_changed_by_somebody_else_is_not_overwritten(store: MetadataStore) -> None:
    mine = store.save_graph(make_graph(title="first"))
    theirs = store.save_graph(make_graph(title="theirs"))
    assert mine.update_date is not None
    assert theirs.update_date is not None
    with pytest.raises(ConflictError) as caught:
        store.save_graph(make_graph(title="mine"), expected_update_date=mine.update_date)
    assert datetime.fromisoformat(caught.value.data["stored_update_date"]) == theirs.update_date
    assert datetime.fromisoformat(caught.value.data["expected_update_date"]) == mine.update_date
    assert store.load_graph(mine.id).title == "theirs"
    store.save_graph(make_graph(title="mine"), expected_update_date=theirs.update_date)
    assert store.load_graph(mine.id).title == "mine"


def test_a_graph_that_was_deleted_by_somebody_else_is_not_brought_back(store: MetadataStore) -> None:
    with pytest.raises(ConflictError):
        store.save_graph(make_graph(), expected_update_date=START)
    assert store.list_graphs(Query()) == ([], 0)


def test_of_two_who_save_the_same_version_one_wins(store: MetadataStore) -> None:
    version = store.save_graph(make_graph()).update_date
    everybody = threading.Barrier(4)

    def save(number: int) -> bool:
        everybody.wait(30)
        try:
            store.save_graph(make_graph(title=f"{number}"), expected_update_date=version)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(save, range(4))) == [False, False, False, True]


def test_lists_of_graphs_are_pages_without_nodes_newest_first(store: MetadataStore) -> None:
    for number in range(5):
        store.save_graph(make_graph(f"g{number}", f"{number}", file_node("a", "x"), insertion_date=START))
    found, total = store.list_graphs(Query(offset=1, per_page=2))
    assert total == 5
    assert [(graph.title, graph.nodes) for graph in found] == [("3", ()), ("2", ())]
    assert store.list_graphs(Query(offset=5)) == ([], 5)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("train",), {"a", "b"}),
        (("TRAIN", "models"), {"a"}),
        (("über",), {"c"}),
        (("ÜBER",), {"c"}),
        (("100%",), {"d"}),
        (("0%_",), set()),
        (("_",), {"e"}),
        (("/",), {"f"}),
        (("\\",), {"f"}),
        (("'; DROP TABLE graphs; --",), set()),
        ((), {"a", "b", "c", "d", "e", "f"}),
    ],
)
def test_words_are_found_as_they_stand_in_title_or_description(
    store: MetadataStore, words: tuple[str, ...], expected: set[str]
) -> None:
    texts = {
        "a": ("Train many", "Compares Models"),
        "b": ("Data", "to train with"),
        "c": ("Überblick", ""),
        "d": ("100% sure", ""),
        "e": ("snake_case", ""),
        "f": ("either/or", "back\\slash"),
    }
    for name, (title, description) in texts.items():
        store.save_graph(make_graph(name, title, description=description))
    found, total = store.list_graphs(Query(words=words))
    assert {graph.id for graph in found} == expected
    assert total == len(expected)


def test_graphs_are_filtered_by_author_and_kind(store: MetadataStore) -> None:
    store.save_graph(make_graph("a", author="ann"))
    store.save_graph(make_graph("b", author="bob", kind="other"))
    assert [graph.id for graph in store.list_graphs(Query(author="ann"))[0]] == ["a"]
    assert [graph.id for graph in store.list_graphs(Query(kinds=("other", "more")))[0]] == ["b"]
    assert store.list_graphs(Query(author="")) == ([], 0)


def test_what_is_not_there_is_not_found(store: MetadataStore) -> None:
    for use in (
        lambda: store.load_graph(GraphId("x1")),
        lambda: store.delete_graph(GraphId("x1")),
        lambda: store.load_operation(OperationId("x1")),
        lambda: store.load_run(RunId("x1")),
        lambda: store.load_node_runs(RunId("x1")),
        lambda: store.load_events(RunId("x1")),
        lambda: store.last_sequence(RunId("x1")),
        lambda: store.delete_run(RunId("x1")),
        lambda: store.own_run(RunId("x1"), "me", now() + SOON),
        lambda: store.find_run("x1"),
    ):
        with pytest.raises(NotFoundError, match="x1"):
            use()


def test_a_deleted_graph_is_gone(store: MetadataStore) -> None:
    store.save_graph(make_graph())
    store.delete_graph(GraphId("g1"))
    assert store.list_graphs(Query()) == ([], 0)


# Operations


def test_an_operation_comes_back_as_it_was_with_its_dates(store: MetadataStore) -> None:
    code = Parameter(name="_cmd", parameter_type="code", value=Code("print('é')\n", "python"))
    operation = make_operation("o1", parameters=(code,), node_status=OperationStatus.READY, author="ann")
    saved = store.save_operation(operation)
    assert saved.insertion_date is not None
    assert store.load_operation(operation.id) == saved
    assert replace(saved, insertion_date=None, update_date=None) == operation
    again = store.save_operation(replace(saved, title="Renamed"))
    assert again.insertion_date == saved.insertion_date
    assert store.load_operation(operation.id).title == "Renamed"


def test_operations_are_listed_by_status_kind_and_words(store: MetadataStore) -> None:
    store.save_operation(make_operation("a", "Split", node_status=OperationStatus.READY))
    store.save_operation(make_operation("b", "Train", node_status=OperationStatus.READY, kind="notebook"))
    store.save_operation(make_operation("c", "Train old", node_status=OperationStatus.DEPRECATED))
    found, total = store.list_operations(Query(statuses=(OperationStatus.READY,)))
    assert ({operation.id for operation in found}, total) == ({"a", "b"}, 2)
    found, _ = store.list_operations(Query(words=("train",), kinds=("notebook",)))
    assert [operation.id for operation in found] == ["b"]


# Runs


def test_a_run_comes_back_as_it_was(store: MetadataStore) -> None:
    options = RunOptions(
        use_cache=False, on_failure=OnFailure.STOP, until=(NodeId("a"),), import_paths=("/code",)
    )
    run = make_run("r1", make_graph("g1", "T", file_node("a", "x")), author="ann", options=options)
    nodes = [failed_node("z"), *make_nodes("b", "a")]
    store.create_run(run, nodes)
    assert store.load_run(run.id) == run
    assert store.load_node_runs(run.id) == {node.node_id: node for node in nodes}
    assert list(store.load_node_runs(run.id)) == ["z", "b", "a"]
    assert list(store.load_events(run.id)) == []
    assert store.last_sequence(run.id) == 0


def test_a_run_is_created_once(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), make_nodes("a"))
    with pytest.raises(ConflictError):
        store.create_run(make_run("r1"), make_nodes("b"))
    assert list(store.load_node_runs(RunId("r1"))) == ["a"]


def test_a_run_without_nodes_can_be_stored(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), [])
    assert store.load_node_runs(RunId("r1")) == {}


def test_a_record_appends_events_and_updates_nodes_and_run(store: MetadataStore) -> None:
    run = make_run("r1")
    store.create_run(run, make_nodes("a", "b"))
    node = failed_node("b")
    events = [
        recorded("r1", 1),
        recorded("r1", 2, NodeStarted(NodeId("b"), 2, "w")),
        recorded("r1", 3, ended("r1", node)),
    ]
    finished = replace(run, status=RunStatus.FAILED, started_at=START, finished_at=START + SOON)
    store.record(run.id, events[:2], [])
    store.record(run.id, events[2:], [node], finished)
    assert list(store.load_events(run.id)) == events
    assert store.last_sequence(run.id) == events[-1].sequence
    assert list(store.load_events(run.id, after=1, limit=1)) == events[1:2]
    assert list(store.load_events(run.id, after=3)) == []
    assert store.load_node_runs(run.id) == {"a": make_nodes("a")[0], "b": node}
    assert store.load_run(run.id) == finished


def test_an_event_recorded_twice_is_a_conflict_and_changes_nothing(store: MetadataStore) -> None:
    run = make_run("r1")
    store.create_run(run, make_nodes("a"))
    store.record(run.id, [recorded("r1", 1)], [])
    running = replace(make_nodes("a")[0], status=NodeRunStatus.RUNNING)
    with pytest.raises(ConflictError, match="r1"):
        store.record(
            run.id, [recorded("r1", 2), recorded("r1", 1)], [running], replace(run, status=RunStatus.RUNNING)
        )
    assert [event.sequence for event in store.load_events(run.id)] == [1]
    assert store.load_node_runs(run.id)[NodeId("a")].status is NodeRunStatus.CREATED
    assert store.load_run(run.id).status is RunStatus.CREATED


def test_a_record_of_a_deleted_run_is_a_conflict(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), make_nodes("a"))
    store.delete_run(RunId("r1"))
    with pytest.raises(ConflictError, match="r1 was deleted"):
        store.record(RunId("r1"), [recorded("r1", 1)], make_nodes("a"))
    store.create_run(make_run("r1"), [])
    assert list(store.load_events(RunId("r1"))) == []
    assert store.load_node_runs(RunId("r1")) == {}


def test_a_record_of_an_unknown_node_changes_nothing(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), make_nodes("a"))
    with pytest.raises(NotFoundError, match="stranger"):
        store.record(RunId("r1"), [recorded("r1", 1)], make_nodes("a", "stranger"))
    assert list(store.load_events(RunId("r1"))) == []


def test_some_node_runs_are_loaded_in_the_order_of_the_run(store: MetadataStore) -> None:
    names = [f"n{number:04}" for number in range(1200)]
    store.create_run(make_run("r1"), make_nodes(*reversed(names)))
    some = [NodeId(name) for name in [*names[1:], "stranger", "n0007"]]
    assert list(store.load_node_runs(RunId("r1"), some)) == list(reversed(names))[:-1]
    assert store.load_node_runs(RunId("r1"), []) == {}


def test_runs_are_listed_newest_first_with_counts(store: MetadataStore) -> None:
    other = make_graph("g2", "Other", description="words here")
    store.create_run(make_run("r1", minute=1, author="ann"), make_nodes("a", "b"))
    store.create_run(make_run("r3", other, minute=3), make_nodes())
    store.create_run(make_run("r2", minute=2), [*make_nodes("a", "b"), failed_node("c")])
    found, total = store.list_runs(Query())
    assert total == 3
    assert [run.id for run in found] == ["r3", "r2", "r1"]
    assert [dict(run.counts) for run in found] == [{}, {"CREATED": 2, "FAILED": 1}, {"CREATED": 2}]
    assert (found[2].title, found[2].author, found[2].status) == ("A graph", "ann", RunStatus.CREATED)
    assert found[2].created_at == START + timedelta(minutes=1)
    assert [run.id for run in store.list_runs(Query(graph_id=GraphId("g1")))[0]] == ["r2", "r1"]
    assert [run.id for run in store.list_runs(Query(words=("WORDS",)))[0]] == ["r3"]
    assert [run.id for run in store.list_runs(Query(author="ann"))[0]] == ["r1"]
    assert [run.id for run in store.list_runs(Query(offset=1, per_page=1))[0]] == ["r2"]


def test_unfinished_runs_are_those_that_can_still_change(store: MetadataStore) -> None:
    for minute, status in enumerate(reversed(RunStatus)):
        run = make_run(f"r-{status.value}", minute=minute)
        store.create_run(run, [])
        store.record(run.id, [], [], replace(run, status=status))
    unfinished = [status for status in reversed(RunStatus) if not status.is_final]
    assert [run.status for run in store.unfinished_runs()] == unfinished
    finished = tuple(status for status in RunStatus if status.is_final)
    assert {run.status for run in store.list_runs(Query(statuses=finished))[0]} == set(finished)


def test_runs_are_summarized_by_id_and_unknown_ids_are_passed_over(store: MetadataStore) -> None:
    for number, run_id in enumerate(("r1", "r2", "r3")):
        store.create_run(make_run(run_id, minute=number), make_nodes("a", "b"))
    found = store.summarize_runs([RunId("r3"), RunId("nobody"), RunId("r1"), RunId("r3")])
    assert [run.id for run in found] == ["r1", "r3"]
    assert list(found) == [run for run in store.unfinished_runs() if run.id != "r2"]
    assert sum(found[0].counts.values()) == 2
    assert store.summarize_runs([]) == []


def test_when_graphs_were_saved_is_known_without_reading_them(store: MetadataStore) -> None:
    first = store.save_graph(make_graph("g1"))
    second = store.save_graph(make_graph("g2"))
    ids = [GraphId("g2"), GraphId("nobody"), GraphId("g1")]
    assert store.graph_dates(ids) == {"g1": first.update_date, "g2": second.update_date}
    again = store.save_graph(first)
    assert store.graph_dates([GraphId("g1")]) == {"g1": again.update_date}
    assert store.graph_dates([]) == {}


def test_a_run_is_found_by_the_beginning_of_its_id(store: MetadataStore) -> None:
    for run_id in ("65a0", "65a01", "65b0", "7%00"):
        store.create_run(make_run(run_id), [])
    assert store.find_run("65b") == "65b0"
    assert store.find_run("65a0") == "65a0"
    assert store.find_run("7%") == "7%00"
    with pytest.raises(NotFoundError, match=r"Several.*65a0, 65a01, 65b0"):
        store.find_run("65")
    with pytest.raises(NotFoundError, match="No run begins with '%'"):
        store.find_run("%")


def test_a_run_is_owned_by_one_until_it_is_released_or_expires(store: MetadataStore) -> None:
    run_id = RunId("r1")
    store.create_run(make_run("r1"), [])
    assert store.own_run(run_id, "one", now() + SOON)
    assert store.own_run(run_id, "one", now() + 2 * SOON)
    assert not store.own_run(run_id, "two", now() + SOON)
    [summary] = store.unfinished_runs()
    assert summary.owner == "one"
    assert summary.owner_expires_at is not None
    assert summary.owner_expires_at > now() + SOON
    store.release_run(run_id, "two")
    assert not store.own_run(run_id, "two", now() + SOON)
    store.release_run(run_id, "one")
    assert store.own_run(run_id, "two", now() - SOON)
    assert store.own_run(run_id, "three", now() + SOON)


def test_requests_to_stop_are_taken_once_and_the_whole_run_counts_most(store: MetadataStore) -> None:
    store.request_cancel(RunId("r1"), [NodeId("a"), NodeId("outer/b")])
    store.request_cancel(RunId("r1"), [NodeId("a")])
    store.request_cancel(RunId("r2"), [NodeId("a")])
    store.request_cancel(RunId("r2"))
    store.request_cancel(RunId("other"))
    taken = store.take_cancels([RunId("r1"), RunId("r2"), RunId("r3")])
    assert {run_id: set(node_ids) for run_id, node_ids in taken.items()} == {
        "r1": {"a", "outer/b"},
        "r2": set(),
    }
    assert store.take_cancels([RunId("r1"), RunId("r2")]) == {}
    assert store.take_cancels([RunId("other")]) == {"other": ()}


def test_requests_to_stop_go_with_their_run(store: MetadataStore) -> None:
    store.create_run(make_run("r"), [])
    store.request_cancel(RunId("r"))
    store.delete_run(RunId("r"))
    assert store.take_cancels([RunId("r")]) == {}


def test_all_leases_of_one_holder_are_given_back_at_once(store: MetadataStore) -> None:
    keys = [CacheKey(letter * 64) for letter in "ab"]
    store.create_run(make_run("r1"), [])
    assert store.lease_keys([keys[0]], "one", now() + SOON) == {keys[0]}
    assert store.lease_keys([keys[1]], "two", now() + SOON) == {keys[1]}
    assert store.own_run(RunId("r1"), "one", now() + SOON)
    assert store.lease_owners() == {"one", "two"}
    store.release_all("one")
    assert store.lease_owners() == {"two"}
    assert store.own_run(RunId("r1"), "two", now() + SOON)
    assert store.lease_keys(keys, "three", now() + SOON) == {keys[0]}


def test_a_run_is_taken_by_one_of_many(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), [])
    everybody = threading.Barrier(5)

    def own(number: int) -> bool:
        everybody.wait(30)
        return store.own_run(RunId("r1"), f"owner {number}", now() + SOON)

    with ThreadPoolExecutor(5) as threads:
        assert sorted(threads.map(own, range(5))) == [False] * 4 + [True]


# Cache entries


def test_entries_are_found_by_any_number_of_keys(store: MetadataStore) -> None:
    entries = [make_entry(number) for number in range(1200)]
    store.add_entries(entries)
    found = store.find_entries(iter([key("stranger"), *(entry.key for entry in entries)]))
    assert found == {entry.key: entry for entry in entries}
    assert store.find_entries([]) == {}


def test_an_entry_that_is_there_stays_as_it_is(store: MetadataStore) -> None:
    first, again = make_entry("a"), make_entry("a", minute=5, run_id=RunId("r2"), logs={})
    store.add_entries([first])
    store.add_entries([again, make_entry("b")])
    assert store.find_entries([first.key])[first.key] == first
    assert len(store.list_entries()) == 2


@pytest.mark.parametrize("together", [True, False])
def test_another_result_for_a_key_marks_it_non_deterministic(store: MetadataStore, together: bool) -> None:
    first, other = make_entry("a"), make_entry("a", output="another")
    if together:
        store.add_entries([first, other])
    else:
        store.add_entries([first])
        store.add_entries([other])
    assert store.find_entries([first.key]) == {first.key: replace(first, non_deterministic=True)}


def test_uses_of_entries_are_noted(store: MetadataStore) -> None:
    entries = [make_entry(number) for number in range(3)]
    store.add_entries(entries)
    store.touch_entries([entries[0].key, key("stranger")], START + SOON)
    used = {entry.key: entry.used_at for entry in store.list_entries()}
    assert used == {entries[0].key: START + SOON, entries[1].key: None, entries[2].key: None}


def test_entries_are_listed_newest_first(store: MetadataStore) -> None:
    store.add_entries([make_entry(n, minute=n, operation_digest=f"op{n % 2}") for n in (3, 1, 4, 2)])
    order = [key(n) for n in (4, 3, 2, 1)]
    assert [entry.key for entry in store.list_entries()] == order
    assert [entry.key for entry in store.nearest_entries("op0")] == [key(4), key(2)]
    assert [entry.key for entry in store.nearest_entries("op1", limit=1)] == [key(3)]
    assert list(store.nearest_entries("op2")) == []


def test_entries_are_removed_and_protected_by_key(store: MetadataStore) -> None:
    store.add_entries([make_entry(n) for n in range(4)])
    assert store.protect_entries([key(0), key(1), key("stranger")], True) == 2
    assert store.protect_entries([key(0)], True) == 0
    assert store.protect_entries([key(1)], False) == 1
    assert {entry.key for entry in store.list_entries() if entry.protected} == {key(0)}
    assert store.remove_entries([key(2), key(3), key(3), key("stranger")]) == 2
    assert {entry.key for entry in store.list_entries()} == {key(0), key(1)}


def test_a_key_is_leased_to_one_until_it_is_released_or_expires(store: MetadataStore) -> None:
    a, b, c = key("a"), key("b"), key("c")
    assert store.lease_keys([a, b, a], "one", now() + SOON) == {a, b}
    assert store.lease_keys([a, b, c], "two", now() + SOON) == {c}
    assert store.lease_keys([a], "one", now() + SOON) == {a}
    store.release_keys([a, b, c], "two")
    assert store.lease_keys([a, b, c], "three", now() - SOON) == {c}
    store.release_keys([b], "one")
    assert store.lease_keys([a, b, c], "four", now() + SOON) == {b, c}
    assert store.lease_keys([], "four", now() + SOON) == set()


def test_every_key_is_leased_once_when_many_ask(store: MetadataStore) -> None:
    keys = [key(number) for number in range(50)]
    everybody = threading.Barrier(4)

    def lease(number: int) -> list[str]:
        everybody.wait(30)
        return [k for k in keys if store.lease_keys([k], f"owner {number}", now() + SOON)]

    with ThreadPoolExecutor(4) as threads:
        leased = [k for some in threads.map(lease, range(4)) for k in some]
    assert sorted(leased) == sorted(keys)


# What records point at


def test_what_runs_show_is_known_until_they_are_deleted(store: MetadataStore) -> None:
    inner = Parameter(name="_nodes", parameter_type="list_node", value=(file_node("i", "inside"),))
    composite = Node(id=NodeId("c"), title="c", kind="composite", parameters=(inner,))
    graph = make_graph("g1", "T", file_node("a", "data", "more"), composite)
    store.create_run(make_run("r1", graph), make_nodes("a", "b"))
    store.create_run(make_run("r2"), [replace(make_nodes("x")[0], outputs={"out": (stored("data"),)})])
    store.record(RunId("r1"), [], [failed_node("b")])
    files = {digest("data"), digest("more"), digest("inside")}
    assert store.shown_digests() == files | {digest("part"), digest("log")}
    store.delete_run(RunId("r1"))
    assert store.shown_digests() == {digest("data")}
    assert store.pinned_digests() == set()


def test_what_graphs_and_operations_hold_is_known_while_they_do(store: MetadataStore) -> None:
    store.save_graph(make_graph("g1", "T", file_node("a", "one"), file_node("b", "two")))
    store.save_graph(make_graph("g2", "T", file_node("a", "two")))
    store.save_operation(
        make_operation("o", kind="file", outputs=(Output(name="out", values=(stored("three"), inline(1))),))
    )
    assert store.pinned_digests() == {digest("one"), digest("two"), digest("three")}
    store.save_graph(make_graph("g1", "T", file_node("a", "four")))
    store.delete_graph(GraphId("g2"))
    assert store.pinned_digests() == {digest("four"), digest("three")}
    assert store.shown_digests() == set()


def test_many_threads_record_and_read_at_once(store: MetadataStore) -> None:
    everybody = threading.Barrier(6)

    def work(number: int) -> int:
        run_id = f"r{number}"
        store.create_run(make_run(run_id), make_nodes("a"))
        everybody.wait(30)
        for sequence in range(1, 21):
            store.record(RunId(run_id), [recorded(run_id, sequence)], [failed_node("a")])
            assert len(store.load_events(RunId(run_id))) == sequence
            store.list_runs(Query())
        return len(store.load_events(RunId(run_id)))

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, range(6))) == [20] * 6


def test_every_event_of_a_log_has_its_own_type(store: MetadataStore) -> None:
    store.create_run(make_run("r1"), make_nodes("a"))
    store.record(RunId("r1"), [recorded("r1", 1, ended("r1", failed_node("a")))], [])
    [event] = store.load_events(RunId("r1"))
    assert isinstance(event.event, NodeEnded)
    assert event.event.result.error == failed_node("a").error


def test_words_of_one_field_and_types_of_ports_narrow_a_list(store: MetadataStore) -> None:
    table, image = (Input(name="i", file_type="csv"),), (Output(name="o", file_type="image"),)
    store.save_operation(
        make_operation("plot", "Draw a plot", description="of a table", inputs=table, outputs=image)
    )
    store.save_operation(make_operation("load", "Load a table", outputs=(Output(name="o", file_type="csv"),)))

    def found(**query: Any) -> set[str]:
        return {operation.id for operation in store.list_operations(Query(**query))[0]}

    assert found(words=("table",)) == {"plot", "load"}
    assert found(titles=("TABLE",)) == {"load"}
    assert found(descriptions=("table",)) == {"plot"}
    assert found(file_types=("csv",)) == {"plot", "load"}
    assert found(input_file_types=("csv", "json")) == {"plot"}
    assert found(output_file_types=("csv",), words=("a",)) == {"load"}
    assert found(file_types=("csv",), output_file_types=("image",)) == {"plot"}
    assert found(file_types=("pdf",)) == set()


@pytest.mark.parametrize(
    ("title", "word", "hit"),
    [
        ("Größe ÄÖÜ", "äöü", True), ("Größe", "GRÖSSE", False), ("naïve", "IVE", False), ("naïve", "ÏVE", True),
        ("two words", "o w", True), ("ab", "b", True), ("a\"b\"c", '"b"', True), ("100%", "0%", True),
        ("a_b", "a%b", False), ("x AND y", "AND", True), ("x*", "*", True), ("日本語", "本", True),
        ("日本語データ", "本語デ", True),
        ("NEAR(a b)", "NEAR(", True), ("title:x", "title:x", True), ("a\0b c", "b c", True), ("😀 face", "😀", True),
    ],
)  # fmt: skip
def test_a_word_is_found_wherever_it_stands_whatever_it_is_made_of(
    store: MetadataStore, title: str, word: str, hit: bool
) -> None:
    store.save_graph(make_graph("g", title))
    store.save_operation(make_operation("o", title))
    store.create_run(make_run("r", make_graph("g", title)), [])
    for listed in (store.list_graphs, store.list_operations, store.list_runs):
        assert listed(Query(words=(word,)))[1] == hit


def test_what_was_changed_or_deleted_is_found_no_longer_by_its_old_words(store: MetadataStore) -> None:
    store.save_graph(make_graph("g", "before"))
    store.save_graph(make_graph("g", "after"))
    assert (
        store.list_graphs(Query(words=("before",)))[1],
        store.list_graphs(Query(words=("after",)))[1],
    ) == (0, 1)
    store.delete_graph(GraphId("g"))
    assert store.list_graphs(Query(words=("after",)))[1] == 0
    store.create_run(make_run("r", make_graph("g", "before")), [])
    store.delete_run(RunId("r"))
    assert store.list_runs(Query(words=("before",)))[1] == 0
