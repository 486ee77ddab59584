"""Parents and carers: Contacts and StudentContacts, whose columns are partly ours.

Somebody is here as long as a child of the family is on roll.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.addresses import (
    PARENTS_DOMAIN,
    home_phone,
    mailbox,
    mobile_phone,
)
from simulators.school_data.enrolments import Enrolment
from simulators.school_data.households import Household, Person, address_of, count_until
from simulators.school_data.identifiers import identifiers
from simulators.school_data.identity import Identity, Row, Stamp
from simulators.school_data.name_parts import BOYS, GIRLS
from simulators.school_data.pupils import Pupil


class Reachable(NamedTuple):
    """A contact at a moment: how to reach the person, each with since when."""

    person: Person
    home: Household
    children: list[Enrolment]
    since: Stamp
    mobile: tuple[Stamp, str]
    phone: tuple[Stamp, str]
    email: tuple[Stamp, str]
    address: Row


@lru_cache(maxsize=2)
def reachable(core: AcademicYearData, at: Stamp) -> list[Reachable]:
    """Everybody who is a contact at `at`; the tables of one answer share them."""
    homes = {pupil.home.number: pupil.home for pupil in core.enrolled if pupil.life.is_on_roll(at)}
    found = []
    for number, home in homes.items():
        family = core.families[number]
        since = _present_since(family, at)
        found += [_reach(core.identity, home, person, family, since, at) for person in home.people]
    return found


def contact_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table Contacts."""
    return [_contact_row(core.identity, one, at, core) for one in reachable(core, at)]


def student_contact_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentContacts."""
    return [
        _link(core.identity, pupil, person)
        for pupil in core.enrolled
        if pupil.life.is_on_roll(at)
        for person in pupil.home.people
    ]


def _present_since(family: list[Enrolment], at: Stamp) -> Stamp:
    """Since when some child has been on roll without a gap."""
    since = at
    for life in sorted(family, key=lambda life: (life.leaves, life.joins), reverse=True):
        if life.joins <= since <= life.leaves:
            since = min(since, life.joins)
    return since


def _reach(
    identity: Identity,
    home: Household,
    person: Person,
    family: list[Enrolment],
    since: Stamp,
    at: Stamp,
) -> Reachable:
    moves = [move for move in home.moves if move <= at] if person.lives_here else []
    mobiles = [moment for moment in person.renewals[::2] if moment <= at]
    emails = [moment for moment in person.renewals[1::2] if moment <= at]
    number = person.number
    who = 0 if person.lives_here else number
    name = mailbox(person.forename, person.surname)
    return Reachable(
        person,
        home,
        family,
        since,
        (max([since, *mobiles]), mobile_phone(number * 7 + 13 * len(mobiles))),
        (max([since, *moves]), home_phone(home.number * 3 + who + 17 * len(moves))),
        (max([since, *emails]), f"{name}{number + 1000 * len(emails)}@{PARENTS_DOMAIN}"),
        address_of(identity, home.number, count_until(home.moves, at) if not who else 0, who),
    )


def _contact_row(identity: Identity, one: Reachable, at: Stamp, core: AcademicYearData) -> Row:
    person = one.person
    children = sorted(life.number for life in one.children if life.is_on_roll(at))
    comings = [
        moment for life in one.children for moment in (life.joins, life.leaves) if moment <= at
    ]
    stamps = [one.since, one.mobile[0], one.phone[0], one.email[0], *comings]
    named = [identifiers(identity, "PL", number) for number in children]
    return {
        **identifiers(identity, "PC", person.number),
        "Title": person.title,
        "Forename": person.forename,
        "MiddleName": _middle_name(person),
        "Surname": person.surname,
        "DisplayName": f"{person.title} {person.forename[0]} {person.surname}",
        "Gender": person.gender,
        "Salutation": f"{person.title} {person.surname}",
        "JobTitle": person.job,
        "Email": one.email[1],
        "HomePhone": one.phone[1],
        "MobilePhone": one.mobile[1],
        "WorkPhone": None,
        "ChildIds": ",".join(map(str, children)),
        "ChildIdaasIds": ",".join(child["IdaasId"] for child in named),
        "ChildXIDs": ",".join(child["XID"] for child in named),
        **one.address,
        "LastUpdated": max(stamps),
    }


def _middle_name(person: Person) -> str | None:
    """One in two has one."""
    names = BOYS if person.gender == "M" else GIRLS
    return None if person.number % 2 else names[person.number * 7 % len(names)]


def _link(identity: Identity, pupil: Pupil, person: Person) -> Row:
    child = identifiers(identity, "PL", pupil.number)
    named = identifiers(identity, "PC", person.number)
    return {
        "Id": f"{child['Id']}.{named['Id']}",
        "StudentId": child["Id"],
        "ContactId": named["Id"],
        "StudentExternalId": child["ExternalId"],
        "ContactExternalId": named["ExternalId"],
        "StudentIdaasId": child["IdaasId"],
        "ContactIdaasId": named["IdaasId"],
        "Relationship": person.relationship,
        "Priority": person.priority,
        "ParentalResponsibility": int(person.responsible),
        "LivesWithStudent": int(person.lives_here),
        "ReceivesCorrespondence": int(person.responsible),
        "CourtOrder": 0,
        "LastUpdated": pupil.life.joins,
    }
