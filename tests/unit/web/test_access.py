"""Hostile arguments are made harmless before a handler sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.web.access import FORM_FIELDS_LIMIT, TEXT_LIMIT, clean, clean_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(kind=st.sampled_from([str, int, bool, dict]), value=JSON)
def test_anything_becomes_the_declared_kind(kind: type, value: object) -> None:
    assert type(clean(kind, value)) is kind


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plain", "plain"),
        ("nul\0byte", "nulbyte"),
        ("bell\a and \x1b[31mred", "bell and [31mred"),
        ("overridden \u202e txt", "overridden  txt"),
        ("مدرسة 👩‍🏫 Ysgol Ŵ", "مدرسة 👩‍🏫 Ysgol Ŵ"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        (["not", "text"], ""),
        (12, ""),
        (None, ""),
    ],
)
def test_text_loses_only_what_cannot_be_seen(sent: object, kept: str) -> None:
    assert clean_text(sent) == kept


def test_text_and_forms_are_cut_to_a_sane_size() -> None:
    assert len(clean_text("x" * 1_000_000)) == TEXT_LIMIT
    assert len(clean(dict, {str(n): "v" for n in range(1000)})) == FORM_FIELDS_LIMIT


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (7, 7),
        ("7", 7),
        ("-7", -7),
        ("--7", 0),
        ("-", 0),
        (True, 0),
        (7.5, 0),
        ("7; DROP", 0),
        (2**31 - 1, 2**31 - 1),
        (2**31, 0),
        ("9" * 40, 0),
        ("٣", 3),
    ],
)
def test_numbers_are_numbers_or_nothing(sent: object, number: int) -> None:
    assert clean(int, sent) == number
