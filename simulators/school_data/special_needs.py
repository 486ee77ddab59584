"""The tables of SEN and of EntitlementHistory: needs, provisions and entitlements with dates.

Columns are those of the service's catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp
from simulators.school_data.pupils import Pupil, had_free_meals, has_free_meals
from simulators.school_data.terms import start_of

FOUNDED = start_of(2015)
PROVISIONS = {"K": "SEN Support", "E": "Education, Health and Care Plan"}
TYPES = (
    ("SPLD", "Specific learning difficulty"),
    ("SLCN", "Speech, language and communication needs"),
    ("ASD", "Autistic spectrum disorder"),
    ("SEMH", "Social, emotional and mental health"),
    ("MLD", "Moderate learning difficulty"),
    ("HI", "Hearing impairment"),
)
"""Codes of the school census."""

SECOND_NEED = 4
"""One in so many pupils with a need has another."""

ENTITLEMENTS = (("FSM", "Free School Meals"), ("PP", "Pupil Premium"), ("EV6", "Ever6 FSM"))


def need_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentSENTypeHistory, for pupils on roll."""
    return _of_pupils(core, at, _needs)


def provision_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentSENProvisionHistory, for pupils on roll."""
    return _of_pupils(core, at, _provisions)


def group_rows() -> list[Row]:
    """The table EntitlementGroups."""
    return [
        {"Id": str(number), "Shortname": short, "Fullname": full, "LastUpdated": FOUNDED}
        for number, (short, full) in enumerate(ENTITLEMENTS, start=1)
    ]


def entitlement_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table EntitlementGroupStudents, for pupils on roll."""
    return _of_pupils(core, at, _entitlements)


def _of_pupils(
    core: AcademicYearData, at: Stamp, rows_of: Callable[[Pupil, Stamp], Iterator[Row]]
) -> list[Row]:
    return [
        row for pupil in core.enrolled if pupil.life.is_on_roll(at) for row in rows_of(pupil, at)
    ]


def _spans(pupil: Pupil, at: Stamp) -> list[tuple[str, Stamp, Stamp]]:
    """Each provision with its first and last moment; the last one has no end."""
    joined, moved = pupil.life.joins, pupil.sen_moves
    if moved is None or moved[0] > at:
        return [(pupil.sen, joined, "")] if pupil.sen else []
    before = [(pupil.sen, joined, moved[0])] if pupil.sen else []
    return [*before, (moved[1], moved[0], "")]


def _needs(pupil: Pupil, at: Stamp) -> Iterator[Row]:
    spans = _spans(pupil, at)
    if not spans:
        return
    since = spans[0][1]
    first = pupil.number % len(TYPES)
    second = (first + 1 + pupil.number // len(TYPES) % (len(TYPES) - 1)) % len(TYPES)
    has_second = pupil.number // 7 % SECOND_NEED == 0
    for rank, place in enumerate([first, second] if has_second else [first], start=1):
        yield {
            "Id": f"{pupil.number}{rank}",
            "StudentMis_Id": str(pupil.number),
            "NeedTypeDescription": TYPES[place][1],
            "NeedTypeCode": TYPES[place][0],
            "Rank": rank,
            "NeedNotes": None,
            "NeedStartDate": since[:10],
            "NeedEndDate": None,
            "Active": 1,
            "LastUpdated": since,
        }


def _provisions(pupil: Pupil, at: Stamp) -> Iterator[Row]:
    for turn, (code, since, until) in enumerate(_spans(pupil, at), start=1):
        yield {
            "Id": f"{pupil.number}{turn}",
            "StudentMis_Id": str(pupil.number),
            "SENProvisionCode": code,
            "SENProvisionDescription": PROVISIONS[code],
            "SENProvisionStartDate": since[:10],
            "SENProvisionEndDate": until[:10] if until else None,
            "Active": int(not until),
            "LastUpdated": until or since,
        }


def _entitlements(pupil: Pupil, at: Stamp) -> Iterator[Row]:
    joined = date.fromisoformat(pupil.life.joins[:10])
    spans: list[tuple[int, date, date | None]]
    if has_free_meals(pupil):
        spans = [(1, joined, None), (2, joined, None)]
    elif had_free_meals(pupil):
        spans = [(1, joined - timedelta(days=700), joined - timedelta(days=1)), (3, joined, None)]
    else:
        return
    for group, since, until in spans:
        yield {
            "Id": f"{pupil.number}{group}",
            "EntitlementGroupId": str(group),
            "StudentId": str(pupil.number),
            "StartDate": f"{since}T00:00:00",
            "EndDate": f"{until}T00:00:00" if until else None,
            "LastUpdated": pupil.life.joins,
        }
