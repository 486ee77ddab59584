"""Nobody real: addresses, numbers and mailboxes reach no one, yet are well formed."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from datetime import date

import pytest

from simulators.school_data.addresses import school_domain
from simulators.school_data.identifiers import check_letter
from simulators.school_data.photos import portrait
from tests.factories.mis import ESTAB, a_school, an_identity, rows_of

SCHOOL = a_school(pupils=1500)
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}")
DRAMA = re.compile(r"(01632 960|07700 900)\d{3}")


def test_mail_goes_to_reserved_domains_only() -> None:
    mails = [row["Value"] for row in rows_of(SCHOOL, "PersonComms") if row["CommsType"] == "E"]
    mails += [row["WorkEmail"] for row in rows_of(SCHOOL, "Students")]
    mails += [row["HomeEmail"] for row in rows_of(SCHOOL, "Staff")]
    mails += [row["Email"] for row in rows_of(SCHOOL, "Contacts")]
    assert all(
        re.fullmatch(r"[a-z0-9.-]+@([a-z-]+\.)*example\.(com|sch\.uk)", mail) for mail in mails
    )


def test_telephones_are_those_of_drama() -> None:
    phones = [row["Value"] for row in rows_of(SCHOOL, "PersonComms") if row["CommsType"] != "E"]
    phones += [
        row[name] for row in rows_of(SCHOOL, "Staff") for name in ("HomePhone", "MobilePhone")
    ]
    assert all(DRAMA.fullmatch(phone) for phone in phones)


def test_postcodes_are_well_formed() -> None:
    for table in ("Students", "Staff", "Contacts"):
        assert all(POSTCODE.fullmatch(row["PostCode"]) for row in rows_of(SCHOOL, table))


def test_upns_are_unique_and_have_the_right_letter() -> None:
    upns = [row["UPN"] for row in rows_of(SCHOOL, "Students")]
    assert len(set(upns)) == len(upns)
    assert all(re.fullmatch(r"[A-HJ-NP-RT-Z]\d{12}", upn) for upn in upns)
    assert all(check_letter(upn[1:]) == upn[0] for upn in upns)


def test_the_check_letter_is_that_of_the_published_method() -> None:
    # Each digit times its place, from 2 to 13: 16+6+12+20+18+14+8+81+50+0+0+13.
    assert check_letter("823432195001") == "ABCDEFGHJKLMNPQRTUVWXYZ"[238 % 23]


def test_staff_codes_are_three_letters_and_unique() -> None:
    codes = [row["StaffCode"] for row in rows_of(SCHOOL, "Staff")]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z]{3}", code) for code in codes)


def test_pupils_are_of_the_age_of_their_year_group() -> None:
    for row in rows_of(SCHOOL, "Students"):
        if row["StudentStatus"] == "OnRoll":
            born, year = date.fromisoformat(row["DateofBirth"]), int(row["YearGroup"].split()[1])
            assert date(2026 - year - 5, 9, 1) <= born <= date(2026 - year - 4, 8, 31)


def test_names_are_many() -> None:
    names = Counter(row["DisplayName"] for row in rows_of(SCHOOL, "Students"))
    assert max(names.values()) <= 3


def test_the_school_says_who_it_is() -> None:
    row = a_school(phone="0121 496 0000").table("SchoolInfo")[0]
    assert (row["Name"], row["EstabId"]) == ("King's School", ESTAB)
    assert (row["Telephone"], row["CurrentAcademicYear"]) == ("0121 496 0000", "2026")


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("King's School", "kings.example.sch.uk"),
        ("The Æthelred College, Hill", "thelred-hill.example.sch.uk"),
        ("The School", "school.example.sch.uk"),
    ],
)
def test_the_domain_is_made_of_the_name(name: str, domain: str) -> None:
    assert school_domain(an_identity(name=name)) == domain


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("King's School", ("Year 7", "Year 13")),
        ("Hill Preparatory School", ("Year 3", "Year 8")),
        ("Vale Through School", ("Reception", "Year 13")),
    ],
)
def test_year_groups_follow_from_the_name(name: str, years: tuple[str, str]) -> None:
    groups = [row["Name"] for row in a_school(name=name).table("Group") if row["Type"] == "YearGrp"]
    assert (groups[0], groups[-1]) == years


def test_photos_are_pictures() -> None:
    photos = [b64decode(row["Photo"]) for row in a_school().table("Photos")]
    assert all(photo.startswith(b"\x89PNG") and len(photo) < 400 for photo in photos)
    assert portrait("one") != portrait("two")
