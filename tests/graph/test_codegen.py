"""Programs that build a graph again."""

import ast
import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plynx_jupyter.graph.code_literal import Names, block_literal, literal, text_literal
from plynx_jupyter.graph.codegen import generate_code
from plynx_jupyter.graph.document import node_from_dict
from plynx_jupyter.model.graph import Graph
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, EnumChoice, Parameter
from plynx_jupyter.model.port import Input, Output, OutputReference

NASTY = 'say "hi"\n\'\'\' and """\\n \t\r\x00 é📈 \u2028 \\'
FIXED = {"mutable_type": False, "removable": False, "publicable": False}


def script(
    node_id, title="Train", code="print(1)\nprint(2)\n", rate=0.5, references=(), timeout=600, **fields
):
    return Node(
        id=node_id,
        title=title,
        kind="python",
        original_node_id="operation",
        inputs=(Input(name="train.data", file_type="csv", references=references),),
        outputs=(Output(name="plot.png"), Output(name="model")),
        parameters=(
            Parameter(name="rate", parameter_type="float", value=rate),
            Parameter(name="_cmd", parameter_type="code", value=Code(code), widget="Code", **FIXED),
            Parameter(name="_cacheable", parameter_type="bool", value=True, widget="Cacheable", **FIXED),
            Parameter(
                name="_timeout", parameter_type="int", value=timeout, widget="Timeout (minutes)", **FIXED
            ),
        ),
        **fields,
    )


DATA = Node(
    id="data",
    title="Data",
    kind="file",
    outputs=(Output(name="out", file_type="csv"),),
    source={"content": ["a,b\n", "1,2\n"]},
)
READS = (OutputReference("data", "out"),)


def statements(code):
    made = [statement for statement in ast.parse(code).body if isinstance(statement, ast.Assign)]
    return {statement.targets[0].id: statement.value for statement in made}


def calls(code, name):
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [node for node in found if ast.unparse(node.func) == name]


def test_nodes_of_one_operation_share_its_declaration():
    graph = Graph(
        id="g",
        title="Demo",
        nodes=(
            DATA,
            script("a", rate=0.1, references=READS),
            script("b", rate=0.2, references=READS, title="Other", x=1.0, y=2.5, timeout=5),
        ),
    )
    code = generate_code(graph)
    assert len(calls(code, "Operation")) == 1
    assert "from_dict" not in code
    first, second = calls(code, "Train")
    assert ast.unparse(first) == "Train(train_data=data.outputs.out, rate=0.1, _timeout=600, node_id='a')"
    assert ast.unparse(second) == (
        "Train(train_data=data.outputs.out, rate=0.2, _timeout=5, title='Other', node_id='b', x=1.0, y=2.5)"
    )
    assert ast.unparse(statements(code)["graph"]).endswith("nodes=[data, train, other])")


def test_an_output_whose_name_is_no_identifier_is_subscripted():
    reader = script("b", title="Reader", references=(OutputReference("a", "plot.png"),))
    code = generate_code(Graph(id="g", nodes=(script("a", references=()), reader)))
    assert 'train.outputs["plot.png"]' in code


def test_sources_are_made_before_what_reads_them_and_the_order_is_kept():
    code = generate_code(Graph(id="g", nodes=(script("a", references=READS), DATA)))
    names = list(statements(code))
    assert names.index("data") < names.index("train")
    assert "nodes=[train, data]" in code


@pytest.mark.parametrize(
    "node",
    [
        script("a", extra={"new": {"deep": [1.5, None, True]}}),
        script("a", auto_run=False),
        script("a", references=(OutputReference("nowhere", "out"),)),
        script("a", references=(OutputReference("a", "model"),)),
        Node(id="a", title="A", kind="composite", parameters=(
            Parameter(name="_nodes", parameter_type="list_node", value=(script("in"),)),)),
        Node(id="a", title="A", kind="strange", parameters=(Parameter(name="p", value=NASTY, reference="q"),)),
        Node(id="a", title="A", kind="file", outputs=(Output(name="out"),), source={"path": "relative.csv"}),
    ],
)  # fmt: skip
def test_what_has_no_words_is_a_dictionary_that_reads_back(node):
    code = generate_code(Graph(id="g", nodes=(node,)))
    (made,) = calls(code, "Node.from_dict")
    assert node_from_dict(ast.literal_eval(made.args[0])) == node


def test_an_operation_of_another_shape_is_declared_as_a_dictionary_once():
    notebook = Node(
        id="a",
        title="Report",
        kind="notebook",
        original_node_id="o",
        parameters=(
            Parameter(name="_cmd", parameter_type="code", value=Code("{}", "ipynb")),
            Parameter(
                name="mode", parameter_type="enum", value=EnumChoice(("fast", "slow"), 1), widget="Mode"
            ),
        ),
    )
    code = generate_code(Graph(id="g", nodes=(notebook,)))
    assert len(calls(code, "Operation.of")) == 1
    assert len(calls(code, "Report")) == 1
    assert "from plynx_jupyter.graph.document import operation_from_dict\n" in code


def test_nodes_of_a_cycle_and_with_equal_ids_are_generated():
    ring = (
        script("a", references=(OutputReference("b", "model"),)),
        script("b", references=(OutputReference("a", "model"),)),
        script("b"),
    )
    compile(generate_code(Graph(id="g", nodes=ring)), "program", "exec")


def test_what_the_graph_itself_holds_is_recreated():
    graph = Graph(
        id="g",
        title=NASTY,
        description=NASTY,
        kind="my-workflow",
        parameters=(Parameter(name="n", parameter_type="int", value=3), Parameter(name="c", extra={"a": 1})),
        extra={"tags": ["x"]},
    )
    code = generate_code(graph)
    (made,) = calls(code, "Graph")
    given = {argument.arg: argument.value for argument in made.keywords}
    assert ast.literal_eval(given["title"]) == NASTY
    assert ast.literal_eval(given["description"]) == NASTY
    assert "Param(" in ast.unparse(given["parameters"])
    assert "parameter_from_dict(" in ast.unparse(given["parameters"])
    assert "replace(graph.model, kind='my-workflow', extra={'tags': ['x']})" in ast.unparse(ast.parse(code))


@pytest.mark.parametrize(
    "title", ["", "Graph", "graph", "class", "2nd try!", "日本", "print", "Größe", "a" * 300]
)
def test_any_title_gives_names_of_its_own(title):
    nodes = [script(f"n{i}", title=title, code=f"print({i % 2})\n") for i in range(4)]
    code = generate_code(Graph(id="g", title=title, nodes=tuple(nodes)))
    compile(code, "program", "exec")
    made = [s.targets[0].id for s in ast.parse(code).body if isinstance(s, ast.Assign)]
    assert len(made) == len(set(made)) == 7  # two operations, four nodes, the graph
    assert not {"Graph", "Client", "Operation", "Node", "replace"} & set(made)


def test_names_are_identifiers_and_never_given_twice():
    names = Names(["taken"])
    given = [names.variable(title) for title in ["Taken", "a", "a", "a 2", "a_2", "for", "list", "9"]]
    assert len(set(given)) == len(given)
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in given)
    assert "taken" not in given


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="'\"\\\n\r\t ax\x00"), st.just(NASTY)))
def test_text_survives_in_both_kinds_of_literals(text):
    assert ast.literal_eval(block_literal(text)) == text
    assert ast.literal_eval(text_literal(text)) == text
    assert ast.literal_eval(literal({"a": [text] * 9})) == {"a": [text] * 9}


def test_code_survives_in_the_declaration_of_its_operation():
    text = f'text = {NASTY!r}\n\'\'\'doc\'\'\'\n"""doc"""\nprint("\\\\n")\n'
    code = generate_code(Graph(id="g", nodes=(script("a", code=text),)))
    (made,) = calls(code, "Operation")
    (value,) = [argument.value for argument in made.keywords if argument.arg == "code"]
    assert ast.literal_eval(value) == text


def test_equal_graphs_give_equal_programs():
    graph = Graph(id="g", nodes=(DATA, script("a", references=READS)))
    assert generate_code(graph) == generate_code(Graph(id="g", nodes=(DATA, script("a", references=READS))))


def test_an_empty_graph_is_a_program_too():
    assert "nodes=[]" in generate_code(Graph(id="g"))
