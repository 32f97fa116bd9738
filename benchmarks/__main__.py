"""``python -m benchmarks [NAME…]``: measure, print, and (when all were measured) write results.md."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path

from .harness import machine, table, versions

NAMES = ("functions", "graphs", "notebooks", "latency", "start", "search", "server", "editor")


def main(names: list[str]) -> None:
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    rows = []
    for name in names or NAMES:
        measured = import_module(f"benchmarks.{name}").measure()
        print(table(measured), flush=True)
        rows += measured
    if not names:
        missed = [row.what for row in rows if row.reached is False]
        text = "\n".join(
            [
                "# Benchmarks",
                "",
                f"{machine()}. {versions()}. {datetime.now(timezone.utc).date()}.",
                "Written by `make bench`. Medians, with the smallest and the largest in brackets; the reference is "
                "measured in turn with ours, in the same run.",
                "",
                table(rows),
                "",
                f"Missed: {'; '.join(missed)}." if missed else "No goal that is set for now was missed.",
                "",
            ]
        )
        Path(__file__).with_name("results.md").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
