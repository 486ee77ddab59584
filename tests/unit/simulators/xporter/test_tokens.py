"""Tokens: what they say, when they end, and that nobody else makes them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.xporter.errors import TokenTooOld, TokenUnreadable
from simulators.xporter.tokens import LIFE, Tokens, mark_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOKENS = Tokens("key")


@given(estab=st.sampled_from(["", "3302005"]), secret=st.text(max_size=500))
def test_a_token_says_what_it_was_made_with(estab: str, secret: str) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    token, expires = TOKENS.make(estab, secret, NOW)
    assert len(token) == 664
    claims = TOKENS.read(token, NOW)
    assert (claims.estab, claims.mark, claims.expires) == (estab, mark_of(secret), expires)


def test_two_tokens_are_never_the_same() -> None:
    assert TOKENS.make("", "s", NOW)[0] != TOKENS.make("", "s", NOW)[0]


def test_a_token_ends_when_it_says() -> None:
    token, expires = TOKENS.make("", "s", NOW)
    assert expires == NOW + LIFE
    assert TOKENS.read(token, expires - timedelta(microseconds=1))
    with pytest.raises(TokenTooOld):
        TOKENS.read(token, expires)


def test_a_token_made_with_another_key_is_none() -> None:
    token, _ = Tokens("other key").make("", "s", NOW)
    with pytest.raises(TokenUnreadable):
        TOKENS.read(token, NOW)


@given(position=st.integers(0, 497), change=st.integers(1, 255))
def test_a_token_with_one_altered_byte_is_none(position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(TOKENS.make("3302005", "s", NOW)[0]))
    raw[position] ^= change
    with pytest.raises(TokenUnreadable):
        TOKENS.read(base64.b64encode(raw).decode(), NOW)


@given(st.text(max_size=800))
def test_no_text_at_all_is_a_token(text: str) -> None:
    with pytest.raises(TokenUnreadable):
        TOKENS.read(text, NOW)
