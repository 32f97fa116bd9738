from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from plynx_jupyter.graph.nesting import inner_nodes
from plynx_jupyter.graph.upgrading import UpgradeResult, upgrade_nodes
from plynx_jupyter.graph.validation import KnownTypes, validate
from plynx_jupyter.graph.violation import ValidationCode
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId, OperationId
from plynx_jupyter.model.node import Node, place
from plynx_jupyter.model.operation import Operation
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.status import OperationStatus

KNOWN = KnownTypes(kinds={"python"}, file_types={"csv", "json", "file"})
READY = OperationStatus.READY


def operation(name: str, code: str = "v1", **fields: Any) -> Operation:
    fields.setdefault("node_status", READY)
    fields.setdefault("inputs", (Input(name="data", file_type="csv"),))
    fields.setdefault("outputs", (Output(name="out", file_type="csv"),))
    fields.setdefault("parameters", (Parameter(name="rate", parameter_type="float", value=0.5),))
    command = Parameter(name="_cmd", parameter_type="code", value=Code(code))
    parameters = (command, *fields.pop("parameters"))
    return Operation(id=OperationId(name), title=name, kind="python", parameters=parameters, **fields)


def history(*versions: Operation) -> Callable[[OperationId], Operation | None]:
    following = {before.id: after for before, after in pairwise(versions)}
    return following.get


def workflow(used: Operation) -> Graph:
    """source → n (the operation to upgrade) → sink"""
    source = Node(
        id=NodeId("source"), title="Source", kind="python", outputs=(Output(name="o", file_type="csv"),)
    )
    wired = replace(
        place(used, NodeId("n"), x=3, y=4),
        description="mine",
        inputs=tuple(replace(p, references=(OutputReference(source.id, "o"),)) for p in used.inputs),
        parameters=tuple(replace(p, value=0.9) if p.name == "rate" else p for p in used.parameters),
    )
    port = Input(name="x", file_type="csv", references=(OutputReference(NodeId("n"), "out"),))
    sink = Node(id=NodeId("sink"), title="Sink", kind="python", inputs=(port,))
    return Graph(id=GraphId("g"), title="G", nodes=(source, wired, sink))


def upgraded_node(result: UpgradeResult) -> Node:
    found = result.graph.node(NodeId("n"))
    assert found is not None
    return found


V1 = operation("v1")


def test_an_upgrade_keeps_place_wires_and_visible_parameters():
    v2 = operation("v2", "new code")
    result = upgrade_nodes(workflow(replace(V1, node_status=OperationStatus.DEPRECATED)), history(V1, v2))
    node = upgraded_node(result)
    assert (result.upgraded, result.lost) == (1, ())
    assert (node.id, node.x, node.y, node.description, node.title) == ("n", 3, 4, "mine", "v2")
    assert node.original_node_id == "v2"
    assert node.node_status == READY
    assert node.value("_cmd") == Code("new code")
    assert node.value("rate") == 0.9
    assert [r.node_id for r in node.inputs[0].references] == ["source"]
    assert result.graph.nodes[2] == workflow(V1).nodes[2]


def test_a_mandatory_deprecation_blocks_until_the_upgrade():
    old = workflow(replace(V1, node_status=OperationStatus.MANDATORY_DEPRECATED))
    before = validate(old, KNOWN)
    assert before is not None
    codes = [p.validation_code for p in before.problems()]
    assert ValidationCode.DEPRECATED_NODE in codes
    after = validate(upgrade_nodes(old, history(V1, operation("v2"))).graph, KNOWN)
    assert after is not None  # the source and sink have no code
    assert ValidationCode.DEPRECATED_NODE not in [p.validation_code for p in after.problems()]


def test_nothing_newer_means_nothing_changes():
    whole = workflow(V1)
    assert upgrade_nodes(whole, lambda operation_id: None) == UpgradeResult(whole, 0)


def test_successors_are_followed_to_the_last_ready_one():
    versions = [V1, operation("v2"), operation("v3"), operation("v4", node_status=OperationStatus.CREATED)]
    assert upgraded_node(upgrade_nodes(workflow(V1), history(*versions))).original_node_id == "v3"


def test_successors_in_a_circle_end():
    v2 = operation("v2")
    circle = {V1.id: v2, v2.id: V1}
    assert upgraded_node(upgrade_nodes(workflow(V1), circle.get)).original_node_id == "v2"


def test_an_input_that_is_gone_or_of_another_type_loses_its_wires_and_says_so():
    gone = upgrade_nodes(workflow(V1), history(V1, operation("v2", inputs=(Input(name="other"),))))
    assert gone.lost == ("Node 'v1' (n): the connections of input 'data', which is no more.",)
    other = upgrade_nodes(
        workflow(V1), history(V1, operation("v2", inputs=(Input(name="data", file_type="json"),)))
    )
    assert other.lost == (
        "Node 'v2' (n): the connection of input 'data' to output 'o' of Node 'Source' (source).",
    )
    assert upgraded_node(other).inputs[0].references == ()


def test_an_output_that_is_gone_or_of_another_type_loses_its_consumers_and_says_so():
    for output in (
        Output(name="new"),
        Output(name="out", file_type="json"),
        Output(name="out", is_array=True),
    ):
        result = upgrade_nodes(workflow(V1), history(V1, operation("v2", outputs=(output,))))
        assert result.lost == (
            "Node 'Sink' (sink): the connection of input 'x' to output 'out' of Node 'v2' (n).",
        )
        assert result.graph.nodes[2].inputs[0].references == ()


def test_a_list_that_becomes_one_keeps_the_first_wire():
    listing = Input(name="data", file_type="csv", is_array=True, max_count=-1)
    whole = workflow(operation("v1", inputs=(listing,)))
    node = upgraded_node(UpgradeResult(whole, 0))
    port = replace(listing, references=(OutputReference(NodeId("source"), "o"),) * 2)
    whole = replace(whole, nodes=(whole.nodes[0], replace(node, inputs=(port,)), whole.nodes[2]))
    result = upgrade_nodes(whole, history(V1, operation("v2")))
    assert len(upgraded_node(result).inputs[0].references) == 1
    assert len(result.lost) == 1


def test_parameters_that_are_gone_or_of_another_type_lose_their_values_and_say_so():
    other = operation("v2", parameters=(Parameter(name="rate", parameter_type="int", value=1),))
    result = upgrade_nodes(workflow(V1), history(V1, other))
    assert upgraded_node(result).value("rate") == 1
    assert "'rate', which was 'float' and is 'int' now" in result.lost[0]
    result = upgrade_nodes(workflow(V1), history(V1, operation("v2", parameters=())))
    assert "'rate', which is no more" in result.lost[0]


def test_hidden_parameters_come_from_the_new_version():
    hidden = Parameter(name="rate", parameter_type="float", value=0.5, widget=None)
    result = upgrade_nodes(workflow(operation("v1", parameters=(hidden,))), history(V1, operation("v2")))
    assert upgraded_node(result).value("rate") == 0.5


def test_a_choice_is_kept_by_its_name():
    def choosing(name: str, *values: str, index: int = 0) -> Operation:
        choice = EnumChoice(values, index)
        return operation(name, parameters=(Parameter(name="e", parameter_type="enum", value=choice),))

    old = choosing("v1", "a", "b", index=1)
    kept = upgrade_nodes(workflow(old), history(old, choosing("v2", "c", "b", "a")))
    assert upgraded_node(kept).value("e") == EnumChoice(("c", "b", "a"), 1)
    lost = upgrade_nodes(workflow(old), history(old, choosing("v2", "c", "d")))
    assert upgraded_node(lost).value("e") == EnumChoice(("c", "d"), 0)
    assert "the choice of parameter 'e'" in lost.lost[0]


def test_inline_values_and_links_are_kept():
    number = Input(name="n", file_type="int", primitive_override=1)
    old = operation("v1", inputs=(number,))
    whole = workflow(old)
    node = replace(
        whole.nodes[1],
        inputs=(replace(number, primitive_override=7),),
        parameters=tuple(
            replace(p, reference="g") if p.name == "rate" else p for p in whole.nodes[1].parameters
        ),
    )
    whole = replace(whole, nodes=(node,))
    after = upgraded_node(upgrade_nodes(whole, history(old, operation("v2", inputs=(number,)))))
    assert after.inputs[0].primitive_override == 7
    rate = after.parameter("rate")
    assert rate is not None
    assert rate.reference == "g"


def test_nodes_inside_composites_are_upgraded_and_named_by_path():
    inner = workflow(V1).nodes
    nodes = Parameter(name="_nodes", parameter_type="list_node", value=inner)
    composite = Node(id=NodeId("c"), title="C", kind="composite", parameters=(nodes,))
    whole = Graph(id=GraphId("g"), nodes=(composite,))
    result = upgrade_nodes(whole, history(V1, operation("v2", outputs=())))
    assert result.upgraded == 1
    assert inner_nodes(result.graph.nodes[0])[1].original_node_id == "v2"
    assert "(c/n)" in result.lost[0]
