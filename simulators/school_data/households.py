"""Households: siblings share a surname, an address and the people to call.

A pupil may be the younger sibling of one who started one to four years before.
Families are one generation deep (an elder sibling has none), so all children of a
family are known from any of them. Households move, and change phone and email.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from simulators.school_data.addresses import an_address
from simulators.school_data.enrolments import SIBLING_REACH, Enrolment
from simulators.school_data.identifiers import draws
from simulators.school_data.identity import Identity, Row, Stamp, dice
from simulators.school_data.name_parts import BOYS, GIRLS, SURNAMES
from simulators.school_data.school_profile import profile_of
from simulators.school_data.terms import office_moment, the_year

HAS_ELDER = 0.4
MOVES_A_YEAR = 0.06
RENEWS_A_YEAR = 0.08
CONTACTS = 4
"""Room for people in a household's numbers."""

BACKGROUNDS = (
    # ethnicity code, ethnicity, religion code, religion, language code, language, weight
    ("WBRI", "White British", "CE", "Church of England", "ENG", "English", 46),
    ("WBRI", "White British", "NO", "No religion", "ENG", "English", 24),
    ("WBRI", "White British", "RC", "Roman Catholic", "ENG", "English", 8),
    ("WOTH", "Any other White background", "RC", "Roman Catholic", "POL", "Polish", 3),
    ("AIND", "Indian", "HI", "Hindu", "GUJ", "Gujarati", 4),
    ("AIND", "Indian", "SI", "Sikh", "PNJ", "Panjabi", 2),
    ("APKN", "Pakistani", "MU", "Muslim", "URD", "Urdu", 3),
    ("CHNE", "Chinese", "NO", "No religion", "CHI", "Chinese", 4),
    ("BAFR", "Black African", "CH", "Christian", "YOR", "Yoruba", 2),
    ("MOTH", "Any other mixed background", "NO", "No religion", "ENG", "English", 3),
    ("REFU", "Refused", "RF", "Refused", "ENG", "English", 1),
)
SHARES = list(accumulate(background[6] for background in BACKGROUNDS))
Background = tuple[str, str, str, str, str, str, int]

ENGLAND = ("GBR", "England")
ABROAD = {
    "POL": ("POL", "Poland"),
    "GUJ": ("IND", "India"),
    "PNJ": ("IND", "India"),
    "URD": ("PAK", "Pakistan"),
    "CHI": ("HKG", "Hong Kong"),
    "YOR": ("NGA", "Nigeria"),
}
"""Where some of those were born whose families speak a language: code and name."""

JOBS = (
    "Accountant", "Architect", "Baker", "Civil servant", "Company director", "Doctor", "Engineer",
    "Farmer", "Librarian", "Nurse", "Photographer", "Solicitor", "Surveyor", "Teacher", "Writer",
)  # fmt: skip


class Person(NamedTuple):
    """A parent, carer or somebody to call. `renewals` are changes of phone and email."""

    number: int
    relationship: str
    title: str
    forename: str
    surname: str
    gender: str
    job: str
    priority: int
    responsible: bool
    lives_here: bool
    renewals: tuple[Stamp, ...]


class Household(NamedTuple):
    """A family; address number k is the one after k moves."""

    number: int
    surname: str
    background: Background
    moves: tuple[Stamp, ...]
    people: tuple[Person, ...]


def family_of(identity: Identity, life: Enrolment) -> int:
    """The number of the family, which is that of its eldest child here."""
    if life.turn:
        return life.number
    elder = _elders(identity, life.cohort)[life.place]
    if elder is None or _elders(identity, elder[0])[elder[1]]:
        return life.number
    return profile_of(identity).number(*elder, 0)


@lru_cache(maxsize=8000)
def household(identity: Identity, number: int, since: int) -> Household:
    """The household of a family whose first child started in the year `since`."""
    rng = dice(identity.key, "household", number)
    years = range(since, since + len(profile_of(identity).years) + SIBLING_REACH)
    surname = rng.choice(SURNAMES)
    return Household(
        number,
        surname,
        rng.choices(BACKGROUNDS, cum_weights=SHARES)[0],
        _changes(rng, years, MOVES_A_YEAR),
        tuple(_people(rng, number, surname, years)),
    )


@lru_cache(maxsize=20_000)
def address_of(identity: Identity, number: int, moves: int, who: int = 0) -> Row:
    """Where a household, or the person `who` living elsewhere, lives after `moves`: columns."""
    return an_address(draws(identity, "address", number, moves, who), moves).columns()


def count_until(changes: tuple[Stamp, ...], at: Stamp) -> int:
    """How many of the changes have happened at `at`."""
    return sum(change <= at for change in changes)


@lru_cache(maxsize=128)
def _elders(identity: Identity, cohort: int) -> list[tuple[int, int] | None]:
    """Cohort and place of the elder sibling, if any, by the place of the younger."""
    shape, rng = profile_of(identity), dice(identity.key, "elders", cohort)
    found: list[tuple[int, int] | None] = []
    for _ in range(shape.places(cohort)):
        elder = cohort - rng.randint(1, SIBLING_REACH)
        place = rng.randrange(shape.places(elder))
        found.append((elder, place) if rng.random() < HAS_ELDER else None)
    return found


def _people(rng: Random, number: int, surname: str, years: range) -> list[Person]:
    first = number * CONTACTS
    own = rng.choice(SURNAMES) if rng.random() < 0.18 else surname
    kind = rng.random()
    mother = _person(rng, first, "Mother", own, years, priority=1)
    father = _person(rng, first + 1, "Father", surname, years, priority=2, apart=0.75 < kind < 0.9)
    parents = [mother, father] if kind < 0.9 else [mother] if kind < 0.97 else [father]
    if rng.random() < 0.45:
        relation = rng.choice(("Grandmother", "Grandfather", "Aunt", "Family friend"))
        other = rng.choice(SURNAMES)
        parents.append(_person(rng, first + 2, relation, other, years, priority=3, apart=True))
    return parents


def _person(
    rng: Random,
    number: int,
    relationship: str,
    surname: str,
    years: range,
    *,
    priority: int,
    apart: bool = False,
) -> Person:
    male = relationship in ("Father", "Grandfather")
    title = "Mr" if male else rng.choice(("Mrs", "Ms", "Miss", "Dr"))
    return Person(
        number,
        relationship,
        title,
        rng.choice(BOYS if male else GIRLS),
        surname,
        "M" if male else "F",
        rng.choice(JOBS),
        priority,
        priority < 3,
        not apart,
        _changes(rng, years, RENEWS_A_YEAR),
    )


def _changes(rng: Random, years: range, rate: float) -> tuple[Stamp, ...]:
    found, year = [], years.start + int(rng.expovariate(rate))
    while year < years.stop:
        found.append(office_moment(rng, the_year(year)))
        year += 1 + int(rng.expovariate(rate))
    return tuple(found)
