"""Slashes too many, as known clients send them."""

from __future__ import annotations

import pytest

from assembly_ui.api.slashes import plain


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("//oauth/authorize", "/oauth/authorize"),
        ("//oauth/token", "/oauth/token"),
        ("///api//students", "/api/students"),
        ("/api//groups/1", "/api/groups/1"),
        ("//.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server"),
        ("/oauth/token", "/oauth/token"),
        ("//evil.example/", "//evil.example/"),
        ("//apiary", "//apiary"),
        ("/sign-up//", "/sign-up//"),
    ],
)
def test_addresses_for_apps_are_found_whatever_their_slashes(sent: str, meant: str) -> None:
    assert plain(sent) == meant
