"""Hostile input to plain text."""

from __future__ import annotations

import pytest

from assembly_ui.accounts.errors import Missing, NameNotPlain, NotText, TooLong
from assembly_ui.accounts.fields import NAME_LIMIT, person_name, plain, required

NOT_TEXT = [None, 7, 1.5, True, b"bytes", ["a"], {"a": 1}, object()]


@pytest.mark.parametrize("value", NOT_TEXT)
def test_only_text_is_text(value: object) -> None:
    with pytest.raises(NotText):
        plain(value, 10)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  James   Walters \n", "James Walters"),
        ("James\x00Walters", "JamesWalters"),
        ("James\ud800Walters", "JamesWalters"),
        ("James\u202eWalters", "JamesWalters"),
        ("\u200bJames\ufeff", "James"),
        ("Jose\u0301", "Jos\u00e9"),
        ("جيمس والترز", "جيمس والترز"),
        ("ג'יימס", "ג'יימס"),
        ("👩\u200d🏫 Ada", "👩\u200d🏫 Ada"),
        ("Robert'); DROP TABLE users;--", "Robert'); DROP TABLE users;--"),
        ("\x00\x01\x02", ""),
        ("", ""),
    ],
)
def test_text_is_kept_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert plain(typed, 60) == kept


def test_the_limit_counts_what_is_kept() -> None:
    assert plain("a" * 10 + "   ", 10) == "a" * 10
    with pytest.raises(TooLong) as caught:
        plain("a" * 11, 10)
    assert caught.value.limit == 10


def test_a_megabyte_is_refused_without_reading_it() -> None:
    with pytest.raises(TooLong):
        plain(" " * 1_000_000, 10)


@pytest.mark.parametrize("value", ["", "   ", "\x00", "\u200b"])
def test_a_required_field_needs_something_to_see(value: str) -> None:
    with pytest.raises(Missing):
        required(value, 10)


def test_a_name_may_be_left_out() -> None:
    assert person_name("  ") == ""


@pytest.mark.parametrize(
    "name",
    ["<b>James</b>", "<script>", "{{7*7}}", "Win at https://evil.example", "WWW.evil.example"],
)
def test_a_name_carries_no_markup_or_link_into_our_mail(name: str) -> None:
    with pytest.raises(NameNotPlain):
        person_name(name)


def test_a_name_has_a_limit() -> None:
    assert len(person_name("é" * NAME_LIMIT)) == NAME_LIMIT
    with pytest.raises(TooLong):
        person_name("é" * (NAME_LIMIT + 1))
