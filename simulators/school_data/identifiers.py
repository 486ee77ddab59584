"""Numbers and identifiers people and groups carry: well formed, nobody's.

`ExternalId` is the MIS's GUID, `IdaasId` the service's with its prefix (PL pupil,
PWT staff, PC contact, GY year group, GC other groups), `XID` its short one.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from operator import mul

from simulators.school_data.identity import Identity, Row

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def identifiers(identity: Identity, prefix: str, number: int) -> Row:
    """The four identifiers every person and group has; to be copied, not changed."""
    return _identifiers(identity.key, prefix, number)


def guid(identity: Identity, prefix: str, number: int) -> str:
    """A GUID for life."""
    return _guid(_digest(identity.key, "id", prefix, number))


def upn(identity: Identity, number: int, year: int) -> str:
    """A unique pupil number given by a primary school in `year`, with its check letter."""
    feeder, serial = divmod(number, 1000)
    digits = f"{identity.estab[:3]:0>3}{2000 + feeder:04}{year % 100:02}{serial:03}"
    return check_letter(digits) + digits


def check_letter(digits: str) -> str:
    """The first letter of a UPN with these twelve digits."""
    total = sum(map(mul, range(2, 14), map(int, digits)))
    return UPN_LETTERS[total % len(UPN_LETTERS)]


def uln(number: int) -> str:
    """A unique learner number with its check digit."""
    for lead in range(10, 99):
        digits = f"{lead}{number % 10_000_000:07}"
        rest = sum(map(mul, range(10, 1, -1), map(int, digits))) % 11
        if rest:
            return f"{digits}{10 - rest}"
    raise AssertionError("some lead always leaves a check digit")


def ni_number(number: int) -> str:
    """A National Insurance number with a prefix that is never issued."""
    return f"QQ{number % 1_000_000:06}C"


def teacher_number(number: int) -> str:
    """Seven digits."""
    return f"{9_000_000 + number % 1_000_000}"


def chance(identity: Identity, *key: object) -> float:
    """A number from 0 to 1 that belongs to the key; cheaper than dice when one is enough."""
    return int(_digest(identity.key, *key)[:13], 16) / 16**13


def draws(identity: Identity, *key: object) -> bytes:
    """64 even bytes that belong to the key; for many small draws much cheaper than dice."""
    return blake2b("/".join(map(str, (identity.key, *key))).encode()).digest()


def _digest(*key: object) -> str:
    return blake2b("/".join(map(str, key)).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=16_000)
def _identifiers(school: str, prefix: str, number: int) -> Row:
    text = _digest(school, "id", prefix, number)
    return {
        "Id": str(number),
        "XID": text[-8:],
        "ExternalId": _guid(text),
        "IdaasId": f"{prefix}-{number}",
    }


def _guid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-a{text[15:18]}-{text[18:30]}"
