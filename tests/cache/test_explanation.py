from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from plynx_jupyter.cache.difference import DifferenceKind, differences, shortened
from plynx_jupyter.cache.entry import CacheEntry
from plynx_jupyter.cache.explanation import (
    CACHE_OFF,
    NOT_CACHEABLE,
    REQUESTED,
    Explanation,
    MissReason,
    explain_miss,
    explain_missing_artifact,
)
from plynx_jupyter.cache.fingerprint import TEXT_LIMIT, CodeFingerprint, fingerprint_code
from plynx_jupyter.cache.key import cache_key, key_components, operation_digest
from plynx_jupyter.model.ids import Digest, NodeId, RunId
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Code, Parameter
from plynx_jupyter.model.port import Input, Output
from plynx_jupyter.model.resource import Resource

LONG_AGO = datetime(2024, 5, 1, tzinfo=timezone.utc)
ENVIRONMENT = {
    "policy": "declared",
    "interpreter": "cpython 3.11",
    "packages": {"numpy": "1.26", "gone": None},
}
CODE = Code("x = 1\ny = 2\n")
NODE = Node(
    id=NodeId("n"),
    title="Train",
    kind="python",
    inputs=(Input(name="data"), Input(name="parts", is_array=True, max_count=-1)),
    outputs=(Output(name="model"),),
    parameters=(
        Parameter(name="layers", value="100 8"),
        Parameter(name="rate", parameter_type="float", value=0.5),
    ),
)


def resource(content: str, file_type: str = "file") -> Resource:
    return Resource(file_type, Digest(content * 64), 10)


INPUTS = {"data": (resource("a"),), "parts": (resource("b"), resource("c"), resource("d"))}


def components(
    node: Node = NODE,
    inputs: Mapping[str, Sequence[Resource]] = INPUTS,
    code: CodeFingerprint | Code = CODE,
    environment: Mapping[str, Any] = ENVIRONMENT,
) -> dict[str, Any]:
    if isinstance(code, Code):
        code = fingerprint_code("python", code)
    return key_components(node=node, inputs=inputs, code=code, environment=environment)


def entry(
    of: Mapping[str, Any], run: str = "6734abcd0011", *, days: int = 0, title: str = "Train"
) -> CacheEntry:
    stored = json.loads(json.dumps(of))  # as it comes back from a database
    return CacheEntry(
        key=cache_key(stored),
        operation_digest=operation_digest(NODE),
        title=title,
        components=stored,
        outputs={},
        run_id=RunId(run),
        node_id=NodeId("n"),
        created_at=LONG_AGO + timedelta(days=days),
        seconds=1.0,
    )


def having(**values: Any) -> Node:
    parameters = tuple(replace(item, value=values.get(item.name, item.value)) for item in NODE.parameters)
    return replace(NODE, parameters=parameters)


def sentence(now: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> str:
    return explain_miss(now, [entry(components() if before is None else before)]).sentence()


def test_a_changed_parameter_is_told_with_both_values() -> None:
    found = explain_miss(components(having(layers="50")), [entry(components())])
    assert found.reason is MissReason.CHANGED
    assert found.sentence() == '`layers` was "100 8" and is "50" (compared with run 6734abcd…)'
    assert (found.run_id, found.node_id, found.created_at) == ("6734abcd0011", "n", LONG_AGO)
    [difference] = found.differences
    assert (difference.kind, difference.name) == (DifferenceKind.PARAMETER, "layers")


@pytest.mark.parametrize(("old", "new"), [(1, 1.0), (1, True), (0.0, -0.0), (1, "1")])
def test_values_that_only_differ_in_type_are_a_difference(old: Any, new: Any) -> None:
    [found] = differences(components(having(rate=old)), components(having(rate=new)))
    assert found.old != found.new


def test_new_and_removed_parameters_are_told() -> None:
    more = replace(NODE, parameters=(*NODE.parameters, Parameter(name="seed", value=3)))
    assert sentence(components(more)).startswith("`seed` is new: 3")
    assert sentence(components(), components(more)).startswith("`seed` is no longer there (it was 3)")


def test_a_changed_type_of_a_parameter_is_told() -> None:
    other = replace(NODE, parameters=(replace(NODE.parameters[0], parameter_type="text"), NODE.parameters[1]))
    assert sentence(components(other)).startswith("`layers` changed (type str became text)")


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"data": (resource("f"),)}, "input `data` was file aaaaaaaa and is file ffffffff (another content)"),
        ({"data": ()}, "input `data` was file aaaaaaaa and is nothing (1 became 0)"),
        ({"parts": INPUTS["parts"][::-1]}, "input `parts` changed (the same contents in another order)"),
        ({"parts": INPUTS["parts"][:2]}, "input `parts` was 3 items and is 2 items (3 became 2)"),
        (
            {"parts": (resource("b"), resource("e"), resource("d"))},
            "input `parts` changed (item 2 of 3 changed)",
        ),
    ],
)
def test_a_changed_input_is_told_with_the_place(inputs: dict[str, Any], told: str) -> None:
    assert sentence(components(inputs={**INPUTS, **inputs})) == f"{told} (compared with run 6734abcd…)"


def test_a_changed_value_in_a_port_is_told() -> None:
    nodes = [replace(NODE, inputs=(Input(name="data", primitive_override=value),)) for value in (3, 4)]
    told = sentence(components(nodes[1], {}), components(nodes[0], {}))
    assert told.startswith("input `data` was 3 and is 4 (")


def test_added_ports_are_told() -> None:
    more = replace(NODE, outputs=(*NODE.outputs, Output(name="scores", file_type="csv", is_array=True)))
    assert sentence(components(more)).startswith("output `scores` is new: list of csv")
    more = replace(NODE, inputs=(*NODE.inputs, Input(name="extra", min_count=0)))
    assert sentence(components(more)).startswith("input `extra` is new: nothing")


def test_changed_code_is_told_with_a_diff() -> None:
    found = explain_miss(components(code=Code("x = 1\ny = 3\n")), [entry(components())])
    assert found.sentence() == "its code changed (compared with run 6734abcd…)"
    assert found.differences[0].detail.splitlines() == [
        "--- before",
        "+++ now",
        "@@ -1,2 +1,2 @@",
        " x = 1",
        "-y = 2",
        "+y = 3",
    ]


def test_a_long_diff_is_cut_and_texts_that_are_too_long_have_none() -> None:
    lines = [f"x{number} = {number}" for number in range(500)]
    [found] = differences(components(), components(code=Code("\n".join(lines))))
    assert found.detail.splitlines()[-1].endswith("more lines")
    assert len(found.detail.splitlines()) == 41
    huge = Code("x = '" + "a" * TEXT_LIMIT + "'")
    [found] = differences(components(), components(code=huge))
    assert found.detail == ""


def test_an_edited_helper_module_is_told_by_name() -> None:
    before = CodeFingerprint("1" * 64, {"location": "m:f", "module m": "2" * 64, "module helper": "3" * 64})
    after = replace(before, digest="4" * 64, parts={**before.parts, "module helper": "5" * 64})
    told = sentence(components(code=after), components(code=before))
    assert told.startswith("the module `helper` changed (")


def test_another_version_of_an_installed_function_is_told() -> None:
    before = CodeFingerprint("1" * 64, {"location": "m:f", "distribution m": "1.0"})
    after = CodeFingerprint("2" * 64, {"location": "m:g", "distribution m": "1.1"})
    told = sentence(components(code=after), components(code=before))
    assert told.startswith("`m` was 1.0 and is 1.1; its function was `m:f` and is `m:g` (")


def test_a_changed_environment_is_told() -> None:
    packages = {"numpy": "2.0", "gone": None}
    assert sentence(components(environment={**ENVIRONMENT, "packages": packages})).startswith(
        "`numpy` was 1.26 and is 2.0 ("
    )
    packages = {"numpy": "1.26", "gone": "3"}
    assert sentence(components(environment={**ENVIRONMENT, "packages": packages})).startswith(
        "`gone` was not installed and is 3 ("
    )
    assert sentence(components(environment={**ENVIRONMENT, "interpreter": "cpython 3.12"})).startswith(
        "`interpreter` was cpython 3.11 and is cpython 3.12 ("
    )
    assert sentence(components(environment={"policy": "none"})).startswith(
        "`policy` was declared and is none; `interpreter` was"
    )


def test_the_nearest_entry_is_compared_and_the_newest_of_equals() -> None:
    far = entry(components(having(layers="1", rate=0.1)), "far", days=9)
    near_old = entry(components(having(layers="2")), "near-old", days=1)
    near_new = entry(components(having(layers="3")), "near-new", days=2)
    for order in ([far, near_old, near_new], [near_new, far, near_old]):
        assert explain_miss(components(), order).run_id == "near-new"


def test_entries_of_the_same_title_come_before_newer_ones() -> None:
    candidates = [
        entry(components(having(layers="2")), "mine", title="Mine"),
        entry(components(having(layers="3")), "theirs", days=5, title="Theirs"),
    ]
    assert explain_miss(components(), candidates, title="Mine").run_id == "mine"
    assert explain_miss(components(), candidates, title="Theirs").run_id == "theirs"


def test_no_earlier_entry_means_first_time() -> None:
    found = explain_miss(components(), [])
    assert found == Explanation(reason=MissReason.FIRST_TIME)
    assert found.sentence() == "first time this operation runs"


def test_an_entry_with_the_very_key_missed_for_its_artifacts() -> None:
    found = explain_miss(components(), [entry(components(having(layers="2"))), entry(components(), "same")])
    assert found.reason is MissReason.ARTIFACT_MISSING
    assert found == explain_missing_artifact(entry(components(), "same"))
    assert "run same is gone" in found.sentence()


def test_many_differences_are_counted_in_the_sentence() -> None:
    other = replace(NODE, parameters=tuple(Parameter(name=name, value=1) for name in "abcd"))
    told = sentence(components(other))
    assert told.count(";") == 3
    assert "3 more differences" in told


def test_components_of_another_version_are_no_error() -> None:
    old = {"version": 0, "parameters": {"layers": "100 8"}, "inputs": None, "code": 3}
    found = explain_miss(components(), [entry(old)])
    assert found.reason is MissReason.CHANGED
    assert "another version" in found.sentence()


@pytest.mark.parametrize("explanation", [NOT_CACHEABLE, CACHE_OFF, REQUESTED, explain_miss(components(), [])])
def test_every_reason_has_a_sentence_and_json(explanation: Explanation) -> None:
    data = json.loads(json.dumps(explanation.as_json()))
    assert data["sentence"] == explanation.sentence() != ""
    assert data["reason"] == explanation.reason.value


def test_differences_go_into_json() -> None:
    found = explain_miss(components(having(layers="50")), [entry(components())])
    data = json.loads(json.dumps(found.as_json()))
    assert data["differences"] == [
        {"kind": "parameter", "name": "layers", "old": '"100 8"', "new": '"50"', "detail": ""}
    ]
    assert data["created_at"] == LONG_AGO.isoformat()


@pytest.mark.parametrize("value", ["é" * 200, list(range(100)), {"a": ["b" * 90]}])
def test_long_values_are_shortened(value: Any) -> None:
    assert len(shortened(value)) == 60
