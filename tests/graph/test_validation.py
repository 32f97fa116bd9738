from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from plynx_jupyter.graph.validation import KnownTypes, validate
from plynx_jupyter.graph.violation import Target, ValidationCode, Violation
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.ids import GraphId, NodeId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference
from plynx_jupyter.model.status import OperationStatus

KNOWN = KnownTypes(
    kinds={"file", "python", "function", "bash_jinja2", "notebook", "command"},
    file_types={"file", "csv", "json", "int", "float", "str", "dict"},
)
CODE = Parameter(name="_cmd", parameter_type="code", value=Code("print(1)"))


def refs(*names: str) -> tuple[OutputReference, ...]:
    """``"node.output"`` as references."""
    return tuple(OutputReference(NodeId(n.split(".")[0]), n.split(".")[1]) for n in names)


def node(node_id: str, **fields: Any) -> Node:
    fields.setdefault("kind", "python")
    fields.setdefault("title", node_id.upper())
    fields.setdefault("outputs", (Output(name="out"),))
    fields["parameters"] = (CODE, *fields.get("parameters", ()))
    return Node(id=NodeId(node_id), **fields)


def taking(node_id: str, *sources: str, **port: Any) -> Node:
    return node(node_id, inputs=(Input(name="x", references=refs(*sources), **port),))


def composite(node_id: str, *inner: Node, **fields: Any) -> Node:
    nodes = Parameter(name="_nodes", parameter_type="list_node", value=inner)
    parameters = (nodes, *fields.pop("parameters", ()))
    return Node(id=NodeId(node_id), title=node_id.upper(), kind="composite", parameters=parameters, **fields)


def special(kind: str, **ports: Any) -> Node:
    return Node(id=NodeId(kind), title="", kind=f"composite_{kind}", **ports)


def graph(*nodes: Node, **fields: Any) -> Graph:
    return Graph(id=GraphId("g"), title="G", nodes=nodes, **fields)


def problems(*nodes: Node, **fields: Any) -> list[tuple[str, str, str, str]]:
    """What is wrong: target, object id, code and message of each problem."""
    found = validate(graph(*nodes, **fields), KNOWN)
    return [
        (p.target.value, p.object_id, p.validation_code.value, p.message)
        for p in (found.problems() if found else ())
    ]


def only_problem(*nodes: Node, **fields: Any) -> tuple[str, str, str, str]:
    found = problems(*nodes, **fields)
    assert len(found) == 1, found
    return found[0]


def test_a_good_graph_has_no_problems():
    assert problems(node("a"), taking("b", "a.out")) == []


def test_an_unconnected_required_input_is_told_in_a_tree_of_graph_node_and_input():
    tree = validate(graph(taking("a", file_type="dict")), KNOWN)
    assert tree is not None
    assert (tree.target, tree.object_id, tree.validation_code) == (
        Target.GRAPH,
        "g",
        ValidationCode.IN_DEPENDENTS,
    )
    (inside,) = tree.children
    assert (inside.target, inside.object_id, inside.validation_code) == (
        Target.NODE,
        "a",
        ValidationCode.IN_DEPENDENTS,
    )
    (leaf,) = inside.children
    assert (leaf.target, leaf.object_id, leaf.validation_code) == (
        Target.INPUT,
        "x",
        ValidationCode.MISSING_INPUT,
    )
    assert tree.lines() == [
        "Graph 'G', node 'A' (a): input 'x' is not connected; it needs an output of type 'dict', "
        "or give it a value."
    ]


def test_a_graph_without_nodes_is_empty():
    assert only_problem()[:3] == ("GRAPH", "g", "EMPTY_GRAPH")


@pytest.mark.parametrize("title", ["", "  \n"])
def test_an_empty_title_is_missing(title: str):
    assert only_problem(node("a", title=title))[:3] == ("PROPERTY", "title", "MISSING_PARAMETER")


@pytest.mark.parametrize("wires", [0, 1, 3])
def test_an_optional_list_input_takes_any_number(wires: int):
    port = {"is_array": True, "min_count": 0, "max_count": -1}
    assert problems(node("a"), taking("b", *["a.out"] * wires, **port)) == []


@pytest.mark.parametrize(("wires", "ok"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_list_input_that_needs_two_says_what_is_missing(wires: int, ok: bool):
    found = problems(node("a"), taking("b", *["a.out"] * wires, is_array=True, min_count=2, max_count=-1))
    if ok:
        assert found == []
    else:
        assert [p[:3] for p in found] == [("INPUT", "x", "MISSING_INPUT")]
        assert "at least 2" in found[0][3]


def test_an_optional_input_may_stay_unconnected():
    assert problems(taking("a", min_count=0)) == []


def test_an_inline_value_stands_for_a_connection_of_a_raw_type():
    assert problems(taking("a", file_type="int", primitive_override=0)) == []


def test_an_inline_value_of_a_file_does_not_count():
    assert only_problem(taking("a", file_type="csv", primitive_override="x"))[2] == "MISSING_INPUT"


def test_an_inline_value_must_be_of_the_ports_type():
    target, name, code, message = only_problem(taking("a", file_type="int", primitive_override="three"))
    assert (target, name, code) == ("INPUT", "x", "INVALID_VALUE")
    assert "must be an integer, not 'three'" in message


def test_two_wires_into_an_input_that_takes_one_are_too_many():
    message = only_problem(node("a"), node("b"), taking("c", "a.out", "b.out"))[3]
    assert "takes at most 1, but 2 are connected" in message


def test_more_wires_than_max_count_are_too_many():
    port = {"is_array": True, "max_count": 2}
    found = only_problem(node("a"), taking("b", "a.out", "a.out", "a.out", **port))
    assert found[2] == "INVALID_VALUE"
    assert "takes at most 2, but 3 are connected; disconnect 1." in found[3]


@pytest.mark.parametrize(("least", "most"), [(-1, 1), (3, 2)])
def test_counts_that_cannot_be_are_told(least: int, most: int):
    found = only_problem(taking("a", is_array=True, min_count=least, max_count=most))
    assert "which can't be" in found[3]


def test_a_list_output_may_bring_as_many_as_a_list_input_needs():
    many = node("a", outputs=(Output(name="out", is_array=True),))
    assert problems(many, taking("b", "a.out", is_array=True, min_count=5, max_count=-1)) == []
    assert only_problem(many, taking("b", "a.out"))[2] == "TYPE_MISMATCH"


def test_dangling_references_name_what_is_not_there():
    found = problems(node("a"), taking("b", "zz.out"), taking("c", "a.nothing"))
    assert [p[:3] for p in found] == [("INPUT", "x", "UNKNOWN_REFERENCE")] * 2
    assert "node 'zz', which isn't there" in found[0][3]
    assert "output 'nothing' of node 'A' (a), which doesn't exist; that node has out." in found[1][3]


def test_types_that_do_not_fit_are_told():
    csv = node("a", outputs=(Output(name="out", file_type="csv"),))
    found = only_problem(csv, taking("b", "a.out", file_type="json"))
    assert found[:3] == ("INPUT", "x", "TYPE_MISMATCH")
    assert "takes 'json', but output 'out' of node 'A' (a) is of type 'csv'" in found[3]
    assert problems(csv, taking("b", "a.out", file_type="file")) == []


def test_a_cycle_is_reported_with_its_nodes_in_order():
    found = only_problem(taking("a", "c.out"), taking("b", "a.out"), taking("c", "b.out"))
    assert found[:3] == ("GRAPH", "g", "CYCLE")
    assert "'A' (a) → 'B' (b) → 'C' (c) → 'A' (a)" in found[3]


def test_a_self_loop_and_another_cycle_are_both_reported():
    found = problems(taking("a", "a.out"), taking("b", "c.out"), taking("c", "b.out"))
    assert [p[2] for p in found] == ["CYCLE", "CYCLE"]


def test_an_unknown_kind_is_told_with_the_likeliest_and_all_known():
    found = only_problem(node("a", kind="pyhton"))
    assert found[:3] == ("NODE", "a", "UNKNOWN_OPERATION")
    assert "unknown kind 'pyhton'. Did you mean 'python'? Known: bash_jinja2, command, composite" in found[3]


def test_an_old_kind_is_told_by_its_new_name():
    assert "Did you mean 'file'?" in only_problem(node("a", kind="basic-file"))[3]


def test_an_unknown_file_type_is_told_on_inputs_and_outputs():
    found = problems(node("a", inputs=(Input(name="x", file_type="cvs", min_count=0),)))
    assert found[0][:3] == ("INPUT", "x", "INVALID_VALUE")
    assert "Did you mean 'csv'?" in found[0][3]
    assert only_problem(node("a", outputs=(Output(name="o", file_type="?"),)))[:2] == ("PROPERTY", "o")


def test_aliases_and_any_are_known_file_types():
    assert problems(node("a", outputs=(Output(name="o", file_type="py-json-file"),))) == []
    assert problems(node("a", outputs=(Output(name="o", file_type="any"),))) == []
    assert problems(taking("a", file_type="String", primitive_override="x")) == []


@pytest.mark.parametrize("name", ["", "a/b", "a\0b", " a", "a ", ".", ".."])
def test_bad_port_names_are_refused(name: str):
    assert only_problem(taking("a", min_count=0), node("b", outputs=(Output(name=name),)))[1] == name
    found = only_problem(node("a", inputs=(Input(name=name, min_count=0),)))
    assert found[:3] == ("INPUT", name, "INVALID_VALUE")


@pytest.mark.parametrize("name", ["a.csv", "ünï", "with space", "...", "-x"])
def test_other_port_names_are_good(name: str):
    assert problems(node("a", outputs=(Output(name=name),))) == []


def test_names_used_twice_are_told():
    twice = node(
        "a",
        inputs=(Input(name="x", min_count=0),) * 2,
        outputs=(Output(name="o"),) * 3,
        parameters=(Parameter(name="p", value=""),) * 2,
    )
    found = problems(twice)
    assert [p[:3] for p in found] == [
        ("INPUT", "x", "DUPLICATE_ID"),
        ("PROPERTY", "o", "DUPLICATE_ID"),
        ("PARAMETER", "p", "DUPLICATE_ID"),
    ]


def test_node_ids_used_twice_are_told_once():
    found = only_problem(node("a", title="One"), node("a", title="Two"))
    assert found[:3] == ("NODE", "a", "DUPLICATE_ID")
    assert "'One', 'Two'" in found[3]


@pytest.mark.parametrize("node_id", ["", "a/b"])
def test_node_ids_must_be_usable_in_paths(node_id: str):
    assert only_problem(node(node_id, title="A"))[:3] == ("PROPERTY", "_id", "INVALID_VALUE")


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        (Parameter(name="p", parameter_type="int", value="1"), "INVALID_VALUE"),
        (Parameter(name="p", parameter_type="int"), "MISSING_PARAMETER"),
        (Parameter(name="p", parameter_type="enum", value=EnumChoice(("a",), 3)), "INVALID_VALUE"),
        (Parameter(name="p", parameter_type="whole"), "MISSING_PARAMETER"),
        (Parameter(name="_retries", parameter_type="int", value=-1), "INVALID_VALUE"),
        (Parameter(name="_memory", value="lots"), "INVALID_VALUE"),
        (Parameter(name="_timeout", parameter_type="float", value="1"), "INVALID_VALUE"),
        (Parameter(name="", value=""), "INVALID_VALUE"),
    ],
)
def test_invalid_parameters_are_told(parameter: Parameter, code: str):
    found = only_problem(node("a", parameters=(parameter,)))
    assert found[:3] == ("PARAMETER", parameter.name, code)
    assert found[3].startswith("Graph 'G', node 'A' (a): parameter ")


def test_system_parameters_without_value_mean_the_default():
    assert problems(node("a", parameters=(Parameter(name="_timeout", parameter_type="float"),))) == []


def test_links_to_graph_parameters_are_checked():
    alpha = Parameter(name="alpha", parameter_type="int", value=3)
    good = Parameter(name="p", parameter_type="int", value=None, reference="alpha")
    assert problems(node("a", parameters=(good,)), parameters=(alpha,)) == []
    unknown = only_problem(node("a", parameters=(replace(good, reference="beta"),)), parameters=(alpha,))
    assert unknown[2] == "UNKNOWN_REFERENCE"
    assert "'beta', which doesn't exist; there are: alpha" in unknown[3]
    other = only_problem(node("a", parameters=(replace(good, parameter_type="str"),)), parameters=(alpha,))
    assert other[2] == "TYPE_MISMATCH"


def test_a_system_parameter_may_not_be_linked_to_what_it_cannot_be():
    alpha = Parameter(name="alpha", parameter_type="int", value=-3)
    linked = Parameter(name="_retries", parameter_type="int", reference="alpha")
    assert (
        "is linked to 'alpha' and must be a whole number"
        in (only_problem(node("a", parameters=(linked,)), parameters=(alpha,))[3])
    )


def test_graph_parameters_are_checked_themselves():
    found = only_problem(node("a"), parameters=(Parameter(name="p", parameter_type="int", value=1.5),))
    assert found[:3] == ("PARAMETER", "p", "INVALID_VALUE")
    assert found[3].startswith("Graph 'G': parameter 'p' must be an integer")


def test_mandatory_deprecation_blocks_and_plain_deprecation_does_not():
    old = node("a", node_status=OperationStatus.MANDATORY_DEPRECATED)
    assert only_problem(old)[:3] == ("NODE", "a", "DEPRECATED_NODE")
    assert problems(node("a", node_status=OperationStatus.DEPRECATED)) == []


def test_a_file_needs_content():
    file = Node(id=NodeId("f"), title="F", kind="file", outputs=(Output(name="out"),))
    assert only_problem(file)[:3] == ("PROPERTY", "source", "MISSING_PARAMETER")
    for source in ({"path": "x.csv"}, {"content": ""}, {"content_base64": ""}):
        assert problems(replace(file, source=source)) == []
    assert "needs an output" in only_problem(replace(file, outputs=(), source={"path": "x"}))[3]


@pytest.mark.parametrize("kind", ["python", "bash_jinja2", "notebook", "function"])
def test_kinds_that_run_code_need_it(kind: str):
    bare = Node(id=NodeId("a"), title="A", kind=kind)
    assert only_problem(bare)[:3] == ("PARAMETER", "_cmd", "MISSING_PARAMETER")
    blank = replace(bare, parameters=(replace(CODE, value=Code(" \n")),))
    assert only_problem(blank)[:3] == ("PARAMETER", "_cmd", "MISSING_PARAMETER")


def test_a_function_may_be_known_by_its_place_instead():
    assert problems(Node(id=NodeId("a"), title="A", kind="function", code_function_location="m:f")) == []


def complain(node: Node) -> list[Violation]:
    return [
        Violation(
            target=Target.PARAMETER,
            object_id="_cmd",
            validation_code=ValidationCode.INVALID_VALUE,
            message=f"Node {node.id} is no good",
        )
    ]


def test_executors_have_their_say_about_nodes_named_by_path():
    known = replace(KNOWN, checks={"python": complain})
    tree = validate(graph(node("a"), node("b", kind="command"), composite("c", node("d"))), known)
    assert tree is not None
    assert tree.lines() == ["Graph 'G': Node a is no good", "Graph 'G': Node c/d is no good"]


def test_executors_do_not_repeat_what_is_known_to_be_wrong():
    known = replace(KNOWN, checks={"python": complain})
    tree = validate(graph(Node(id=NodeId("a"), title="A", kind="python")), known)
    assert tree is not None
    (found,) = tree.problems()
    assert found.validation_code == ValidationCode.MISSING_PARAMETER


@pytest.mark.parametrize("kind", ["graph", "composite_input"])
def test_kinds_that_are_no_operations_are_refused_though_they_have_executors(kind: str):
    known = replace(KNOWN, kinds={*KNOWN.kinds, "graph", "composite_input", "composite_output"})
    tree = validate(graph(node("a", kind=kind)), known)
    assert tree is not None
    assert [p.validation_code for p in tree.problems()] == [ValidationCode.UNKNOWN_OPERATION]
    assert (
        "Known: bash_jinja2, command, composite, file"
        in (validate(graph(node("a", kind="zzz")), known) or tree).lines()[0]
    )


def test_all_problems_are_told_at_once_each_with_graph_and_node():
    found = problems(
        node("a", title="", kind="nope", parameters=(Parameter(name="p", parameter_type="int", value=""),)),
        taking("b"),
        taking("c", "d.out"),
        taking("d", "c.out"),
    )
    assert [p[2] for p in found] == [
        "MISSING_PARAMETER",
        "UNKNOWN_OPERATION",
        "INVALID_VALUE",
        "MISSING_INPUT",
        "CYCLE",
    ]
    assert all("Graph 'G'" in p[3] for p in found)


def wrapped(inner_port: Input, outer_port: Input, *before: Node) -> tuple[Node, ...]:
    """A composite that hands its input ``i`` to a node inside, whose output it gives out as ``o``."""
    inside = composite(
        "c",
        special("input", outputs=(Output(name="i", file_type=outer_port.file_type),)),
        node("n", inputs=(replace(inner_port, references=refs("input.i")),)),
        special("output", inputs=(Input(name="o", references=refs("n.out")),)),
        inputs=(outer_port,),
        outputs=(Output(name="o"),),
    )
    return (*before, inside)


def test_a_good_composite_has_no_problems():
    outer = Input(name="i", references=refs("a.out"))
    assert problems(*wrapped(Input(name="x"), outer, node("a")), taking("z", "c.o")) == []


def test_problems_inside_composites_have_path_ids_and_their_place_in_the_tree():
    inner = composite("d", taking("n"))
    tree = validate(graph(composite("c", inner)), KNOWN)
    assert tree is not None
    c = tree.children[0]
    d = c.children[0]
    n = d.children[0]
    assert [c.object_id, d.object_id, n.object_id] == ["c", "c/d", "c/d/n"]
    assert n.children[0].validation_code == ValidationCode.MISSING_INPUT
    assert "node 'N' (c/d/n): input 'x'" in tree.lines()[0]


def test_an_optional_input_of_a_composite_does_not_feed_a_required_one_inside():
    found = only_problem(*wrapped(Input(name="x"), Input(name="i", min_count=0)))
    assert found[2] == "MISSING_INPUT"
    assert "(c/n)" in found[3]
    assert problems(*wrapped(Input(name="x", min_count=0), Input(name="i", min_count=0))) == []


def test_an_inline_value_at_a_composite_feeds_what_is_inside():
    outer = Input(name="i", file_type="int", primitive_override=3)
    assert problems(*wrapped(Input(name="x", file_type="int"), outer)) == []


def test_the_wires_at_a_composite_count_inside():
    outer = Input(name="i", is_array=True, max_count=-1, references=refs("a.out", "a.out", "a.out"))
    assert (
        problems(*wrapped(Input(name="x", is_array=True, min_count=3, max_count=3), outer, node("a"))) == []
    )
    found = only_problem(*wrapped(Input(name="x", is_array=True, max_count=2), outer, node("a")))
    assert "takes at most 2, but 3" in found[3]


def passing(port: Input) -> Node:
    """A composite whose output ``o`` is its input ``i``."""
    through = Input(name="o", file_type=port.file_type, min_count=0, references=refs("input.i"))
    return composite(
        "c",
        special("input", outputs=(Output(name="i", file_type=port.file_type),)),
        special("output", inputs=(through,)),
        inputs=(port,),
        outputs=(Output(name="o", file_type=port.file_type),),
    )


def test_an_optional_input_that_passes_through_a_composite_does_not_feed_a_required_one():
    found = only_problem(passing(Input(name="i", min_count=0)), taking("z", "c.o"))
    assert found[:3] == ("INPUT", "x", "MISSING_INPUT")
    assert "node 'Z' (z): input 'x' is not connected" in found[3]


def test_an_inline_value_that_would_have_to_join_a_list_is_told():
    number = node("a", outputs=(Output(name="out", file_type="int"),))
    listing = taking("z", "a.out", "c.o", file_type="int", is_array=True, max_count=-1)
    found = only_problem(number, passing(Input(name="i", file_type="int", primitive_override=1)), listing)
    assert found[:3] == ("NODE", "z", "INVALID_VALUE")
    assert "Graph 'G': Input 'x' of node 'Z' (z) would get a value given inline" in found[3]


def test_a_cycle_inside_a_composite_is_found():
    found = only_problem(composite("c", taking("a", "b.out"), taking("b", "a.out")))
    assert found[:3] == ("GRAPH", "c", "CYCLE")
    assert "'A' (c/a) → 'B' (c/b)" in found[3]


def test_composites_must_have_something_inside_and_mirror_their_ports():
    assert only_problem(composite("c"))[:3] == ("NODE", "c", "EMPTY_GRAPH")
    bare = Node(id=NodeId("c"), title="C", kind="composite")
    assert only_problem(bare)[:3] == ("PARAMETER", "_nodes", "MISSING_PARAMETER")
    found = problems(
        composite(
            "c",
            special("input", outputs=(Output(name="gone"), Output(name="i", file_type="json"))),
            special("output", inputs=(Input(name="o", file_type="csv", references=refs("n.out")),)),
            node("n", outputs=(Output(name="out", file_type="csv"),)),
            inputs=(Input(name="i", file_type="csv", min_count=0),),
            outputs=(Output(name="o", file_type="json"), Output(name="p")),
        )
    )
    assert [p[:3] for p in found] == [
        ("INPUT", "gone", "UNKNOWN_REFERENCE"),
        ("INPUT", "i", "TYPE_MISMATCH"),
        ("PROPERTY", "o", "TYPE_MISMATCH"),
        ("PROPERTY", "p", "UNKNOWN_REFERENCE"),
    ]


def test_inner_parameters_may_be_linked_to_the_composites_own_and_the_graphs():
    own = Parameter(name="own", parameter_type="int", value=1)
    far = Parameter(name="far", parameter_type="int", value=2)
    links = tuple(Parameter(name=n, parameter_type="int", reference=n) for n in ("own", "far"))
    inside = composite("c", node("n", parameters=links), parameters=(own,))
    assert problems(inside, parameters=(far,)) == []
    assert only_problem(inside)[2] == "UNKNOWN_REFERENCE"


def test_special_nodes_belong_inside_composites():
    assert only_problem(special("input"))[:3] == ("NODE", "input", "UNKNOWN_OPERATION")


def test_composites_nested_too_deep_are_told_of():
    nested = node("n")
    for _ in range(101):
        nested = composite("c", nested)
    assert "nested more than 100 deep" in only_problem(nested)[3]


def test_ten_thousand_nodes_are_validated_fast():
    nodes = [
        node(
            f"n{i}",
            inputs=(Input(name="x", references=refs(f"n{i - 1}.out")),) if i else (),
            parameters=(Parameter(name="p", parameter_type="int", value=i),),
        )
        for i in range(10_000)
    ]
    whole = graph(*nodes)
    seconds = []
    for _ in range(3):
        before = time.process_time()
        assert validate(whole, KNOWN) is None
        seconds.append(time.process_time() - before)
    assert min(seconds) < 0.5


def test_a_cycle_of_ten_thousand_nodes_is_told_fast_and_in_few_words():
    nodes = [taking(f"n{i}", f"n{(i - 1) % 10_000}.out") for i in range(10_000)]
    before = time.process_time()
    found = only_problem(*nodes)
    assert time.process_time() - before < 2
    assert found[2] == "CYCLE"
    assert len(found[3]) < 1_000
