"""The three skeletons of PLynx's chapter on plug-ins, filled with as little as they need to do something."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from plynx_jupyter.executors.base import BaseExecutor
from plynx_jupyter.graph.violation import Violation
from plynx_jupyter.hubs.base import BaseHub, HubPage, Query
from plynx_jupyter.model.node import Node
from plynx_jupyter.model.parameter import Parameter
from plynx_jupyter.model.port import Input, Output
from plynx_jupyter.operations import decorators as plynx
from plynx_jupyter.resources.base import BaseResource, NodeResources, PreviewObject


class CustomExecutor(BaseExecutor):
    """Puts a word in front of each line."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.stopped = False

    @classmethod
    def get_default_node(cls, is_workflow: bool = False) -> Node:
        node = super().get_default_node(is_workflow)
        word = Parameter(name="word", parameter_type="str", value="hello", widget="Word")
        return replace(
            node,
            title="Prefix lines",
            inputs=(Input(name="lines", file_type="shout"),),
            outputs=(Output(name="out", file_type="shout"),),
            parameters=(word, *node.parameters),
        )

    def run(self) -> None:
        text = Path(str(self.context.inputs["lines"])).read_text()
        lines = [f"{self.context.params['word']} {line}\n" for line in text.splitlines()]
        if not self.stopped:
            Path(self.context.outputs["out"]).write_text("".join(lines))

    @classmethod
    def preview_command(cls, node: Node) -> str:
        return f"sed 's/^/{node.value('word')} /'"

    def kill(self) -> None:
        self.stopped = True

    @classmethod
    def validate(cls, node: Node) -> list[Violation]:
        if node.value("word") == "forbidden":
            return [cls._problem(node, "this word is not allowed")]
        return super().validate(node)


class CustomResource(BaseResource):
    """Text that is stored in capitals."""

    file_type = "shout"
    title = "Shouted text"

    @staticmethod
    def prepare_input(filename: str, preview: bool = False) -> dict[str, str]:
        if preview:
            return {NodeResources.INPUT: filename}
        return {NodeResources.INPUT: filename}

    @staticmethod
    def prepare_output(filename: str, preview: bool = False) -> dict[str, str]:
        if preview:
            return {NodeResources.OUTPUT: filename}
        return {NodeResources.OUTPUT: filename}

    @staticmethod
    def postprocess_output(filename: str) -> str:
        path = Path(filename)
        path.write_text(path.read_text().upper())
        return filename

    @classmethod
    def load(cls, path: Path) -> list[str]:
        return path.read_text().splitlines()

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        assert isinstance(value, list)
        path.write_text("".join(f"{line}\n" for line in value))

    @classmethod
    def preview(cls, preview_object: PreviewObject) -> str:  # type: ignore[override]
        content = escape(preview_object.head(1000).decode())
        return f"<pre>{content}</pre>"


@plynx.operation(title="Twice")
@plynx.input("lines", "shout")
@plynx.output("out", "shout")
def twice(lines: list[str]) -> dict[str, object]:
    assert isinstance(lines, list)
    return {"out": [line for line in lines for _ in range(2)]}


class CustomHub(BaseHub):
    """Finds nothing but what it was told to."""

    def __init__(self, **argv: Any) -> None:
        super().__init__()
        self.group = str(argv["group"])

    def search(self, query: Query) -> HubPage | list[Any]:
        return [plynx.Group(self.group, [twice])]
