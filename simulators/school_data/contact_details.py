"""PersonComms: emails (E) and telephones (T, M for mobiles) of everybody; columns partly ours."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.addresses import home_phone, mobile_phone, school_domain
from simulators.school_data.contacts import reachable
from simulators.school_data.identifiers import identifiers
from simulators.school_data.identity import Identity, Row, Stamp
from simulators.school_data.staff_members import Member, status_at, work_email

EMAIL, PHONE, MOBILE = "E", "T", "M"
HOME, WORK = "H", "W"


def comms_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table PersonComms: contacts, staff who work here, pupils on roll."""
    return [*_contacts(core, at), *_staff(core, at), *_pupils(core, at)]


def _contacts(core: AcademicYearData, at: Stamp) -> Iterator[Row]:
    for one in reachable(core, at):
        who = ("Contact", "PC", one.person.number)
        yield _row(core.identity, who, EMAIL, HOME, one.email)
        yield _row(core.identity, who, PHONE, HOME, one.phone)
        yield _row(core.identity, who, MOBILE, MOBILE, one.mobile)


def _staff(core: AcademicYearData, at: Stamp) -> Iterator[Row]:
    domain = school_domain(core.identity)
    for member in core.members.values():
        if status_at(member, at) == "Current":
            who, since = ("Staff", "PWT", member.number), member.holder.starts
            yield _row(core.identity, who, EMAIL, WORK, (since, work_email(member, domain)))
            yield _row(core.identity, who, PHONE, HOME, staff_phone(member, at))
            mobile = mobile_phone(member.number * 7)
            yield _row(core.identity, who, MOBILE, MOBILE, (since, mobile))


def staff_phone(member: Member, at: Stamp) -> tuple[Stamp, str]:
    """A member of staff's home phone, which changes when moving, and since when."""
    moves = [move for move in member.moves if move <= at]
    return max([member.holder.starts, *moves]), home_phone(member.number + 37 * len(moves))


def _pupils(core: AcademicYearData, at: Stamp) -> Iterator[Row]:
    domain = school_domain(core.identity)
    for pupil in core.enrolled:
        if pupil.life.is_on_roll(at):
            email = f"{pupil.number}@pupils.{domain}"
            yield _row(
                core.identity,
                ("Student", "PL", pupil.number),
                EMAIL,
                WORK,
                (pupil.life.joins, email),
            )


def _row(
    identity: Identity,
    who: tuple[str, str, int],
    kind: str,
    location: str,
    what: tuple[Stamp, str],
) -> Row:
    person, prefix, number = who
    named = identifiers(identity, prefix, number)
    return {
        "Id": f"{named['IdaasId']}.{kind}{location}",
        "PersonId": named["Id"],
        "PersonType": person,
        "PersonExternalId": named["ExternalId"],
        "PersonIdaasId": named["IdaasId"],
        "CommsType": kind,
        "LocationCode": location,
        "Value": what[1],
        "Priority": 1,
        "IsDefault": int(kind in (EMAIL, MOBILE)),
        "LastUpdated": what[0],
    }
