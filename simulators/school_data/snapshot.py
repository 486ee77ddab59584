"""A school at a moment, and its tables. The table of tables is at the end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b

from simulators.school_data import (
    assessment_tables,
    attendance,
    conduct,
    contact_details,
    contacts,
    diary,
    groups,
    lessons,
    meals_and_seats,
    medical,
    people_tables,
    photos,
    results,
    school_info,
    special_needs,
    timetable_model,
)
from simulators.school_data.academic_year import LOCK, AcademicYearData, academic_year_data
from simulators.school_data.identity import Identity, Row, Stamp, Window
from simulators.school_data.staffing import Staffing
from simulators.school_data.terms import academic_year, stamp

LESSONS_BACK, LESSONS_AHEAD = timedelta(weeks=1), timedelta(weeks=2)
"""The default window of lessons (facts, section 7.2)."""
MARKS_BACK = timedelta(days=6)


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
        """Equal versions mean identical tables; it moves only when some table may have."""
        day, time = self.stamp.split("T")
        marks = (
            bisect_right(_times(self.core), f"T{time}")
            if self.at.date() in _school_days(self.core)
            else 0
        )
        changes = bisect_right(_instants(self.core), self.stamp)
        name = blake2b(self.identity.key.encode(), digest_size=6).hexdigest()
        return f"{name}-{day}-{changes}-{marks}"

    @property
    def stamp(self) -> Stamp:
        """The moment as a stamp."""
        return stamp(self.at)

    @cached_property
    def core(self) -> AcademicYearData:
        """The academic year the moment is in."""
        return academic_year_data(self.identity, academic_year(self.at.date()))

    @cached_property
    def staffing(self) -> Staffing:
        """Who teaches and leads what."""
        return Staffing(self.core, self.stamp)

    def table(self, name: str, window: Window | None = None) -> list[Row]:
        """The rows of a table; KeyError when there is none of this name.

        `window` counts for tables of dated rows. Without it: lessons from a week
        back to two weeks ahead, marks of the last seven days, else the whole year.
        """
        build = _TABLES[name]
        with LOCK:
            return build(self, window)

    def counts(self) -> dict[str, int]:
        """How many rows there are, by area; people and groups as they are on roll."""
        at = self.stamp
        with LOCK:
            here = [pupil for pupil in self.core.enrolled if pupil.life.is_on_roll(at)]
            homes = {pupil.home.number: len(pupil.home.people) for pupil in here}
            return {
                "Students": len(here),
                "Staff": len(self.staffing.posts),
                "Groups": sum(1 for _ in groups.groups_of(self.core)),
                "Contacts": sum(homes.values()),
                "AttendanceMarks": attendance.count_marks(self.core, at),
                "AssessmentResults": results.count_results(self.core, at),
            }

    def past_summaries(self, year: int) -> list[Row]:
        """How many sessions everybody attended in a year that is over."""
        with LOCK:
            core = academic_year_data(self.core.identity, year)
            return attendance.summary_rows(core, core.last, is_past=True)

    def pupil_extras(self, *, statistics: bool, marks: bool) -> dict[str, Row]:
        """Columns of Students that are counted only when they are asked for, by Id."""
        at, found = self.stamp, dict[str, Row]()
        with LOCK:
            for pupil in self.core.enrolled:
                row: Row = {}
                if statistics:
                    row |= attendance.statistics(self.core, pupil, at)
                if marks:
                    row |= attendance.mark_string(self.core, pupil, at)
                row.pop("LastUpdated", None)
                found[str(pupil.number)] = row
        return found

    def lesson_window(self, window: Window | None) -> Window:
        """The window of lessons asked for, or the default."""
        today = self.at.date()
        return window or Window(today - LESSONS_BACK, today + LESSONS_AHEAD)

    def mark_window(self, window: Window | None) -> Window:
        """The window of marks asked for, or the default."""
        return window or Window(self.at.date() - MARKS_BACK, self.at.date())

    def year_window(self, window: Window | None) -> Window:
        """The window asked for, or the whole academic year."""
        return window or Window(self.core.days.first, self.core.days.last)


def _marks(snapshot: Snapshot, window: Window | None) -> list[Row]:
    """Marks of this academic year, and of the previous one where the window reaches it."""
    wanted, core = snapshot.mark_window(window), snapshot.core
    rows = attendance.mark_rows(core, wanted, snapshot.stamp)
    if wanted.first < core.days.first:
        rows = (
            attendance.mark_rows(
                academic_year_data(core.identity, core.year - 1), wanted, snapshot.stamp
            )
            + rows
        )
    return rows


@lru_cache(maxsize=4)
def _instants(core: AcademicYearData) -> list[Stamp]:
    with LOCK:
        return sorted({*core.instants, *results.result_instants(core), *diary.diary_instants(core)})


@lru_cache(maxsize=4)
def _times(core: AcademicYearData) -> list[str]:
    return attendance.mark_instants(core)


@lru_cache(maxsize=4)
def _school_days(core: AcademicYearData) -> frozenset[date]:
    return frozenset(core.days.days)


_TABLES: dict[str, Callable[[Snapshot, Window | None], list[Row]]] = {
    "SchoolInfo": lambda s, w: school_info.info_rows(s.core, s.stamp),
    "Students": lambda s, w: people_tables.student_rows(s.core, s.stamp),
    "StudentSiblings": lambda s, w: people_tables.sibling_rows(s.core, s.stamp),
    "Staff": lambda s, w: people_tables.staff_rows(s.core, s.staffing, s.stamp),
    "Group": lambda s, w: groups.group_rows(s.core, s.staffing, s.stamp),
    "StaffMembers": lambda s, w: groups.staff_member_rows(s.core, s.staffing),
    "StudentMembers": lambda s, w: groups.student_member_rows(s.core, s.stamp),
    "GroupTypes": lambda s, w: groups.type_rows(),
    "Contacts": lambda s, w: contacts.contact_rows(s.core, s.stamp),
    "StudentContacts": lambda s, w: contacts.student_contact_rows(s.core, s.stamp),
    "PersonComms": lambda s, w: contact_details.comms_rows(s.core, s.stamp),
    "Photos": lambda s, w: photos.photo_rows(s.core, s.stamp),
    "Lessons": lambda s, w: lessons.lesson_rows(s.core, s.lesson_window(w), s.stamp),
    "LessonStaff": lambda s, w: lessons.lesson_staff_rows(s.core, s.lesson_window(w), s.stamp),
    "LessonRooms": lambda s, w: lessons.lesson_room_rows(s.core, s.lesson_window(w), s.stamp),
    "Timetables": lambda s, w: timetable_model.timetable_rows(s.core),
    "TimetableDays": lambda s, w: timetable_model.day_rows(s.core),
    "TimetablePeriods": lambda s, w: timetable_model.period_rows(s.core),
    "TimetableLessons": lambda s, w: timetable_model.lesson_rows(s.core),
    "LessonClasses": lambda s, w: timetable_model.class_rows(s.core),
    "TimetableModel.LessonStaff": lambda s, w: timetable_model.staff_rows(s.core, s.stamp),
    "TimetableModel.LessonRooms": lambda s, w: timetable_model.room_rows(s.core, s.stamp),
    "TimetableDayInstances": lambda s, w: timetable_model.instance_rows(s.core, s.year_window(w)),
    "TTDays": lambda s, w: timetable_model.dated_day_rows(s.core, s.year_window(w)),
    "TTSessions": lambda s, w: timetable_model.session_rows(s.core, s.year_window(w)),
    "TTPeriods": lambda s, w: timetable_model.dated_period_rows(s.core, s.year_window(w)),
    "TTSubjects": lambda s, w: timetable_model.subject_rows(),
    "TTRooms": lambda s, w: timetable_model.place_rows(s.core),
    "Calendar": lambda s, w: diary.calendar_rows(s.core, s.year_window(w), s.stamp),
    "Aspects": lambda s, w: assessment_tables.aspect_rows(s.core),
    "ResultSets": lambda s, w: assessment_tables.result_set_rows(s.core),
    "Templates": lambda s, w: assessment_tables.template_rows(s.core),
    "Marksheets": lambda s, w: assessment_tables.marksheet_rows(s.core),
    "Columns": lambda s, w: assessment_tables.column_rows(s.core),
    "GradeSets": lambda s, w: assessment_tables.grade_set_rows(),
    "Grades": lambda s, w: assessment_tables.grade_rows(),
    "MarkSets": lambda s, w: assessment_tables.mark_set_rows(s.core),
    "GradeSetHistory": lambda s, w: assessment_tables.history_rows(),
    "Categories": lambda s, w: assessment_tables.category_rows(),
    "AsmResults": lambda s, w: results.result_rows(s.core, s.stamp),
    "StudentSENTypeHistory": lambda s, w: special_needs.need_rows(s.core, s.stamp),
    "StudentSENProvisionHistory": lambda s, w: special_needs.provision_rows(s.core, s.stamp),
    "StudentMedical": lambda s, w: medical.fact_rows(s.core, s.stamp),
    "StudentConditions": lambda s, w: medical.condition_rows(s.core, s.stamp),
    "ConditionLookups": lambda s, w: medical.condition_lookup_rows(),
    "StudentMedicalNotes": lambda s, w: medical.note_rows(s.core, s.stamp),
    "EntitlementGroups": lambda s, w: special_needs.group_rows(),
    "EntitlementGroupStudents": lambda s, w: special_needs.entitlement_rows(s.core, s.stamp),
    "AttendanceSummary": lambda s, w: attendance.summary_rows(s.core, s.stamp),
    "HistoricalAttendanceSummary": lambda s, w: s.past_summaries(s.core.year - 1),
    "Conducts": lambda s, w: conduct.conduct_rows(s.core, s.year_window(w), s.stamp),
    "StudentConducts": lambda s, w: conduct.student_rows(s.core, s.year_window(w), s.stamp),
    "StaffConducts": lambda s, w: conduct.staff_rows(s.core, s.year_window(w), s.stamp),
    "Achievements": lambda s, w: conduct.achievement_rows(s.core, s.year_window(w), s.stamp),
    "StudentAchievements": lambda s, w: conduct.student_rows(
        s.core, s.year_window(w), s.stamp, conduct.ACHIEVEMENT
    ),
    "StaffAchievements": lambda s, w: conduct.staff_rows(
        s.core, s.year_window(w), s.stamp, conduct.ACHIEVEMENT
    ),
    "Behaviour": lambda s, w: conduct.behaviour_rows(s.core, s.year_window(w), s.stamp),
    "StudentBehaviour": lambda s, w: conduct.student_rows(
        s.core, s.year_window(w), s.stamp, conduct.BEHAVIOUR
    ),
    "StaffBehaviour": lambda s, w: conduct.staff_rows(
        s.core, s.year_window(w), s.stamp, conduct.BEHAVIOUR
    ),
    "ConductTypes": lambda s, w: conduct.type_rows(),
    "ConductLookups": lambda s, w: conduct.lookup_rows(),
    "ConductPoints": lambda s, w: conduct.point_rows(s.core, s.stamp),
    "StudentMeals": lambda s, w: meals_and_seats.meal_rows(s.core, s.stamp),
    "UDFs": lambda s, w: meals_and_seats.field_rows(),
    "StudentUDFs": lambda s, w: meals_and_seats.value_rows(s.core, s.stamp),
    "SeatingPlans": lambda s, w: meals_and_seats.seat_rows(s.core, s.stamp),
    "AttendanceCodes": lambda s, w: attendance.code_rows(),
    "AttendMarks": _marks,
}

TABLES: tuple[str, ...] = tuple(_TABLES)
"""Every name `Snapshot.table` takes."""
