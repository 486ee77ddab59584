"""Which addresses an app may register, and how an answer is put on one."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.apps.errors import AddressUnusable
from assembly_ui.apps.uris import answered, checked_uri, host_of, kept_state


@pytest.mark.parametrize(
    "uri",
    [
        "https://rooms.example/callback",
        "https://rooms.example/callback?tenant=7",
        "http://localhost:4567/auth/assembly/callback",
        "http://127.0.0.1:8080/callback",
        "http://[::1]:8080/callback",
    ],
)
def test_https_and_this_machine_may_be_registered(uri: str) -> None:
    assert checked_uri(uri) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "//rooms.example/callback",
        "http://rooms.example/callback",
        "ftp://rooms.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "rooms.example:/callback",
        "https://",
        "https:///callback",
        "https://rooms.example/callback#here",
        "https://rooms.example/callback#",
        "https://rooms.example@evil.example/",
        "https://rooms.example\\@evil.example/",
        "https://rooms.example/call back",
        "https://rooms.example/\nSet-Cookie: a=b",
        "https://rooms.example/<script>",
        "https://rööms.example/",
        "https://rooms.example:port/",
        "https://[::1/",
        "https://localhost.evil.example:x",
        "http://localhost.evil.example/",
        "https://rooms.example/" + "x" * 500,
    ],
)
def test_no_other_address_may_be_registered(uri: str) -> None:
    with pytest.raises(AddressUnusable):
        checked_uri(uri)


@pytest.mark.parametrize(
    ("redirect_uri", "begins"),
    [
        ("https://rooms.example/callback", "https://rooms.example/callback?"),
        ("https://rooms.example/callback?", "https://rooms.example/callback?"),
        ("https://rooms.example/?a=b", "https://rooms.example/?a=b&"),
    ],
)
def test_an_answer_is_added_to_whatever_query_there_is(redirect_uri: str, begins: str) -> None:
    address = answered(redirect_uri, {"code": "a/b c"}, state=None)
    assert address == f"{begins}code=a%2Fb%20c"


@given(state=st.binary(max_size=1500))
def test_a_state_of_any_bytes_comes_back_byte_for_byte(state: bytes) -> None:
    address = answered("https://rooms.example/", {"code": "x"}, state=kept_state(state))
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True, encoding="latin-1")
    assert dict(pairs)["state"].encode("latin-1") == state


def test_people_recognise_an_address_by_its_host() -> None:
    assert host_of("https://rooms.example:8443/callback?x=1") == "rooms.example"
