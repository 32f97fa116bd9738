"""Write what ``server.md`` lists from the program itself: ``python docs/server_options.py`` brings it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("server.md")


def options() -> str:
    """Return the settings of the extension, as its own help shows them."""
    from plynx_jupyter.server.extension import PlynxApp

    traits: dict[str, Any] = PlynxApp.class_own_traits(config=True)
    told = [PlynxApp.class_get_trait_help(trait) for _, trait in sorted(traits.items())]
    return "\n".join(["```text", *told, "```"])


def metrics() -> str:
    """Return the metrics, by their names on ``/metrics``."""
    from plynx_jupyter.server.metrics import families

    lines = ["| metric | labels | |", "| --- | --- | --- |"]
    for family in vars(families()).values():
        [told] = family.describe()
        name = f"{told.name}_total" if told.type == "counter" else told.name
        labels = ", ".join(f"`{label}`" for label in family._labelnames)
        lines.append(f"| `{name}` | {labels} | {told.documentation} |")
    return "\n".join(lines)


def events() -> str:
    """Return the events, with what each carries."""
    import yaml

    from plynx_jupyter.server import event_schemas

    lines = ["| schema | when | fields |", "| --- | --- | --- |"]
    for path in sorted(Path(event_schemas.__file__).parent.glob("*.yaml"), reverse=True):
        schema = yaml.safe_load(path.read_text())
        fields = ", ".join(f"`{name}`" for name in schema["properties"])
        lines.append(f"| `{schema['$id']}` | {schema['description'].strip()} | {fields} |")
    return "\n".join(lines)


def filled(page: str) -> str:
    """Return the page with each list put between its two marks."""
    for make in (options, metrics, events):
        begin, end = f"<!-- {make.__name__}: docs/server_options.py -->\n", f"<!-- end of {make.__name__} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        if not rest or not after:
            raise ValueError(f"{PAGE.name} has no place for {make.__name__}")
        page = f"{before}{begin}\n{make()}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
