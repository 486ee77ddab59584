"""A school typed in by hand, field by field."""

from __future__ import annotations

import pytest

from assembly_ui.schools.errors import FieldProblems
from assembly_ui.schools.unlisted import FIELDS, UnlistedForm, UnlistedSchool, check_unlisted

GOOD = {
    "name": "Ysgol Newydd",
    "town": "Bangor",
    "postcode": "LL57 1AB",
    "local_authority": "Gwynedd",
    "dfe_number": "",
}


def _problems(**typed: object) -> dict[str, str]:
    with pytest.raises(FieldProblems) as caught:
        check_unlisted(UnlistedForm(**(GOOD | typed)))
    return caught.value.problems


def test_what_is_right_is_kept_tidied() -> None:
    typed = GOOD | {"name": "  Ysgol\tNewydd ", "dfe_number": "661/4001"}
    kept = UnlistedSchool("Ysgol Newydd", "Bangor", "LL57 1AB", "Gwynedd", "6614001")
    assert check_unlisted(UnlistedForm(**typed)) == kept


def test_everything_but_the_dfe_number_is_required() -> None:
    with pytest.raises(FieldProblems) as caught:
        check_unlisted(UnlistedForm())
    assert caught.value.problems == dict.fromkeys(FIELDS[:4], "missing")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sw1a1aa", "SW1A 1AA"),
        ("M1 1AE", "M1 1AE"),
        (" e1  4ns", "E1 4NS"),
        ("BF1 0AX", "BF1 0AX"),
        ("JE2 3AB", "JE2 3AB"),
    ],
)
def test_postcodes_are_written_one_way(typed: str, kept: str) -> None:
    assert check_unlisted(UnlistedForm(**(GOOD | {"postcode": typed}))).postcode == kept


@pytest.mark.parametrize("typed", ["LL57", "12345", "LL57 1A", "LL57 1AB!", "ＬＬ57 1AB", "٣٣٣ ٣٣"])
def test_no_other_text_is_a_postcode(typed: str) -> None:
    assert _problems(postcode=typed) == {"postcode": "malformed"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("6614001", "6614001"), (" 661 4001 ", "6614001"), ("661-4001", "6614001"), ("", "")],
)
def test_a_dfe_number_is_seven_digits_or_nothing(typed: str, kept: str) -> None:
    assert check_unlisted(UnlistedForm(**(GOOD | {"dfe_number": typed}))).dfe_number == kept


@pytest.mark.parametrize("typed", ["661400", "66140011", "0614001", "661400A", "６６１４００１"])
def test_no_other_text_is_a_dfe_number(typed: str) -> None:
    assert _problems(dfe_number=typed) == {"dfe_number": "malformed"}


@pytest.mark.parametrize("field", ["name", "town", "local_authority"])
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("\x00\u202e ", "missing"),
        ("x" * 201, "too_long"),
        ("x" * 1_000_000, "too_long"),
        ("<b>School</b>", "malformed"),
        ("Win at https://evil.example", "malformed"),
        ("www.evil.example", "malformed"),
        ("...", "malformed"),
        (None, "malformed"),
        (7, "malformed"),
        ({"$ne": ""}, "malformed"),
    ],
)
def test_names_are_plain_text_of_a_sane_length(field: str, typed: object, problem: str) -> None:
    assert _problems(**{field: typed}) == {field: problem}


@pytest.mark.parametrize("name", ["St. Mary's C.E. (Aided) School", "مدرسة لندن", "Ysgol Ŵ 🏫 1"])
def test_names_may_be_in_any_script(name: str) -> None:
    assert check_unlisted(UnlistedForm(**(GOOD | {"name": name}))).name == name
