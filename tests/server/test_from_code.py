"""Files below the server's root folder become operations; nothing outside of it is ever read."""

from __future__ import annotations

import json
import os

import nbformat
import pytest


@pytest.fixture(scope="module")
def root(server):
    return server.folder / "home"


@pytest.fixture(scope="module")
def notebook(root):
    cells = [
        nbformat.v4.new_code_cell("rate = 0.5\nname: str = 'x'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("# input: csv\ndata = None\n# output: png\nplot_png = None"),
    ]
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "P"}}
    )
    (root / "work").mkdir(exist_ok=True)
    path = root / "work" / "train é.ipynb"
    path.write_text(nbformat.writes(book))
    return path


def test_a_notebook_becomes_an_operation_and_stays_as_it_is(server, notebook):
    before = notebook.read_bytes()
    status, _, body = server.call("POST", "nodes/from_notebook", {"path": "work/train é.ipynb"})
    assert (status, body["status"]) == (200, "SUCCESS"), body
    node = body["node"]
    assert (node["title"], node["kind"]) == ("train é", "notebook")
    assert {"rate": 0.5, "name": "x"}.items() <= {
        p["name"]: p.get("value") for p in node["parameters"]
    }.items()
    assert server.call("GET", f"nodes/{node['_id']}")[0] == 404
    assert notebook.read_bytes() == before


def test_an_operation_is_stored_when_asked_for(server, notebook):
    wish = {"path": "work/train é.ipynb", "action": ["SAVE", "APPROVE"]}
    node = server.call("POST", "nodes/from_notebook", wish)[2]["node"]
    assert server.call("GET", f"nodes/{node['_id']}")[2]["node"]["node_status"] == "READY"


def test_scripts_become_operations_by_their_names(server, root):
    (root / "count.sh").write_text("wc -l < {{ inputs.table }} > {{ outputs.lines }}\n")
    (root / "twice.py").write_text("open(outputs['o'], 'w').write('2')\n")
    bash = server.call("POST", "nodes/from_script", {"path": "count.sh"})[2]["node"]
    assert (bash["kind"], [port["name"] for port in bash["inputs"]]) == ("bash_jinja2", ["table"])
    assert server.call("POST", "nodes/from_script", {"path": "twice.py"})[2]["node"]["kind"] == "python"


def test_a_function_of_a_file_runs_as_an_operation(server, root):
    (root / "tools.py").write_text(
        "import helper_beside\n\ndef scale(factor: int = 2) -> int:\n    return factor * helper_beside.UNIT\n"
    )
    (root / "helper_beside.py").write_text("UNIT = 21\n")
    body = server.call(
        "POST", "nodes/from_function", {"path": "tools.py", "name": "scale", "action": "APPROVE"}
    )[2]
    assert body["status"] == "SUCCESS", body
    assert [p["name"] for p in body["node"]["parameters"]][:1] == ["factor"]
    assert body["node"]["outputs"][0]["file_type"] == "int"
    assert not (root / "__pycache__").exists()


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("scale", "def scale(:\n", "SyntaxError"),
        ("scale", "import nothing_like_that\n", "nothing_like_that"),
        ("scale", "def other():\n    pass\n", "other"),
        ("scale", "import os\nos._exit(3)\n", "status 3"),
        ("scale", "def scale(x: 'Unknown'):\n    return x\n", "Unknown"),
    ],
)
def test_a_function_that_cannot_become_an_operation_says_why(server, root, name, text, part):
    (root / "broken.py").write_text(text)
    status, _, body = server.call("POST", "nodes/from_function", {"path": "broken.py", "name": name})
    assert (status, body["code"]) == (422, "operation.invalid"), body
    assert part in body["message"]


def test_all_problems_of_a_notebook_are_told_at_once(server, root):
    cells = [
        nbformat.v4.new_code_cell("a = 1\na = 2\nb = print()", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("# input: csv\ntable = None"),
        nbformat.v4.new_code_cell("\n# input: csv\ntable = None"),
    ]
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "P"}}
    )
    (root / "bad.ipynb").write_text(nbformat.writes(book))
    (root / "nojson.ipynb").write_text("{ not json")
    status, _, body = server.call("POST", "nodes/from_notebook", {"path": "nojson.ipynb"})
    assert (status, body["code"]) == (422, "operation.invalid")
    status, _, body = server.call("POST", "nodes/from_notebook", {"path": "bad.ipynb"})
    assert (status, body["code"]) == (422, "operation.invalid"), body
    port, twice, call = body["data"]["problems"]
    assert "cell 1, line 2" in twice and "'a'" in twice
    assert "cell 1, line 3" in call and "'b'" in call
    assert port.startswith("cell 3, line 3") and "cell 2, line 2" in port and "'table'" in port
    assert all(problem in body["message"] for problem in body["data"]["problems"])


def test_all_problems_of_a_function_are_told_at_once(server, root):
    (root / "wrong.py").write_text("def f(x: 'Unknown', y: 'Nothing'):\n    return x\n")
    status, _, body = server.call("POST", "nodes/from_function", {"path": "wrong.py", "name": "f"})
    assert (status, body["code"]) == (422, "operation.invalid"), body
    assert [any(word in text for text in body["data"]["problems"]) for word in ("Unknown", "Nothing")] == [
        True
    ] * 2


def test_what_is_no_code_is_not_taken_for_it(server, root):
    (root / "picture.py").write_bytes(b"\x89PNG\xff\xfe")
    with (root / "huge.sh").open("wb") as sparse:
        sparse.truncate(65 << 20)
    for path, part in (("picture.py", "isn't text"), ("huge.sh", "64 MiB")):
        status, _, body = server.call("POST", "nodes/from_script", {"path": path})
        assert (status, body["code"]) == (422, "operation.invalid"), body
        assert part in body["message"]


def test_nothing_outside_the_root_or_hidden_is_reached(server, root, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("def f() -> int:\n    return 1\n")
    (root / ".hidden.py").write_text("x = 1\n")
    (root / "real.py").write_text("x = 1\n")
    links = {
        "link.py": secret,
        "folder": tmp_path,
        "loop.py": root / "loop.py",
        "dangling.py": root / "gone.py",
    }
    for name, target in links.items():
        os.symlink(target, root / name)
    missing = server.call("POST", "nodes/from_script", {"path": "missing.py"})
    assert missing[0] == 404
    paths = [
        str(secret), f"/{secret}", "../secret.py", "work/../../secret.py", "work/./../real.py", "..%2fsecret.py",
        "%2e%2e/secret.py", "real.py\0", "real.py\0.txt", "link.py", "folder/secret.py", "loop.py", "dangling.py",
        ".hidden.py", "work", "", "/", "//real.py", "..\\secret.py", "C:\\secret.py", "file:///etc/passwd", "~/x.py",
        "a/" * 1500 + "x.py", "x" * 3000, "real.py/", "real.py/x",
    ]  # fmt: skip
    for route in ("from_script", "from_notebook"):
        for path in paths:
            status, _, body = server.call("POST", f"nodes/{route}", {"path": path})
            assert status == (400 if path == "" else 404), (path, body)
            if path:
                told = (
                    json.dumps(body).replace(json.dumps(path), "P").replace(json.dumps(repr(path))[1:-1], "P")
                )
                same = json.dumps(missing[2]).replace('"missing.py"', "P").replace("'missing.py'", "P")
                assert told == same, path
    assert server.call("POST", "nodes/from_script", {"path": "/real.py"})[0] == 200


def test_a_notebook_without_a_parameters_cell_is_offered_some_and_takes_what_was_chosen(server, root):
    cells = [
        nbformat.v4.new_code_cell("import os\nrate = 0.5  # speed\ndata = 'sample.csv'"),
        nbformat.v4.new_code_cell("print(1)", outputs=[nbformat.v4.new_output("stream", text="1\n")]),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "P"}}
    path = root / "plain.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)))
    before = path.read_bytes()
    body = server.call("POST", "nodes/from_notebook", {"path": "plain.ipynb"})[2]
    offered = {one["name"]: one for one in body["suggestions"]}
    assert offered["rate"] == {
        "name": "rate", "parameter_type": "float", "value": 0.5, "cell": 1, "line": 2, "last_line": 2,
        "description": "speed",
    }  # fmt: skip
    assert (offered["data"]["port"], offered["data"]["file_type"]) == ("input", "csv")
    assert "notebook" not in body
    wish = {
        "path": "plain.ipynb", "title": "Plain", "tag": ["rate"], "with_notebook": True, "action": "APPROVE",
        "inputs": [{"name": "data", "file_type": "csv"}],
        "outputs": [{"name": "report.html", "file_type": "html", "description": "to read"}],
    }  # fmt: skip
    status, _, body = server.call("POST", "nodes/from_notebook", wish)
    assert (status, body["status"]) == (200, "SUCCESS"), body
    node = body["node"]
    assert (node["title"], node["node_status"]) == ("Plain", "READY")
    assert [port["name"] for port in node["inputs"]] == ["data"]
    assert [(port["name"], port["file_type"]) for port in node["outputs"]] == [("report.html", "html")]
    assert node["parameters"][0]["name"] == "rate"
    changed = nbformat.from_dict(body["notebook"])
    nbformat.validate(changed)
    assert changed.metadata.plynx.outputs[0].description == "to read"
    assert [cell.metadata.get("tags") for cell in changed.cells] == [["parameters"], None, None]
    assert changed.cells[2].outputs[0].text == "1\n"
    assert path.read_bytes() == before


def test_wrong_choices_for_a_notebook_are_told_all_at_once(server, root, notebook):
    wish = {
        "path": "work/train é.ipynb",
        "inputs": [{"file_type": "csv"}, {"name": "a", "tpye": "csv"}],
        "outputs": [{"name": "b", "file_type": 3}],
        "parameters": [{"name": "n", "parameter_type": "int", "value": "x"}, {"name": "_cmd"}],
        "tag": ["rate"],
    }
    status, _, body = server.call("POST", "nodes/from_notebook", wish)
    assert (status, body["code"]) == (422, "operation.invalid"), body
    parts = (
        "inputs, number 1: it needs a name",
        "unknown keys tpye",
        "file_type of 'b' has to be str, not a number",
        "the default of parameter 'n' is wrong",
        "'_cmd' is a name that the system keeps",
        "already has a cell tagged",
    )
    assert len(body["data"]["problems"]) == len(parts)
    assert all(part in body["message"] for part in parts), body["message"]
    assert server.call("POST", "nodes/from_notebook", {**wish, "inputs": "data"})[0] == 400
