"""Every cookie that any part of the product sets: out of reach of scripts and of other sites.

The calls are found in the code, so a cookie is looked at the day it appears.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tests.attack.surface import PRODUCT, ROOT, SIMULATORS

WANTED: dict[str, set[Any]] = {"httponly": {True}, "samesite": {"lax", "strict"}}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted((*PRODUCT.rglob("*.py"), *SIMULATORS.rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "set_cookie"
            ):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_no_script_and_no_other_site_gets_a_cookie_of_ours() -> None:
    found = dict(_calls())
    assert found
    for place, call in found.items():
        given = {word.arg: word.value for word in call.keywords}
        for name, allowed in WANTED.items():
            value = given.get(name)
            assert isinstance(value, ast.Constant), f"{place}: {name}"
            assert value.value in allowed, f"{place}: {name}"
        assert "secure" in given, place
        assert "domain" not in given, place
