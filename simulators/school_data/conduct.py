"""Achievements and behaviour of pupils. Columns are those of the service's catalogue.

An incident is about one pupil and recorded by one member of staff, at half past three of
its day. Conduct of both categories is told by Conducts, of one by Achievements or Behaviour.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp, Window, dice
from simulators.school_data.posts import holder_at, teaching_posts
from simulators.school_data.staff_members import Member, member_of
from simulators.school_data.terms import start_of

FOUNDED = start_of(2015)
ACHIEVEMENT, BEHAVIOUR = "Ach", "Beh"
RECORDED = "T15:30:00"
INCIDENTS_A_YEAR = 5.0
TYPES = (
    # category, local id, description, points
    (ACHIEVEMENT, 1, "Excellent work", 5),
    (ACHIEVEMENT, 2, "Helpfulness", 2),
    (ACHIEVEMENT, 3, "Effort", 1),
    (ACHIEVEMENT, 4, "Sport", 3),
    (BEHAVIOUR, 5, "Late to lesson", 1),
    (BEHAVIOUR, 6, "Homework not done", 2),
    (BEHAVIOUR, 7, "Disruption", 4),
    (BEHAVIOUR, 8, "Uniform", 1),
)
LOOKUPS = (
    # kind, local id, code, description
    ("BehStuRole", 1, "PT", "Participant"),
    ("BehStatus", 1, "UN", "Unresolved"),
    ("BehStatus", 2, "RE", "Resolved"),
    ("BehActivity", 1, "LE", "Lesson"),
    ("BehActivity", 2, "LU", "Lunch"),
    ("BehLocation", 1, "CL", "Classroom"),
    ("BehTime", 1, "DAY", "During the day"),
)


class Incident(NamedTuple):
    """Something that a pupil did; `type_` is a place in TYPES."""

    number: int
    pupil: int
    at: Stamp
    type_: int
    recorded_by: Member

    @property
    def category(self) -> str:
        """Ach or Beh."""
        return TYPES[self.type_][0]

    @property
    def key(self) -> str:
        """The id that is unique among incidents of both categories."""
        return f"{self.category}.{self.number}"


def conduct_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table Conducts: both categories."""
    return [
        {
            "Id": one.key,
            "ConductId": str(one.number),
            "ConductType": TYPES[one.type_][2],
            **_told(one),
            "OutcomeDate": None,
            "ParentGuardianInformed": 0,
            "Status": "Resolved" if one.category == BEHAVIOUR else None,
            "Time": "During the day",
            "Outcome": None,
            "Subject": None,
        }
        for one in _seen(core, window, at)
    ]


def achievement_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table Achievements."""
    return [
        {
            "Id": str(one.number),
            "ConductId": one.key,
            "AchievementType": TYPES[one.type_][2],
            **_told(one),
        }
        for one in _seen(core, window, at, ACHIEVEMENT)
    ]


def behaviour_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table Behaviour."""
    return [
        {
            "Id": str(one.number),
            "ConductId": one.key,
            "BehaviourType": TYPES[one.type_][2],
            **_told(one),
            "Time": "During the day",
            "Status": "Resolved",
            "Outcome": None,
            "Subject": None,
        }
        for one in _seen(core, window, at, BEHAVIOUR)
    ]


def student_rows(
    core: AcademicYearData, window: Window, at: Stamp, category: str = ""
) -> list[Row]:
    """The tables StudentConducts, StudentAchievements and StudentBehaviour."""
    name, rows = _refers(category), []
    for one in _seen(core, window, at, category):
        row: Row = {
            "Id": f"PL-{one.pupil}.{one.key}",
            "StudentId": str(one.pupil),
            name: str(one.number) if category else one.key,
            "Points": TYPES[one.type_][3],
            "LastUpdated": one.at,
        }
        if category != ACHIEVEMENT:
            row |= {"Outcome": None, "Role": "Participant"}
        rows.append(row)
    return rows


def staff_rows(core: AcademicYearData, window: Window, at: Stamp, category: str = "") -> list[Row]:
    """The tables StaffConducts, StaffAchievements and StaffBehaviour."""
    name = _refers(category)
    return [
        {
            "Id": f"PWT-{one.recorded_by.number}.{one.key}",
            "StaffId": str(one.recorded_by.number),
            name: str(one.number) if category else one.key,
            "StaffRole": None,
            "LastUpdated": one.at,
        }
        for one in _seen(core, window, at, category)
    ]


def type_rows() -> list[Row]:
    """The table ConductTypes."""
    return [
        {
            "Id": f"{category}.{number}",
            "Type": category,
            "LocalId": str(number),
            "Description": description,
            "Points": points,
            "SubTypeLookup": None,
            "DisplayOrder": number,
            "LastUpdated": FOUNDED,
        }
        for category, number, description, points in TYPES
    ]


def lookup_rows() -> list[Row]:
    """The table ConductLookups."""
    return [
        {
            "Id": f"{kind}.{number}",
            "LookupType": kind,
            "LocalId": str(number),
            "Code": code,
            "Description": description,
            "DisplayOrder": number,
            "LastUpdated": FOUNDED,
        }
        for kind, number, code, description in LOOKUPS
    ]


def point_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table ConductPoints: what each pupil on roll has this academic year.

    `AcademicYear` is ours.
    """
    rows = []
    for pupil in core.enrolled:
        if pupil.life.is_on_roll(at):
            found = [one for one in incidents(core)[pupil.number] if one.at <= at]
            good = _points(found, ACHIEVEMENT)
            bad = _points(found, BEHAVIOUR)
            since = max(core.first, pupil.life.joins)
            rows.append(
                {
                    "Id": str(pupil.number),
                    "AcademicYear": str(core.year),
                    "TotalAchievementPoints": good,
                    "TotalBehaviourPoints": bad,
                    "TotalConductPoints": good - bad,
                    "NumberOfDetentions": 0,
                    "NumberOfInterventions": 0,
                    "NumberOfReportCards": 0,
                    "LastUpdated": max([since, *(one.at for one in found)]),
                }
            )
    return rows


@lru_cache(maxsize=4)
def incidents(core: AcademicYearData) -> dict[int, list[Incident]]:
    """The incidents of the year by pupil, in the order of time."""
    return {pupil.number: sorted(_incidents(core, pupil.number)) for pupil in core.enrolled}


def _incidents(core: AcademicYearData, pupil: int) -> Iterator[Incident]:
    rng, posts = dice(core.identity.key, "conduct", core.year, pupil), teaching_posts(core.identity)
    days = core.days.texts
    for turn in range(int(rng.expovariate(1 / INCIDENTS_A_YEAR))):
        at = rng.choice(days) + RECORDED
        type_ = rng.choices(range(len(TYPES)), weights=(6, 4, 5, 3, 2, 3, 1, 2))[0]
        post = rng.choice(posts)
        member = member_of(core.identity, holder_at(core.identity, post, at))
        yield Incident((pupil * 100 + core.year % 100) * 100 + turn, pupil, at, type_, member)


def _seen(
    core: AcademicYearData, window: Window, at: Stamp, category: str = ""
) -> Iterator[Incident]:
    first, last = window.first.isoformat(), window.last.isoformat()
    for pupil in core.enrolled:
        if not pupil.life.is_on_roll(at):
            continue
        for one in incidents(core)[pupil.number]:
            happened = pupil.life.joins <= one.at <= at and first <= one.at[:10] <= last
            if happened and category in ("", one.category):
                yield one


def _told(one: Incident) -> Row:
    member = one.recorded_by
    surname = member.surname_at(one.at)
    return {
        "Date": one.at[:10],
        "Activity": "Lesson",
        "Location": "Classroom",
        "RecordedBy": f"{member.title} {member.forename[0]} {surname}",
        "RecordedOn": one.at[:10],
        "Description": TYPES[one.type_][2],
        "Category": one.category,
        "StudentIds": str(one.pupil),
        "StaffIds": str(member.number),
        "LastUpdated": one.at,
    }


def _refers(category: str) -> str:
    return {"": "ConductId", ACHIEVEMENT: "AchievementId", BEHAVIOUR: "BehaviourId"}[category]


def _points(found: list[Incident], category: str) -> int:
    return sum(TYPES[one.type_][3] for one in found if one.category == category)
