"""What is told live of runs and graphs, of this program and of others that share the database."""

from __future__ import annotations

import asyncio

import pytest

from plynx_jupyter.graph.document import from_dict
from plynx_jupyter.metadata.base import Query
from plynx_jupyter.metadata.sql.store import open_metadata
from plynx_jupyter.model.user import ALL_POLICIES, User


class CountingMetadata:
    """A real store that counts how often runs are listed."""

    def __init__(self, store):
        self._store = store
        self.lists = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def list_runs(self, query: Query):
        self.lists += 1
        return self._store.list_runs(query)


def graph(title, go=None):
    wait = f"until test -e {go}; do sleep 0.02; done; " if go else ""
    command = {"name": "_cmd", "parameter_type": "code"}
    command["value"] = {"mode": "bash", "value": f"{wait}echo {title} > {{{{ outputs.o }}}}"}
    node = {
        "_id": "a",
        "title": "a",
        "kind": "bash_jinja2",
        "outputs": [{"name": "o"}],
        "parameters": [command],
    }
    return from_dict({"_id": f"graph-{title}", "title": title, "nodes": [node]})


class Listener(list):
    """Keeps what it is told."""

    def __call__(self, *news):
        self.append(news)

    async def until(self, condition):
        async def look():
            while not condition(self):
                await asyncio.sleep(0.01)

        await asyncio.wait_for(look(), 30)

    def changes(self, run_id):
        return [change for change, run in self if run.id == run_id]


def is_watching():
    return "plynx-feed" in {task.get_name() for task in asyncio.all_tasks()}


async def stopped_watching():
    for _ in range(100):
        if not is_watching():
            return
        await asyncio.sleep(0)
    raise AssertionError("It still watches.")


@pytest.mark.parametrize("where", ["here", "elsewhere"])
async def test_the_start_and_the_end_of_a_run_are_told_once_wherever_it_runs(application, tmp_path, where):
    app, other = await application(), await application()
    listener = Listener()
    end = await app.feed.follow_runs(listener)
    run = await (app if where == "here" else other).runs.start(graph("told", tmp_path / "go"), author="ann")
    await listener.until(lambda told: "RUNNING" in {n for _, r in told for n in r.counts})
    (tmp_path / "go").touch()
    await listener.until(lambda told: "run_finished" in told.changes(run.id))
    changes = listener.changes(run.id)
    assert changes[0] == "run_started"
    assert (changes.count("run_started"), changes.count("run_finished")) == (1, 1)
    assert listener[-1][1].counts == {"SUCCESS": 1}
    end()
    await stopped_watching()


async def test_a_run_that_was_over_between_two_looks_is_told_all_the_same(application):
    app, other = await application(), await application()
    first = await other.runs.start(graph("over"))
    await other.runs.wait(first.id)
    listener = Listener()
    end = await app.feed.follow_runs(listener)
    second = await other.runs.start(graph("over"))  # restored at once
    await other.runs.wait(second.id)
    await listener.until(lambda told: "run_finished" in told.changes(second.id))
    assert listener.changes(first.id) == []
    end()


async def test_the_database_is_looked_at_only_while_somebody_listens(application, tmp_path):
    metadata = CountingMetadata(open_metadata(f"sqlite:///{tmp_path}/counted.sqlite"))
    app = await application(metadata=metadata)
    assert not is_watching()
    ends = [await app.feed.follow_runs(Listener()) for _ in range(3)]
    before = metadata.lists
    while metadata.lists == before:
        await asyncio.sleep(0.01)
    for end in ends:
        assert is_watching()
        end()
    await stopped_watching()


async def test_a_listener_to_a_run_elsewhere_is_told_to_look_and_one_to_a_run_here_hears_the_run(
    application, tmp_path
):
    app, other = await application(), await application()
    run = await other.runs.start(graph("elsewhere", tmp_path / "go"))
    here, there = Listener(), Listener()
    ends = [app.feed.follow_run(run.id, there), other.feed.follow_run(run.id, here)]
    await there.until(lambda told: (None,) in told)
    (tmp_path / "go").touch()
    await other.runs.wait(run.id)
    assert here
    assert (None,) not in here
    for end in ends:
        end()


async def test_users_are_told_only_of_runs_they_may_see(application):
    app = await application()
    ann, bob, root = (Listener() for _ in range(3))
    ends = [
        await app.session(User(name="ann")).feed.follow_runs(ann),
        await app.session(User(name="bob")).feed.follow_runs(bob),
        await app.session(User(name="root", policies=ALL_POLICIES)).feed.follow_runs(root),
    ]
    run = await app.runs.start(graph("private"), author="ann")
    await root.until(lambda told: "run_finished" in told.changes(run.id))
    assert ann.changes(run.id) == root.changes(run.id)
    assert bob == []
    for end in ends:
        end()


async def test_a_graph_that_is_saved_or_removed_is_told_and_one_that_is_not_is_not(application):
    app, other = await application(), await application()
    stored = await app.graphs.save(graph("saved"))
    listener = Listener()
    end = app.feed.follow_graph(stored.id, stored.update_date, listener)
    again = await app.graphs.save(stored)
    await listener.until(lambda told: told == [(again.update_date,)])
    third = await other.graphs.save(stored)
    await listener.until(lambda told: told[-1] == (third.update_date,))
    await other.graphs.delete(stored.id)
    await listener.until(lambda told: told[-1] == (None,))
    assert len(listener) == 3
    end()
    await stopped_watching()
