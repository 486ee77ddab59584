"""A school at a moment, and its tables.

Thin for now: SchoolInfo, Students, Staff and Group have rows, the others none yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from assembly_ui.simulator.school.codes import identifiers
from assembly_ui.simulator.school.identity import Identity, Row, Stamp, Window, dice
from assembly_ui.simulator.school.lives import Life, cohort_of
from assembly_ui.simulator.school.shape import shape_of, year_name
from assembly_ui.simulator.school.terms import academic_year, stamp, start_of
from assembly_ui.simulator.school.words import BOYS, GIRLS, SURNAMES

TABLES: tuple[str, ...] = (
    "SchoolInfo", "Students", "StudentSiblings", "Staff", "Group", "StaffMembers",
    "StudentMembers", "GroupTypes", "Contacts", "StudentContacts", "PersonComms", "Photos",
    "Lessons", "LessonStaff", "LessonRooms", "Timetables", "TimetableDays", "TimetablePeriods",
    "TimetableLessons", "LessonClasses", "TimetableModel.LessonStaff",
    "TimetableModel.LessonRooms", "TimetableDayInstances", "TTDays", "TTSessions", "TTPeriods",
    "Calendar", "Aspects", "ResultSets", "Templates", "Marksheets", "Columns", "GradeSets",
    "Grades", "MarkSets", "GradeSetHistory", "Categories", "AsmResults", "AttendanceCodes",
    "AttendMarks",
)  # fmt: skip


def school_at(identity: Identity, at: datetime) -> Snapshot:
    """The school at a moment; one without zone is taken for UTC."""
    moment = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return Snapshot(identity, moment.replace(microsecond=0))


@dataclass(frozen=True)
class Snapshot:
    """A school's data of the moment `at` (UTC, without zone)."""

    identity: Identity
    at: datetime

    @property
    def version(self) -> str:
        """Equal versions mean identical tables."""
        return f"{self.identity.key}@{self.stamp}"

    @property
    def stamp(self) -> Stamp:
        """The moment as a stamp."""
        return stamp(self.at)

    @property
    def year(self) -> int:
        """The academic year."""
        return academic_year(self.at.date())

    @cached_property
    def lives(self) -> list[Life]:
        """Pupils on roll."""
        shape = shape_of(self.identity)
        cohorts = range(self.year - len(shape.years) + 1, self.year + 1)
        return [
            life
            for cohort in cohorts
            for life in cohort_of(self.identity, cohort)
            if life.is_on_roll(self.stamp)
        ]

    def counts(self) -> dict[str, int]:
        """How many rows there are, by area."""
        areas = ("Students", "Staff", "Groups", "Contacts", "AttendanceMarks", "AssessmentResults")
        numbers = {"Students": len(self.lives), "Staff": 180, "Groups": len(self._groups())}
        return {area: numbers.get(area, 0) for area in areas}

    def table(self, name: str, window: Window | None = None) -> list[Row]:
        """The rows of a table; KeyError when there is none of this name."""
        del window
        if name not in TABLES:
            raise KeyError(name)
        builders = {
            "SchoolInfo": self._info,
            "Students": self._students,
            "Staff": self._staff,
            "Group": self._groups,
        }
        return builders[name]() if name in builders else []

    def _info(self) -> list[Row]:
        since = start_of(self.year)
        return [
            {
                "Id": "1",
                "Name": self.identity.name,
                "Telephone": self.identity.phone,
                "EstabId": self.identity.estab,
                "CurrentAcademicYear": str(self.year),
                "LastUpdated": since,
            }
        ]

    def _students(self) -> list[Row]:
        shape = shape_of(self.identity)
        rows = []
        for life in self.lives:
            rng = dice(self.identity.key, "pupil", life.number)
            girl = rng.random() < 0.5
            forename, surname = rng.choice(GIRLS if girl else BOYS), rng.choice(SURNAMES)
            group = shape.lowest + self.year - life.cohort
            rows.append(
                identifiers(self.identity, "PL", life.number)
                | {
                    "Forename": forename,
                    "Surname": surname,
                    "DisplayName": f"{forename} {surname}",
                    "Gender": "F" if girl else "M",
                    "YearGroupId": str(group + 1),
                    "YearGroup": year_name(group),
                    "StudentStatus": "OnRoll",
                    "LastUpdated": max(life.joins, start_of(self.year)),
                }
            )
        return rows

    def _staff(self) -> list[Row]:
        rows = []
        for number in range(1, 181):
            rng = dice(self.identity.key, "staff", number)
            forename, surname = rng.choice(GIRLS + BOYS), rng.choice(SURNAMES)
            rows.append(
                identifiers(self.identity, "PWT", number)
                | {
                    "Forename": forename,
                    "Surname": surname,
                    "DisplayName": f"{forename} {surname}",
                    "StaffStatus": "Current",
                    "LastUpdated": start_of(2020),
                }
            )
        return rows

    def _groups(self) -> list[Row]:
        shape = shape_of(self.identity)
        return [
            identifiers(self.identity, "GY", group + 1)
            | {
                "Type": "YearGrp",
                "Code": str(group),
                "Name": year_name(group),
                "LastUpdated": start_of(self.year),
            }
            for group in shape.years
        ]
