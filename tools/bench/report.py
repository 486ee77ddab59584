"""The table, on the screen and as docs/benchmarks.md."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.journeys.server import ROOT
from tools.bench.rows import Row

DOCUMENT = ROOT / "docs" / "benchmarks.md"
HEAD = ("Area", "What", "Bar", "Figure", "Of the bar", "")
INTRO = """# Figures against our bars

Written by `make bench`; run it to have them of your own machine. Server, browser and load
generator share the machine, and so may other work: every timed figure is the median of several
rounds within one run (the first run alone is measured once). "Of the bar" below 100 % is better
than the bar asks. KB are 1,000 bytes as they came over the network, compressed.
"""


def table(rows: Sequence[Row]) -> str:
    """As Markdown, aligned so that it reads as plain text too."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def write(rows: Sequence[Row], machine: dict[str, str]) -> None:
    """The document, whole."""
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    missed = [f"- **{row.area}, {row.what}**: {row.why_missed}" for row in rows if not row.met]
    parts = [INTRO, facts, "", table(rows)]
    if missed:
        parts += ["", "## Missed, and why", "", *missed]
    DOCUMENT.write_text("\n".join(parts) + "\n")


def _cells(row: Row) -> tuple[str, ...]:
    met = "met" if row.met else "**missed**"
    share = f"{row.ratio:.0%}" if math.isfinite(row.ratio) else "–"
    return (row.area, row.what, row.bar, row.figure, share, met)
