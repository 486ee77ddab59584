"""Addresses, phone numbers and emails that reach nobody.

Postcodes are well formed in an area that does not exist; phone numbers are from
the ranges Ofcom keeps for drama; domains are reserved ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulators.school_data.identity import Identity, Row
from simulators.school_data.name_parts import ROADS, STREETS, TOWNS, VILLAGES

AREA = "XX"
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
COUNTY = "Marlshire"
PARENTS_DOMAIN = "example.com"
DRAMA_HOME = "01632 960"
DRAMA_MOBILE = "07700 900"
HOUSE_NAMES = ("Rose Cottage", "The Old Forge", "Mill House", "Ivy Lodge", "The Barn")


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    house_no: str
    house_name: str | None
    street: str
    district: str | None
    town: str
    postcode: str

    @property
    def line(self) -> str:
        """House and street."""
        return f"{self.house_name or self.house_no} {self.street}".replace(" The ", " ")

    def columns(self) -> Row:
        """The address block of a person's row."""
        lines = (self.line, self.district, self.town, COUNTY, self.postcode)
        return {
            "AddressBlock": "\n".join(line for line in lines if line),
            "HouseNo": None if self.house_name else self.house_no,
            "HouseName": self.house_name,
            "Apartment": None,
            "Street": self.street,
            "District": self.district,
            "TownOrCity": self.town,
            "County": COUNTY,
            "PostCode": self.postcode,
            "Country": "United Kingdom",
        }


def an_address(drawn: bytes, turn: int) -> Address:
    """Some address, made of eleven even bytes; one with another `turn` is surely another."""
    house, named, name, street, road, away, village, town, *code = drawn[:11]
    return Address(
        str(house % 140 + 1),
        HOUSE_NAMES[name % len(HOUSE_NAMES)] if named < 25 else None,
        f"{STREETS[(street % 16 * 4 + turn) % len(STREETS)]} {ROADS[road % len(ROADS)]}",
        VILLAGES[village % len(VILLAGES)] if away < 100 else None,
        TOWNS[town % len(TOWNS)],
        f"{AREA}{code[0] % 28 + 1} {turn % 9 + 1}"
        f"{INWARD[code[1] % len(INWARD)]}{INWARD[code[2] % len(INWARD)]}",
    )


def home_phone(number: int) -> str:
    """A landline of the drama range."""
    return f"{DRAMA_HOME}{number % 1000:03}"


def mobile_phone(number: int) -> str:
    """A mobile of the drama range."""
    return f"{DRAMA_MOBILE}{number % 1000:03}"


def school_domain(identity: Identity) -> str:
    """The school's own domain, below a reserved one."""
    short = "".join(letter for letter in identity.name.casefold() if letter.isascii())
    words = [word for word in _plain(short).split() if word not in ("the", "school", "college")]
    return f"{'-'.join(words)[:40].strip('-') or 'school'}.example.sch.uk"


def mailbox(forename: str, surname: str) -> str:
    """The part of an email before the at sign."""
    return f"{_plain(forename)}.{_plain(surname)}".replace(" ", "").casefold()


@lru_cache(maxsize=4000)
def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() or letter == " ")
