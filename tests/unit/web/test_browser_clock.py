"""No script of the pages asks the browser what time it is: its clock may be wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assembly_ui

ROOT = Path(assembly_ui.__file__).parent.parent
# `new Date(moment)` and `performance.now()` are right on any computer.
ASKS_BROWSER = re.compile(r"\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\()|(?<!new )\bDate\(")
SOURCES = [
    *(ROOT / "assets").rglob("*.js"),
    *(ROOT / "assembly_ui").rglob("*.html"),
    *(ROOT / "simulators").rglob("*.html"),
]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_script_compares_with_the_browser_s_clock(file: Path) -> None:
    assert ASKS_BROWSER.findall(file.read_text()) == []


def test_no_page_brings_a_component_that_does() -> None:
    # Reflex's own relative times; ours is `components.ago`.
    pages = (ROOT / "assembly_ui").rglob("*.py")
    assert [str(file) for file in pages if re.search(r"\brx\.moment\b", file.read_text())] == []
