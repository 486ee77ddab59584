"""The look is decided in one place."""

from __future__ import annotations

import re
from pathlib import Path

import assembly_ui

STYLES = Path(assembly_ui.__file__).parent.parent / "assets" / "styles"


def _values(sheet: str, selector: str) -> dict[str, str]:
    block = re.search(rf"{re.escape(selector)} {{\n(.*?)\n}}", (STYLES / sheet).read_text(), re.S)
    assert block
    return dict(re.findall(r"([\w-]+): ([^;]+);", block[1]))


def test_pages_without_scripts_are_dark_in_the_same_colours() -> None:
    dark = _values("tokens.css", ".dark")
    assert dark["color-scheme"] == "dark"
    assert _values("dark.css", ":root") == dark
