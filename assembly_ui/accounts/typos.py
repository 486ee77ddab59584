"""Slips of the finger in email addresses, and what was probably meant."""

from __future__ import annotations

import re

PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.co.uk",
    "hotmail.com",
    "hotmail.co.uk",
    "live.com",
    "live.co.uk",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "aol.co.uk",
    "btinternet.com",
    "btopenworld.com",
    "sky.com",
    "talktalk.net",
    "virginmedia.com",
    "ntlworld.com",
    "blueyonder.co.uk",
    "protonmail.com",
    "proton.me",
)
"""Where most private addresses in the UK live."""

_UK = r"(uk|ku|k|u|ik|yk|ukk|uj)"
_ENDINGS = (
    (re.compile(r"\.(con|cmo|ocm|vom|xom|comm|cpm)$"), ".com"),
    (re.compile(r"\.sch\.(co|org)\.uk$"), ".sch.uk"),
    (re.compile(rf"\.(sch|shc|scg|scj|hsc|csh)\.?{_UK}$"), ".sch.uk"),
    (re.compile(rf"\.co\.?{_UK}$"), ".co.uk"),
    (re.compile(rf"\.(ac|org)\.{_UK}$"), r".\1.uk"),
)
"""Endings nobody has, most slips of a keyboard, and the one meant."""

# One slip in a short name turns it into another honest one (me.com, ms.com),
# and these are honest providers as they stand.
_SHORTEST = 8
_HONEST = {"mail.com", "email.com", "gmx.com"}


def likely_meant(email: str) -> str | None:
    """The address probably meant, or None when this one looks right."""
    local, _, domain = email.rpartition("@")
    meant = _nearest_provider(_right_ending(domain))
    return f"{local}@{meant}" if meant != domain else None


def _right_ending(domain: str) -> str:
    for slip, ending in _ENDINGS:
        if slip.search(domain):
            return slip.sub(ending, domain)
    return domain


def _nearest_provider(domain: str) -> str:
    if domain in PROVIDERS or domain in _HONEST:
        return domain
    if domain == "gmail.co.uk":
        return "gmail.com"
    near = (
        provider
        for provider in PROVIDERS
        if len(provider) >= _SHORTEST and distance(domain, provider) == 1
    )
    return next(near, domain)


def distance(a: str, b: str) -> int:
    """How many single slips lie between two words; swapped neighbours are one.

    The optimal string alignment distance.
    """
    rows = [list(range(len(b) + 1))]
    for i, left in enumerate(a, start=1):
        row = [i]
        for j, right in enumerate(b, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
