"""Which mail speaks for a school: that of its website's domain, if it is the school's alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.schools.website_domain import is_address_at, website_domain

SCHOOL = RegisterSchool(*["100001", "202", "4001", "Abbey School", *[""] * 8])


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("http://www.abbey.gloucs.sch.uk", "abbey.gloucs.sch.uk"),
        ("WWW.Abbey.gloucs.sch.uk/", "abbey.gloucs.sch.uk"),
        ("https://abbey.org.uk:8443/index.html", "abbey.org.uk"),
        ("https://abbey.org.uk/home", "abbey.org.uk"),
        ("abbey.gloucs.sch.uk.", "abbey.gloucs.sch.uk"),
        ("https://abbey.gloucs.sch.uk/school/", "abbey.gloucs.sch.uk"),
        ("https://trust.org.uk/abbey", ""),
        ("https://trust.org.uk/~abbey", ""),
        ("https://trust.org.uk/schools/abbey/index.html", ""),
        ("https://gmail.com", ""),
        ("https://www.facebook.com/abbey", ""),
        ("https://abbey.wordpress.com", ""),
        ("https://abbey.weebly.com/", ""),
        ("https://www.camden.gov.uk", ""),
        ("https://abbey.camden.gov.uk", ""),
        ("http://user:secret@abbey.org.uk", "abbey.org.uk"),
        ("http://203.0.113.7", ""),
        ("http://[::1]/", ""),
        ("http://[", ""),
        ("http://localhost", ""),
        ("http://sch", ""),
        ("http://a_b.org.uk", ""),
        ("http://аbbey.org.uk", ""),
        ("not available yet", ""),
        ("tbc", ""),
        ("", ""),
    ],
)
def test_a_website_has_a_domain_of_its_own_or_none(website: str, domain: str) -> None:
    assert website_domain(website) == domain


@pytest.mark.parametrize(
    ("email", "is_there"),
    [
        ("head@abbey.gloucs.sch.uk", True),
        ("Head@ABBEY.gloucs.sch.uk", True),
        ("head@staff.abbey.gloucs.sch.uk", True),
        ("ann@pupils.abbey.gloucs.sch.uk", False),
        ("ann@students.mail.abbey.gloucs.sch.uk", False),
        ("head@gloucs.sch.uk", False),
        ("head@xabbey.gloucs.sch.uk", False),
        ("head@abbey.gloucs.sch.uk.evil.test", False),
        ("abbey.gloucs.sch.uk", True),
        ("", False),
    ],
)
def test_an_address_is_at_the_domain_or_below_it(email: str, is_there: bool) -> None:
    assert is_address_at(email, "abbey.gloucs.sch.uk") == is_there
    assert not is_address_at(email, "")


@pytest.mark.parametrize(
    ("other", "domain"),
    [
        ("", "abbey.org.uk"),
        ("https://birch.org.uk", "abbey.org.uk"),
        ("https://www.abbey.org.uk/birch", ""),
        ("https://infants.abbey.org.uk", ""),
    ],
)
def test_a_domain_that_schools_share_speaks_for_none_of_them(other: str, domain: str) -> None:
    abbey = replace(SCHOOL, website="https://abbey.org.uk")
    register = Register([abbey, replace(SCHOOL, urn="100002", website=other)])
    assert register.mail_domain("100001") == domain


def test_closed_schools_neither_speak_nor_share() -> None:
    abbey = replace(SCHOOL, website="https://abbey.org.uk")
    closed = replace(abbey, urn="100002", status="Closed")
    register = Register([abbey, closed])
    assert register.mail_domain("100001") == "abbey.org.uk"
    assert register.mail_domain("100002") == ""
    assert register.mail_domain(None) == register.mail_domain("999999") == ""
