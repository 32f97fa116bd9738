"""Runs side by side: why their results aren't the same."""

from __future__ import annotations

from plynx_jupyter.client import Graph, Operation
from plynx_jupyter.model.run import RunOptions

COPY = "cat {{ inputs.i }} > {{ outputs.o }}"


def graph(text, times=1, fails=False):
    first = Operation(
        title="Write", kind="bash_jinja2", code="echo {{ params.text }} > {{ outputs.o }}",
        params=[("text", str, text)], outputs=["o"],
    )(node_id="w")  # fmt: skip
    code = "exit 3" if fails else "\n".join([COPY] * times)
    copy = Operation(title="Copy", kind="bash_jinja2", code=code, inputs=["i"], outputs=["o"])
    return Graph(nodes=[first, copy(node_id="c", i=first.outputs.o)]).model


async def run(app, graph, **options):
    started = await app.runs.start(graph, options=RunOptions(**options))
    await app.runs.wait(started.id)
    return started.id


def causes(step):
    return None if step is None else [(cause.kind.value, cause.name) for cause in step]


async def test_each_step_has_what_its_results_depend_on_that_differs(application):
    app = await application()
    ids = [await run(app, graph("one")), await run(app, graph("two")), await run(app, graph("two", times=2))]
    found = await app.runs.compare(ids)
    assert [compared.run.id for compared in found.runs] == ids
    write, copy = found.nodes
    assert [causes(step) for step in write.key_differences] == [[("parameter", "text")], []]
    assert [causes(step) for step in copy.key_differences] == [[("input", "i")], [("code", "code")]]
    assert write.node.parameters == {"text": ["one", "two", "two"]}
    digests = [arrived[0]["digest"] for arrived in copy.node.inputs["i"]]
    assert digests == [resources[0]["digest"] for resources in write.node.outputs["o"]]
    assert len(set(digests)) == 2


async def test_a_restored_result_is_the_same_result(application):
    app = await application()
    found = await app.runs.compare([await run(app, graph("one")), await run(app, graph("one"))])
    assert [compared.node.statuses for compared in found.nodes] == [["SUCCESS", "RESTORED"]] * 2
    assert [(compared.node.differs, compared.key_differences) for compared in found.nodes] == [
        (False, [[]])
    ] * 2


async def test_what_a_failed_node_depended_on_is_not_known(application):
    app = await application()
    found = await app.runs.compare([await run(app, graph("one")), await run(app, graph("one", fails=True))])
    write, copy = found.nodes
    assert (write.node.differs, copy.node.differs) == (False, True)
    assert copy.node.statuses == ["SUCCESS", "FAILED"]
    assert copy.node.errors[0] is None and "3" in copy.node.errors[1]
    assert copy.key_differences == [None]
