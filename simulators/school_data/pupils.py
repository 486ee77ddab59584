"""The tables of pupils: Students and StudentSiblings.

Students holds everybody the MIS still knows: on roll, leavers of this and the
previous academic year, and those entered for later; `StudentStatus` (OnRoll,
Leaver, PreAdmission) tells. What the facts do not spell out (codes, notes) is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from simulators.school_data.enrolments import Enrolment
from simulators.school_data.households import (
    ABROAD,
    ENGLAND,
    Background,
    Household,
    address_of,
    count_until,
    family_of,
    household,
)
from simulators.school_data.identifiers import identifiers, uln, upn
from simulators.school_data.identity import Identity, Row, Stamp, dice
from simulators.school_data.name_parts import BOYS, GIRLS, SURNAMES
from simulators.school_data.school_profile import FIRST_COHORT, SchoolProfile, profile_of
from simulators.school_data.terms import office_moment, the_year

RENAMED_IN_A_LIFE = 0.03
TRAVELS_OTHERWISE = 0.10
SEN_CHANGES = 0.06
DESTINATIONS = ("Another independent school", "State school", "Moved abroad", "University")
TRAVEL = ("Car share", "School coach", "Walk", "Train", "Cycle", "Boarder - not applicable")
NOTES = (None,) * 12 + ("Wears glasses", "Inhaler in school office", "Scholar (music)")


class Pupil(NamedTuple):
    """A pupil and what stays or changes over the years; changes are at most one each."""

    life: Enrolment
    home: Household
    girl: bool
    forename: str
    middle: str | None
    surname: str
    renamed: tuple[Stamp, str] | None
    born: date
    travel: str
    travels: tuple[Stamp, str] | None
    sen: str | None
    sen_moves: tuple[Stamp, str] | None
    ability: float
    flags: tuple[float, ...]

    @property
    def number(self) -> int:
        """The pupil's number, which is the Id."""
        return self.life.number

    def surname_at(self, at: Stamp) -> str:
        """The surname at `at`."""
        return self.renamed[1] if self.renamed and self.renamed[0] <= at else self.surname

    def changes(self) -> list[Stamp]:
        """When details of the pupil or the household change, over a lifetime."""
        own = (self.renamed, self.travels, self.sen_moves)
        moments = [change[0] for change in own if change]
        return [*moments, *(since for since, _ in self.life.house_moves), *self.home.moves]


@lru_cache(maxsize=12_000)
def pupil_of(identity: Identity, life: Enrolment) -> Pupil:
    """Everything about the pupil that does not depend on the moment."""
    shape = profile_of(identity)
    rng = dice(identity.key, "pupil", life.number)
    family = family_of(identity, life)
    stride = shape.number(FIRST_COHORT + 1, 0, 0)
    home = household(identity, family, family // stride + FIRST_COHORT)
    girl = rng.random() < 0.5
    names = GIRLS if girl else BOYS
    forename, middle = rng.sample(names, 2)
    surname = home.surname
    born = date.fromordinal(_first_birthday(shape, life) + rng.randrange(364))
    travel, sen = rng.choice(TRAVEL[:-1]), "K" if rng.random() < 0.12 else None

    def once(rate: float, change: Callable[[], str]) -> tuple[Stamp, str] | None:
        if rng.random() >= rate:
            return None
        first, last = int(life.joins[:4]), int(life.leaves[:4])
        moment = office_moment(rng, the_year(first + int(rng.random() * max(1, last - first))))
        return (moment, change()) if life.joins < moment < life.leaves else None

    return Pupil(
        life,
        home,
        girl,
        forename,
        middle if rng.random() < 0.6 else None,
        surname,
        once(RENAMED_IN_A_LIFE, lambda: _new_surname(rng, surname)),
        born,
        TRAVEL[-1] if life.boards is not None else travel,
        once(TRAVELS_OTHERWISE, lambda: TRAVEL[(TRAVEL.index(travel) + 1) % 5]),
        sen,
        once(SEN_CHANGES, lambda: "E" if sen else "K"),
        rng.gauss(0, 1),
        tuple(rng.random() for _ in range(7)),
    )


def _new_surname(rng: Random, surname: str) -> str:
    place = SURNAMES.index(surname) + rng.randrange(1, len(SURNAMES))
    other = SURNAMES[place % len(SURNAMES)]
    return rng.choice((f"{surname}-{other}", other))


def student_row(
    identity: Identity, pupil: Pupil, placed: Row, *, at: Stamp, status: str, domain: str
) -> Row:
    """A row of Students but for LastUpdated; `placed` is what depends on the year."""
    life, home = pupil.life, pupil.home
    until = min(at, life.leaves)
    surname = pupil.surname_at(until)
    gone = status == "Leaver"
    return {
        **identifiers(identity, "PL", life.number),
        "Forename": pupil.forename,
        "Surname": surname,
        "DisplayName": f"{pupil.forename} {surname}",
        "AdmissionNo": f"{life.number:06}",
        "Gender": "F" if pupil.girl else "M",
        **placed,
        "WorkEmail": f"{life.number}@pupils.{domain}",
        "IdaasEmail": None,
        "MiddleName": pupil.middle,
        "LegalForename": pupil.forename,
        "LegalSurname": surname,
        "PreviousLegalSurname": _previous_surname(pupil, until),
        "DateofBirth": pupil.born.isoformat(),
        "EntryDate": life.joins[:10],
        "LeavingDate": _left_on(life) if gone else None,
        "Destination": DESTINATIONS[int(pupil.flags[0] * 3)] if gone else None,
        "DestinationStartDate": None,
        "ReasonForLeaving": ("Moved school" if gone else None),
        "StudentStatus": status,
        "EnrolmentStatus": "C",
        "PartTime": 0,
        "OnReport": 0,
        "Disabled": 0,
        "Boarder": int(life.boards is not None),
        "QuickNote": NOTES[int(pupil.flags[1] * len(NOTES))],
        **_support(pupil, until),
        **_background(home.background),
        **_born_in(pupil),
        "ParentalSalutation": salutation(home),
        "UniqueLearnerNumber": uln(life.number),
        "UPN": upn(identity, life.number, life.cohort),
        "FormerUPN": _former_upn(identity, life),
        "CandidateNo": f"{life.number % 10_000:04}",
        **address_of(identity, home.number, count_until(home.moves, until)),
    }


def sibling_row(identity: Identity, pupil: Pupil, sibling: Pupil, since: Stamp) -> Row:
    """A row of StudentSiblings (its columns are ours)."""
    one, other = identifiers(identity, "PL", pupil.number), sibling.number
    named = identifiers(identity, "PL", other)
    return {
        "Id": f"{one['Id']}.{other}",
        "StudentId": one["Id"],
        "SiblingId": named["Id"],
        "StudentExternalId": one["ExternalId"],
        "SiblingExternalId": named["ExternalId"],
        "StudentIdaasId": one["IdaasId"],
        "SiblingIdaasId": named["IdaasId"],
        "LastUpdated": since,
    }


def salutation(home: Household) -> str:
    """How letters to the parents begin."""
    parents = [person for person in home.people if person.responsible]
    return " and ".join(f"{person.title} {person.surname}" for person in parents)


def _former_upn(identity: Identity, life: Enrolment) -> str | None:
    """One pupil in eleven was given a number twice."""
    return upn(identity, life.number + 500, life.cohort - 1) if life.number % 11 == 3 else None


def has_free_meals(pupil: Pupil) -> bool:
    """Whether a pupil is entitled to free school meals."""
    return pupil.flags[2] < 0.03


def had_free_meals(pupil: Pupil) -> bool:
    """Whether a pupil was entitled to free school meals in the last six years."""
    return has_free_meals(pupil) or pupil.flags[4] < 0.01


def _previous_surname(pupil: Pupil, at: Stamp) -> str | None:
    """What a pupil was called before: here, or, one in nineteen, before coming here."""
    if pupil.renamed and pupil.renamed[0] <= at:
        return pupil.surname
    other = SURNAMES[pupil.number % len(SURNAMES)]
    return other if pupil.number % 19 == 7 and other != pupil.surname else None


def _born_in(pupil: Pupil) -> Row:
    language, is_abroad = pupil.home.background[4], pupil.number % 3 == 0
    code, name = ABROAD.get(language, ENGLAND) if is_abroad else ENGLAND
    return {"CountryOfBirthCode": code, "CountryOfBirth": name}


def _first_birthday(shape: SchoolProfile, life: Enrolment) -> int:
    return date(life.cohort - shape.lowest - 5, 9, 1).toordinal()


def _left_on(life: Enrolment) -> str:
    """Summer's leavers stay on roll to the end of August; their last day is that of term."""
    day = date.fromisoformat(life.leaves[:10])
    if (day.month, day.day) != (9, 1):
        return life.leaves[:10]
    return the_year(day.year - 1).days[-1].isoformat()


def _support(pupil: Pupil, at: Stamp) -> Row:
    flags = pupil.flags
    fsm, service = has_free_meals(pupil), flags[3] < 0.04
    moved = pupil.sen_moves and pupil.sen_moves[0] <= at
    sen = pupil.sen_moves[1] if moved and pupil.sen_moves else pupil.sen
    travels = pupil.travels[1] if pupil.travels and pupil.travels[0] <= at else pupil.travel
    language = pupil.home.background[4]
    return {
        "SENProvision": sen or "N",
        "FSMEligible": int(fsm),
        "FsmStartDate": pupil.life.joins[:10] if fsm else None,
        "FsmEndDate": None,
        "UniformAllowance": 0,
        "PupilPremium": int(fsm),
        "YSSA": 0,
        "EAL": int(language != "ENG"),
        "FSMEver6": int(had_free_meals(pupil)),
        "Gifted": int(pupil.ability > 1.6),
        "ServiceChild": "1" if service else "0",
        "ServiceChildSource": "P" if service else None,
        "InLeaCare": 0,
        "LeaCareAuthority": None,
        "EverInCare": int(flags[5] < 0.004),
        "IsYoungCarer": int(flags[6] < 0.01),
        "AsylumStatus": None,
        "EnglishProficiencyLevel": "E" if language != "ENG" else None,
        "EnglishProficiencyLevelCode": "E" if language != "ENG" else None,
        "ModeOfTravel": travels,
        "IsTraveller": 0,
        "TravellerSource": None,
    }


@lru_cache(maxsize=64)
def _background(background: Background) -> Row:
    code, ethnicity, religion_code, religion, language_code, language, _ = background
    return {
        "ReligionCode": religion_code,
        "Religion": religion,
        "EthnicityCode": code,
        "Ethnicity": ethnicity,
        "EthnicitySource": "P",
        "HomeLanguage": language,
        "HomeLanguageCode": language_code,
        "FirstLanguage": language,
        "FirstLanguageCode": language_code,
        "FirstLanguageSource": "P",
        "NationalIdentity": "British",
        "Nationality": "British",
    }
