"""A hub of commands that a team keeps in a text file: a group in brackets, then `title: command` lines."""

from plynx_jupyter.hubs.base import BaseHub, Group
from plynx_jupyter.operations.script import operation_from_script


class RecipesHub(BaseHub):
    title = "Recipes"
    icon = "book"
    color = "#2e7d32"

    def __init__(self, path="recipes.txt"):
        self.path = path

    def items(self):
        groups = []
        for line in (self.context.folder / self.path).read_text().splitlines():
            if line.startswith("["):
                groups.append(Group(line.strip("[]"), []))
            elif line.strip():
                title, _, command = line.partition(":")
                operation = operation_from_script(command.strip(), kind="bash_jinja2", title=title)
                groups[-1].items.append(self.identified(operation, title))
        return groups
