"""Where `?next=` may lead: our own pages, and nowhere else."""

from __future__ import annotations

import pytest

from assembly_ui.web.lead_on import own_path


@pytest.mark.parametrize(
    "path", ["/", "/users", "/users?page=2", "/join/7", "/oauth/authorize?a=b&c=%2Fd#e"]
)
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "users",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        " /users",
        "/ /evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\x00/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/" + "x" * 500,
        "/é",
        "/\u202euser",
        None,
        7,
        ["/users"],
        {"path": "/users"},
    ],
)
def test_anything_else_is_not(elsewhere: object) -> None:
    assert own_path(elsewhere) == ""
