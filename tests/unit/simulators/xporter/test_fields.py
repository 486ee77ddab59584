"""Hostile input becomes one line of visible text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.xporter.text_validation import is_email, line


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (None, ""),
        (7, ""),
        (["x"], ""),
        ("", ""),
        ("  King's \r\n School\t", "King's School"),
        ("\x00\u202eevil", "evil"),
        ("a\ud800b", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x" * 100_000, "x" * 20),
        ("<b>", "<b>"),
    ],
)
def test_a_line(given_value: object, kept: str) -> None:
    assert line(given_value, 20) == kept


@given(st.text())
def test_a_line_can_be_stored_mailed_and_sent(text: str) -> None:
    kept = line(text, 50)
    kept.encode()
    assert len(kept) <= 50
    assert not set(kept) & set("\x00\r\n\u202e")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("james.walters@kings.sch.uk", True),
        ("jürgen@schule.de", True),
        ("", False),
        ("james", False),
        ("james@kings", False),
        ("a@b.c, d@e.f", False),
        ("James <james@kings.sch.uk>", False),
        ("a@b@c.d", False),
        ("x" * 250 + "@b.cd", False),
    ],
)
def test_an_email_address(text: str, is_one: bool) -> None:
    assert is_email(text) is is_one
