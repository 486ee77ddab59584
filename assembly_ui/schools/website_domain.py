"""What mail to an address at the domain of a school's website proves. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from email_validator import SPECIAL_USE_DOMAIN_NAMES

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_HOST = re.compile(r"(?:[a-z]+:)?/{0,2}(?:[^/@]*@)?([^/:?#]*)")
_FRONT_PAGE = re.compile(r"/?|/(index|default|home|welcome|main)[a-z]*(\.[a-z]{3,5})?/?")

# Whoever runs the website does not hand out the addresses there, or hands them out to anyone.
_ANYBODYS = (
    *("aol.com", "btconnect.com", "btinternet.com", "btopenworld.com", "demon.co.uk"),
    *("facebook.com", "fastmail.com", "fsnet.co.uk", "freeserve.co.uk", "gmail.com"),
    *("gmx.com", "gmx.co.uk", "google.com", "googlemail.com", "googlepages.com", "hotmail.co.uk"),
    *("hotmail.com", "icloud.com", "instagram.com", "lineone.net", "linkedin.com", "live.co.uk"),
    *("live.com", "mac.com", "mail.com", "me.com", "msn.com", "ntlworld.com", "onetel.com"),
    *("orange.net", "outlook.com", "plus.com", "proton.me", "protonmail.com", "sky.com"),
    *("supanet.com", "talk21.com", "talktalk.net", "tiscali.co.uk", "twitter.com"),
    *("virgin.net", "virginmedia.com", "webspace.virginmedia.com", "wikipedia.org", "x.com"),
    *("yahoo.co.uk", "yahoo.com", "ymail.com", "youtube.com", "zoho.com"),
    *("blogspot.co.uk", "blogspot.com", "edublogs.org", "github.io", "jimdo.com", "moonfruit.com"),
    *("netlify.app", "sharepoint.com", "spanglefish.com", "squarespace.com", "tumblr.com"),
    *("webs.com", "weebly.com", "wix.com", "wixsite.com", "wordpress.com"),
    # Authorities host schools, and employ thousands who have nothing to do with any one of them.
    *("gov.uk", "gov.scot", "gov.wales", "llyw.cymru", "nhs.uk", "nhs.net", "mod.uk", "police.uk"),
)

# Pupils have addresses too, often below the school's own domain.
_PUPILS = {"pupil", "pupils", "student", "students", "stu", "learner", "learners", "alumni"}

# As schools call the mailboxes that those read who run them. A pupil gets none of these.
_OFFICE = {
    *("admin", "administration", "administrator", "bursar", "businessmanager", "clerk", "contact"),
    *("contactus", "enquiries", "enquiry", "generaloffice", "head", "headmaster", "headmistress"),
    *("headpa", "heads", "headsoffice", "headspa", "headteacher", "headteachers", "hello", "info"),
    *("information", "it", "itadmin", "itmanager", "itsupport", "mail", "mainoffice", "office"),
    *("officemanager", "postmaster", "principal", "principals", "principalsoffice", "reception"),
    *("sbm", "schooladmin", "schoolbusinessmanager", "schooloffice", "secretary", "swyddfa"),
}


def website_domain(website: str) -> str:
    """The domain whose mail may speak for the school behind a website; empty when none may.

    A website in a folder of somebody else's has no mail of its own, unless that somebody is
    a school, as under `sch.uk`.
    """
    text = website.strip().lower()
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        domain = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
    if not _DOMAIN.fullmatch(domain) or _is_below(domain, (*_ANYBODYS, *SPECIAL_USE_DOMAIN_NAMES)):
        return ""
    is_whole_site = _FRONT_PAGE.fullmatch(parts.path) or domain.endswith(".sch.uk")
    return domain if is_whole_site else ""


def domain_counts(websites: Iterable[str]) -> Counter[str]:
    """How many of these websites are at each domain or below it."""
    counts: Counter[str] = Counter()
    for website in websites:
        labels = _host(website).split(".")
        counts.update(".".join(labels[start:]) for start in range(len(labels) - 1))
    return counts


def is_address_at(email: str, domain: str) -> bool:
    """Whether an address is at a school's domain or below it, and not one for pupils."""
    host = email.rpartition("@")[2].lower()
    if not domain or not _is_below(host, (domain,)):
        return False
    return not _PUPILS & set(host.removesuffix(domain).split("."))


def is_office_address(email: str) -> bool:
    """Whether whoever runs a school reads the mail to this address, as head@ or office@."""
    local = email.rpartition("@")[0].lower()
    return re.sub(r"[._-]", "", local) in _OFFICE


def _host(website: str) -> str:
    found = _HOST.match(website.strip().lower())
    return found[1].rstrip(".").removeprefix("www.") if found else ""


def _is_below(domain: str, others: Iterable[str]) -> bool:
    return any(domain == other or domain.endswith(f".{other}") for other in others)
