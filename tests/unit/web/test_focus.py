"""The keyboard focus is moved in one way, which does nothing when the element is gone."""

from __future__ import annotations

import ast
from pathlib import Path

import assembly_ui

# Reflex's own report an error in the browser when their element is gone.
FORBIDDEN = {"set_focus", "blur_focus"}


def test_no_page_uses_reflexs_own_focus_events() -> None:
    found = [
        f"{file}:{node.lineno}"
        for file in Path(assembly_ui.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in FORBIDDEN)
        or (isinstance(node, ast.Name) and node.id in FORBIDDEN)
        or (isinstance(node, ast.alias) and node.name in FORBIDDEN)
    ]
    assert found == [], "Use web/focus.py instead"
