"""Email addresses: the one spelling kept, and the likely slip."""

from __future__ import annotations

import pytest

from assembly_ui.accounts import emails, mail_domains
from assembly_ui.accounts.emails import parse_email, usable_email
from assembly_ui.accounts.errors import (
    EmailMalformed,
    EmailUndeliverable,
    FieldProblem,
    Missing,
    NotText,
    TooLong,
)
from assembly_ui.accounts.mail_domains import MailDomains
from assembly_ui.accounts.typos import PROVIDERS, distance, likely_meant


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("James.Walters@Kings.sch.uk", "james.walters@kings.sch.uk"),
        ("  head@kings.sch.uk\t", "head@kings.sch.uk"),
        ("\u200bhead@kings.sch.uk", "head@kings.sch.uk"),
        ("head+assembly@kings.sch.uk", "head+assembly@kings.sch.uk"),
        ("o'brien@kings.sch.uk", "o'brien@kings.sch.uk"),
        ("head@kings.test", "head@kings.test"),
        ("head@Schülerhaus.de", "head@xn--schlerhaus-ceb.de"),
    ],
)
def test_an_address_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Missing),
        ("   ", Missing),
        ("\x00", Missing),
        ("head", EmailMalformed),
        ("head@", EmailMalformed),
        ("@kings.sch.uk", EmailMalformed),
        ("head@kings", EmailMalformed),
        ("head@@kings.sch.uk", EmailMalformed),
        ("head@kings..uk", EmailMalformed),
        ("he ad@kings.sch.uk", EmailMalformed),
        ("James <head@kings.sch.uk>", EmailMalformed),
        ("head@[127.0.0.1]", EmailMalformed),
        ('"head master"@kings.sch.uk', EmailMalformed),
        ("🦊@kings.sch.uk", EmailMalformed),
        ("جيمس@kings.sch.uk", EmailMalformed),
        ("<script>alert(1)</script>@kings.sch.uk", EmailMalformed),
        ("x'; DROP TABLE users;--@kings.sch.uk", EmailMalformed),
        ("a@kings.sch.uk,b@kings.sch.uk", EmailMalformed),
        ("a@kings.sch.uk\nBcc: b@kings.sch.uk", EmailMalformed),
        ("a" * 65 + "@kings.sch.uk", EmailMalformed),
        ("a" * 300 + "@kings.sch.uk", TooLong),
        ("a" * 1_000_000, TooLong),
        (None, NotText),
        (7, NotText),
        (["head@kings.sch.uk"], NotText),
        ({"email": "head@kings.sch.uk"}, NotText),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(
    typed: object, problem: type[FieldProblem]
) -> None:
    with pytest.raises(problem):
        parse_email(typed)


async def test_deliverability_is_asked_of_dns_only_when_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def no_such_domain(domain: str) -> bool:
        asked.append(domain)
        return False

    monkeypatch.setattr(emails, "MAIL_DOMAINS", MailDomains(no_such_domain))
    assert await usable_email("head@nowhere.invalid-example.uk", deliverable=False)
    with pytest.raises(EmailUndeliverable) as caught:
        await usable_email("head@nowhere.sch.uk", deliverable=True)
    assert caught.value.domain == "nowhere.sch.uk"
    assert asked == ["nowhere.sch.uk"]


async def test_an_answer_of_dns_is_remembered_for_the_domains_asked_of_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    domains = MailDomains(lambda domain: asked.append(domain) or True)
    monkeypatch.setattr(mail_domains, "MOST_DOMAINS", 2)
    for domain in ("a.uk", "b.uk", "a.uk", "c.uk", "a.uk", "b.uk"):
        assert await domains.takes_mail(domain)
    assert asked == ["a.uk", "b.uk", "c.uk", "b.uk"]
    assert len(domains._answers) == 2


async def test_no_answer_is_asked_for_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    domains = MailDomains(asked.append)
    monkeypatch.setattr(mail_domains, "UNKNOWN_SECONDS", 0)
    for _ in range(2):
        assert await domains.takes_mail("slow.uk") is None
    assert asked == ["slow.uk", "slow.uk"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gmai.com", "a@gmail.com"),
        ("a@gmaill.com", "a@gmail.com"),
        ("a@gnail.com", "a@gmail.com"),
        ("a@gmail.con", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"),
        ("a@gmail.co.uk", "a@gmail.com"),
        ("a@hotmial.co.uk", "a@hotmail.co.uk"),
        ("a@hotmail.couk", "a@hotmail.co.uk"),
        ("a@hotmail.co.k", "a@hotmail.co.uk"),
        ("a@outlok.com", "a@outlook.com"),
        ("a@yaho.co.uk", "a@yahoo.co.uk"),
        ("a@btinternet.con", "a@btinternet.com"),
        ("a@iclould.com", "a@icloud.com"),
        ("a@kings.shc.uk", "a@kings.sch.uk"),
        ("a@kings.sch.ku", "a@kings.sch.uk"),
        ("a@kings.sch.k", "a@kings.sch.uk"),
        ("a@kings.schuk", "a@kings.sch.uk"),
        ("a@kings.sch.co.uk", "a@kings.sch.uk"),
        ("a@kings.kent.sch.ik", "a@kings.kent.sch.uk"),
        ("a@trust.co.ku", "a@trust.co.uk"),
        ("a@trust.ac.ku", "a@trust.ac.uk"),
        ("a@trust.org.ku", "a@trust.org.uk"),
    ],
)
def test_a_likely_slip_is_offered_as_a_correction(typed: str, meant: str) -> None:
    assert likely_meant(typed) == meant


@pytest.mark.parametrize(
    "domain",
    [
        *PROVIDERS,
        "mail.com",
        "email.com",
        "kings.sch.uk",
        "kings.kent.sch.uk",
        "trust.org.uk",
        "trust.co.uk",
        "trust.ac.uk",
        "school.co",
        "busch.uk",
        "school.me.uk",
        "kings.sch.ae",
        "xn--schlerhaus-ceb.de",
    ],
)
def test_a_right_address_is_left_alone(domain: str) -> None:
    assert likely_meant(f"head@{domain}") is None


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("abc", "abd", 1), ("kitten", "sitting", 3)],
)
def test_slips_are_counted_and_swapped_neighbours_are_one(a: str, b: str, slips: int) -> None:
    assert distance(a, b) == distance(b, a) == slips
