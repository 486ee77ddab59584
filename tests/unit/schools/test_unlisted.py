"""A school typed in by hand, field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.schools.errors import FieldProblems
from assembly_ui.schools.postcodes import AREAS
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
        ("BFPO 57", "BFPO 57"),
        ("bfpo57", "BFPO 57"),
        ("B.F.P.O. 57", "BFPO 57"),
        ("BFPO 1234", "BFPO 1234"),
        ("GIR 0AA", "GIR 0AA"),
        ("gir oaa", "GIR 0AA"),
        ("ASCN 1ZZ", "ASCN 1ZZ"),
        ("fiqq lzz", "FIQQ 1ZZ"),
        ("GX11 1AA", "GX11 1AA"),
        ("NW1 OLL", "NW1 0LL"),
        ("nwi oll", "NW1 0LL"),
        ("0X1 2JD", "OX1 2JD"),
        ("1P1 1AA", "IP1 1AA"),
        ("NW1-0LL", "NW1 0LL"),
        ("N.W.1  0LL", "NW1 0LL"),
        ("(NW1 0LL)", "NW1 0LL"),
    ],
)
def test_postcodes_are_written_one_way(typed: str, kept: str) -> None:
    assert check_unlisted(UnlistedForm(**(GOOD | {"postcode": typed}))).postcode == kept


@given(st.sampled_from(sorted(AREAS)), st.data())
def test_every_postcode_of_every_area_is_taken_with_any_look_alikes(
    area: str, data: st.DataObject
) -> None:
    forms = ("9", "99", "9" + ("H" if len(area) == 2 else "W"))
    district = data.draw(st.sampled_from(forms)).replace(
        "9", data.draw(st.sampled_from("0123456789"))
    )
    unit = "".join(data.draw(st.sampled_from("ABDEFGHJLNPQRSTUWXYZ")) for _ in range(2))
    whole = f"{area}{district} {data.draw(st.sampled_from('0123456789'))}{unit}"
    kept = check_unlisted(UnlistedForm(**(GOOD | {"postcode": whole.lower()}))).postcode
    assert kept == whole
    outward, inward = whole.split()
    # The inward part has a digit and two letters, so it is never in doubt.
    typed = outward + inward.replace("0", "O").replace("1", "l")
    assert check_unlisted(UnlistedForm(**(GOOD | {"postcode": typed}))).postcode == whole


@pytest.mark.parametrize("typed", ["BFPO", "BFPO 12345", "GIR 1AA", "ASCN 2ZZ", "OOO OOO"])
def test_what_only_looks_like_a_special_postcode_is_refused(typed: str) -> None:
    assert _problems(postcode=typed) == {"postcode": "malformed"}


@pytest.mark.parametrize("typed", ["LL57", "12345", "LL57 1A", "LL57 1AB!", "ＬＬ57 1AB", "٣٣٣ ٣٣"])
def test_no_other_text_is_a_postcode(typed: str) -> None:
    assert _problems(postcode=typed) == {"postcode": "malformed"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *((typed, "6614001") for typed in ("6614001", " 661 4001 ", "661-4001", "661 / 4001")),
        *((typed, "6614001") for typed in ("661.4001", "661–4001", "(661) 4001", "6614001.")),
        *((typed, "6614001") for typed in ("DfE 661/4001", "DfE number: 661 4001", "dfe6614001")),
        *((typed, "6614001") for typed in ("LAESTAB 6614001", "laestab:661/4001", "No. 6614001")),
        *((typed, "6614001") for typed in ("LA 661 Estab 4001", "LA code 661, estab no. 4001")),
        *((typed, "6614001") for typed in ("66l4OOl", "DfE 66I/4oo1", "LAESTAB66I4OOI")),
        *((typed, "") for typed in ("", " ", "-", "n/a", "N/A", "none", "not known", "unknown")),
    ],
)
def test_a_dfe_number_is_seven_digits_or_nothing(typed: str, kept: str) -> None:
    assert check_unlisted(UnlistedForm(**(GOOD | {"dfe_number": typed}))).dfe_number == kept


@pytest.mark.parametrize(
    "typed",
    [
        "661400",
        "66140011",
        "0614001",
        "661400A",
        "６６１４００１",
        "URN 100001",
        "DfE",
        "UKPRN 10012345",
    ],
)
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
